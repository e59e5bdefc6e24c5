from policy.parcels.deliveries import receipt
from tests.policy import facts
from tests.policy.facts import LAMP, MUG


def test_r4_receipt_is_the_delivery_of_the_last_parcel_that_held_the_line():
    parcels = (
        facts.parcel(MUG, number="OUT1", delivered_at=facts.local("2026-03-04")),
        facts.parcel(MUG, LAMP, number="OUT2", delivered_at=facts.local("2026-03-02")),
    )
    bought = facts.order(parcels=parcels, receipt_confirmed_at=facts.local("2026-03-09"))
    assert receipt(bought, MUG) == facts.local("2026-03-04")
    assert receipt(bought, LAMP) == facts.local("2026-03-02")


def test_r4_without_a_parcel_the_customers_confirmation_is_receipt():
    bought = facts.order(parcels=(), receipt_confirmed_at=facts.local("2026-03-03"))
    assert receipt(bought, MUG) == facts.local("2026-03-03")


def test_r4_a_line_with_a_parcel_still_underway_is_received_only_when_the_customer_confirms():
    parcels = (
        facts.parcel(MUG, number="OUT1", delivered_at=facts.local("2026-03-02")),
        facts.parcel(MUG, number="OUT2"),
    )
    assert receipt(facts.order(parcels=parcels), MUG) is None
    confirmed = facts.order(parcels=parcels, receipt_confirmed_at=facts.local("2026-03-05"))
    assert receipt(confirmed, MUG) == facts.local("2026-03-05")


def test_r4_a_parcel_returned_to_its_sender_never_counts():
    back = facts.parcel(MUG, number="OUT1", delivered_at=facts.local("2026-03-02"), returned_to_sender=True)
    again = facts.parcel(MUG, number="OUT2", delivered_at=facts.local("2026-03-09"))
    assert receipt(facts.order(parcels=(back,)), MUG) is None
    assert receipt(facts.order(parcels=(back, again)), MUG) == facts.local("2026-03-09")
