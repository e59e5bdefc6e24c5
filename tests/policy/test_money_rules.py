from operator import add

import pytest
from pydantic import ValidationError

from domain.cases.case_lines import Shipment
from domain.cases.messages import CourierTracking
from domain.enums import Reason
from domain.money import Money
from policy.parcels.return_postage import check_told
from policy.refund_amount import failed_value, goods_value, refund_due
from tests.policy import facts
from tests.policy.facts import LAMP, MUG, POLICY, SELLERS_FAULT, usd
from tests.support.factories import order_line, payment, unit_shares

PERSONAL = Reason.PERSONAL
AT = facts.local("2026-03-05")


def shipment(postage):
    return Shipment(
        carrier="ups", tracking_number="1Z999", status="in_transit", registered_at=AT, last_moved_at=AT, postage=postage
    )


def due(case, policy=POLICY):
    """Goods, outbound postage, return postage, label deduction and total, in minor units."""
    owed = refund_due(case, policy)
    return tuple(
        money.minor
        for money in (owed.goods, owed.outbound_postage, owed.return_postage, owed.label_deduction, owed.total)
    )


def accepted(count=1, paid=0, **changes):
    return facts.settled(facts.case((MUG, 2), **changes), accepted=count, paid=paid)


def paid_out(case, minor=100):
    payout = {
        "payout_id": f"{facts.CASE_ID}-p1",
        "provider": "stripe",
        "payment_reference": "pi_1",
        "amount": usd(minor),
        "idempotency_key": "k/a1",
    }
    return case.amend(payouts=(payout,))


def partly_refused(minor, **counts):
    return facts.settled(facts.case((MUG, 2), agreed_amount=usd(minor), shipment=shipment(usd(900))), **counts)


@pytest.mark.parametrize("reason", SELLERS_FAULT)
def test_r30_sellers_fault_pays_goods_outbound_share_and_return_postage(reason):
    assert due(accepted(2, reason=reason, shipment=shipment(usd(900)))) == (3000, 300, 900, 0, 4200)


def test_r30_the_goods_count_with_their_tax_and_their_share_of_the_discount():
    line = order_line(MUG, quantity=2, unit_price=1500, tax=240, discount=400)
    bought = facts.order(lines=(line,), parcels=(), outbound_postage=100)
    assert [(unit.goods, unit.outbound_postage) for unit in unit_shares(bought, MUG)] == [(1420, 50), (1420, 50)]


def test_r30_only_accepted_units_that_are_not_paid_are_owed():
    assert due(accepted(0)) == (0, 0, 0, 0, 0)
    assert due(accepted(1)) == (1500, 150, 0, 0, 1650)
    assert due(accepted(2, paid=1)) == (1500, 150, 0, 0, 1650)


def test_r30_the_return_postage_is_reimbursed_up_to_the_cap():
    assert due(accepted(shipment=shipment(usd(3000))))[2] == 3000
    assert due(accepted(shipment=shipment(usd(3001))))[2] == 3000


def test_r30_the_return_postage_is_reimbursed_once_per_case():
    assert due(accepted(2, paid=1, shipment=shipment(usd(900))))[2] == 0
    assert due(paid_out(accepted(2, paid=1, shipment=shipment(usd(900)))))[2] == 0


def test_r30_postage_in_a_currency_without_a_cap_or_in_another_currency_is_not_reimbursed():
    bought = facts.order(currency="CHF")
    francs = shipment(Money(minor=900, currency="CHF"))
    assert due(facts.settled(facts.case((MUG, 1), of=bought, shipment=francs), accepted=1))[2] == 0
    assert due(accepted(shipment=shipment(Money(minor=900, currency="EUR"))))[2] == 0
    assert due(accepted(shipment=shipment(usd(-900))))[2] == 0


def test_r30_postage_that_cannot_be_reimbursed_is_refused_when_it_is_given():
    def judged(postage):
        tracking = CourierTracking(carrier="ups", tracking_number="1Z99", postage=postage)
        refusal = check_told(facts.case(), tracking, AT)
        return refusal.code if refusal else None

    assert [judged(postage) for postage in (None, usd(0), usd(900))] == [None, None, None]
    assert [judged(usd(-1)), judged(Money(minor=1, currency="EUR"))] == ["postage_not_reimbursable"] * 2


def test_r30_every_line_of_the_case_counts():
    both = facts.settled(facts.settled(facts.case((MUG, 2), (LAMP, 1)), accepted=2), LAMP, accepted=1)
    assert due(both) == (6000, 600, 0, 0, 6600)


def test_r31_personal_pays_the_goods_and_no_postage():
    assert due(accepted(2, reason=PERSONAL, shipment=shipment(usd(900)))) == (3000, 0, 0, 0, 3000)


def test_r31_a_label_that_the_shop_paid_is_deducted_once():
    first = accepted(1, reason=PERSONAL, shop_paid_label=usd(400))
    assert due(first) == (1500, 0, 0, 400, 1100)
    assert due(paid_out(facts.settled(first, accepted=2, paid=1))) == (1500, 0, 0, 0, 1500)


def test_r31_a_label_that_an_agreed_amount_has_borne_is_not_deducted_again():
    agreed = facts.case((MUG, 2), reason=PERSONAL, agreed_amount=usd(500), shop_paid_label=usd(300))
    first = facts.settled(agreed, refused=1)
    assert due(first) == (500, 0, 0, 300, 200)
    second = paid_out(facts.settled(first, accepted=1, refused=1), minor=200).amend(agreed_amount=None)
    assert due(second) == (1500, 0, 0, 0, 1500)


def test_r31_a_label_never_takes_more_than_is_owed_and_the_rest_of_it_comes_off_later():
    dear = accepted(1, reason=PERSONAL, shop_paid_label=usd(2000))
    assert due(dear) == (1500, 0, 0, 1500, 0)
    assert due(facts.settled(dear, accepted=2, paid=1)) == (1500, 0, 0, 500, 1000)


def test_r31_a_label_that_the_first_refund_just_covered_is_not_deducted_again():
    covered = accepted(1, reason=PERSONAL, shop_paid_label=usd(1500))
    assert due(covered) == (1500, 0, 0, 1500, 0)
    assert due(facts.settled(covered, accepted=2, paid=1)) == (1500, 0, 0, 0, 1500)


def test_r31_a_label_comes_off_outbound_postage_too_where_a_version_refunds_it():
    generous = facts.amended(postage=POLICY.postage.amend(refund_outbound_for=frozenset(Reason)))
    assert due(accepted(1, reason=PERSONAL, shop_paid_label=usd(1600)), generous) == (1500, 150, 0, 1600, 50)


def test_r31_a_label_for_a_sellers_fault_case_is_the_shops_own():
    assert due(accepted(1, shop_paid_label=usd(400))) == (1500, 150, 0, 0, 1650)


def test_r28_an_agreed_amount_counts_with_the_goods_and_brings_no_postage():
    assert due(partly_refused(400, refused=1)) == (400, 0, 0, 0, 400)
    assert due(partly_refused(400, accepted=1, refused=1)) == (1900, 150, 900, 0, 2950)


def test_r28_an_agreed_amount_is_at_most_the_value_of_the_refused_units():
    assert due(partly_refused(1501, refused=1))[0] == 1500
    assert due(partly_refused(400, refused=0))[0] == 0
    assert due(partly_refused(9999, refused=2))[0] == 3000


def test_r28_accepted_refused_and_failed_units_are_different_units():
    line = order_line(MUG, quantity=3, unit_price=0, tax=1001)
    bought = facts.order(lines=(line,), parcels=(), outbound_postage=0)
    shares = [unit.goods for unit in unit_shares(bought, MUG)]
    assert shares == [334, 334, 333]
    third = facts.settled(facts.case((MUG, 3), of=bought, agreed_amount=usd(999)), accepted=1, failed=1, refused=1)
    assert failed_value(third) == 334
    assert due(third)[0] == 334 + 333


def test_r33_the_shares_of_a_line_add_up_to_the_last_cent():
    line = order_line(MUG, quantity=3, unit_price=0, tax=1000)
    bought = facts.order(lines=(line,), parcels=(), outbound_postage=500)
    shares = unit_shares(bought, MUG)
    assert [unit.goods for unit in shares] == [334, 333, 333]
    assert [unit.outbound_postage for unit in shares] == [167, 167, 166]
    assert [unit.unit for unit in shares] == [1, 2, 3]


def test_r33_the_outbound_postage_is_spread_over_all_units_by_their_value():
    assert [unit.outbound_postage for unit in unit_shares(facts.order(), MUG)] == [150, 150]
    assert [unit.outbound_postage for unit in unit_shares(facts.order(), LAMP)] == [300]


def test_r33_goods_that_cost_nothing_share_the_postage_equally():
    gift = order_line(MUG, "Gift", quantity=2, unit_price=0)
    paid = payment("pi_1", 101)
    bought = facts.order(lines=(gift,), parcels=(), outbound_postage=101, payments=(paid,))
    assert [unit.outbound_postage for unit in unit_shares(bought, MUG)] == [51, 50]


def test_r33_money_is_no_fraction_and_never_mixes_currencies():
    with pytest.raises(ValidationError):
        Money.model_validate({"minor": 1.5, "currency": "USD"})
    with pytest.raises(ValueError, match="USD and EUR"):
        add(usd(1), Money(minor=1, currency="EUR"))


def test_r33_a_line_that_was_not_sold_has_no_shares():
    assert unit_shares(facts.order(), "NO-SUCH") == ()


def test_the_value_of_a_case_is_what_was_paid_for_its_goods():
    assert goods_value(facts.case((MUG, 2), (LAMP, 1))) == 6000
    assert goods_value(facts.case((MUG, 1))) == 1500
