"""R30, R31: return postage of every parcel, what of it is borne, reviewed and refused, and when it falls due."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cases.case_lines import Shipment
from domain.cases.messages import CourierTracking
from domain.enums import CaseState, Reason, ResolutionDecision
from domain.money import Money
from policy.parcels import return_postage as rules
from policy.refund_amount import refund_due, with_label_deducted
from tests.policy import facts
from tests.policy.facts import MUG, POLICY, SELLERS_FAULT, usd
from tests.support.factories import order_line, payment

CURRENCIES = ["USD", "JPY", "KWD", "ISK", "HUF"]
AT = facts.local("2026-03-05")
UNITS = 2


def settling(currency="USD", reason=Reason.QUALITY, accepted=1, worth=100_000, **changes):
    """A case over two units of which some are accepted."""
    line = order_line(MUG, quantity=UNITS, unit_price=worth)
    paid = payment("pi_1", UNITS * worth)
    bought = facts.order(currency=currency, lines=(line,), payments=(paid,), outbound_postage=0, parcels=())
    case = facts.case((MUG, UNITS), of=bought, reason=reason, process_version=2, **changes)
    return facts.settled(case, accepted=accepted)


def tracking(case, minor, number="SF1234567", currency=None):
    return CourierTracking(
        carrier="sf_express",
        tracking_number=number,
        postage=Money(minor=minor, currency=currency or case.currency),
    )


def tell(case, *parcels):
    for number, minor in parcels:
        case = rules.told(case, tracking(case, minor, number), AT, POLICY)
    return case


def shares(case):
    return [(one.borne.minor, one.under_review.minor, one.refused.minor) for one in case.return_postage]


def owed(case):
    return refund_due(case, POLICY).return_postage.minor


@pytest.mark.parametrize("currency", [*CURRENCIES, "AUD", "BTN", "CLF"])
@pytest.mark.parametrize("reason", SELLERS_FAULT)
def test_m12_r30_postage_is_borne_in_every_currency(currency, reason):
    case = tell(settling(currency, reason), ("SF-1", 1500))
    assert (owed(case), shares(case)) == (1500, [(1500, 0, 0)])


@pytest.mark.parametrize("currency", [*CURRENCIES, "AUD"])
def test_m12_r30_an_auditor_is_asked_about_more_than_the_review_amount_and_nothing_is_cut(currency):
    case = settling(currency)
    most = rules.review_amount(case, POLICY)
    assert shares(tell(case, ("SF-1", most))) == [(most, 0, 0)]
    above = tell(case, ("SF-1", most + 1))
    assert (owed(above), shares(above)) == (0, [(0, most + 1, 0)])


def test_m12_r30_a_currency_without_a_review_amount_has_the_value_of_the_goods():
    assert rules.review_amount(settling("BTN", worth=700), POLICY) == 1400
    assert shares(tell(settling("BTN", worth=700), ("SF-1", 1401))) == [(0, 1401, 0)]


def test_m12_r30_a_version_without_review_amounts_reviews_what_was_its_cap():
    older = POLICY.amend(postage=POLICY.postage.amend(return_review={}))
    assert [rules.review_amount(settling(one), older) for one in ("GBP", "KWD")] == [2500, 200_000]


def test_m12_r30_parcels_are_reviewed_together_in_the_order_in_which_they_were_told():
    case = tell(settling(), ("SF-1", 2000), ("SF-2", 1500), ("SF-3", 1000))
    assert shares(case) == [(2000, 0, 0), (0, 1500, 0), (1000, 0, 0)]


def decide(case, decision, minor=None):
    resolution = facts.resolution(decision, usd(minor) if minor is not None else None)
    assert rules.is_postage_decision(case, resolution)
    assert rules.check_postage_decision(case, resolution) is None
    return rules.decided(case, resolution, POLICY)


def test_m12_r30_an_auditor_decides_about_all_that_is_under_review():
    case = tell(settling(), ("SF-1", 4000), ("SF-2", 5000))
    assert shares(decide(case, ResolutionDecision.ACCEPT)) == [(4000, 0, 0), (5000, 0, 0)]
    assert shares(decide(case, ResolutionDecision.REFUSE)) == [(0, 0, 4000), (0, 0, 5000)]
    assert shares(decide(case, ResolutionDecision.PARTIAL_REFUND, 4500)) == [(4000, 0, 0), (500, 0, 4500)]


def test_m12_r30_a_correction_of_what_an_auditor_decided_asks_again():
    refused = decide(tell(settling(), ("SF-1", 4000)), ResolutionDecision.REFUSE)
    assert shares(tell(refused, ("SF-1", 2500))) == [(0, 2500, 0)]


@pytest.mark.parametrize(("minor", "currency"), [(0, "USD"), (4001, "USD"), (100, "EUR")])
def test_m12_r30_an_amount_that_was_not_told_cannot_be_decided(minor, currency):
    case = tell(settling(), ("SF-1", 4000))
    wrong = facts.resolution(ResolutionDecision.PARTIAL_REFUND, Money(minor=minor, currency=currency))
    refusal = rules.check_postage_decision(case, wrong)
    assert refusal is not None
    assert refusal.rule == "R30"


def test_m12_r30_failed_units_are_decided_before_postage():
    case = tell(settling(state=CaseState.INSPECTION_FAILED), ("SF-1", 4000))
    assert not rules.is_postage_decision(case, facts.resolution(ResolutionDecision.ACCEPT))


@pytest.mark.parametrize("currency", CURRENCIES)
def test_m13_r30_postage_of_several_parcels_is_summed_each_once_by_its_latest_amount(currency):
    case = tell(settling(currency), ("SF-1", 100), ("SF-2", 700), ("SF-1", 800), ("sf 2", 700))
    assert (owed(case), len(case.return_postage)) == (1500, 2)


def test_m13_r30_what_fell_due_is_not_due_again_and_is_never_corrected_below():
    case = rules.made_due(tell(settling(), ("SF-1", 800)))
    assert owed(case) == 0
    assert owed(tell(case, ("SF-1", 900))) == 100
    refusal = rules.check_told(case, tracking(case, 700, "SF-1"), AT)
    assert refusal is not None
    assert refusal.code == "postage_already_due"


def test_m13_r30_no_postage_falls_due_before_goods_are_accepted():
    assert owed(tell(settling(accepted=0), ("SF-1", 800))) == 0


@pytest.mark.parametrize(("currency", "other"), [("USD", "EUR"), ("JPY", "KRW"), ("KWD", "USD")])
def test_m13_r30_another_currency_is_refused_with_both_named(currency, other):
    case = settling(currency)
    refusal = rules.check_told(case, tracking(case, 800, currency=other), AT)
    assert refusal is not None
    assert refusal.rule == "R30"
    assert f"in {currency}, not in {other}" in refusal.message


@pytest.mark.parametrize(("late", "code"), [(0, None), (1, "postage_too_late")])
def test_m13_r30_after_the_payout_postage_is_taken_until_the_end_of_its_window(late, code):
    end = facts.last_second("2026-03-16")
    case = settling(deadlines=(facts.deadline("postage", end),))
    at = facts.local("2026-03-17") if late else end
    refusal = rules.check_told(case, tracking(case, 800), at)
    assert (refusal.code if refusal else None) == code
    assert refusal is None or "2026-03-16" in refusal.message


def test_m13_r31_personal_postage_is_the_customers():
    case = tell(settling(reason=Reason.PERSONAL), ("SF-1", 800))
    assert (owed(case), shares(case)) == (0, [(0, 0, 800)])
    refusal = rules.check_told_alone(case, tracking(case, 900), POLICY)
    assert refusal is not None
    assert refusal.rule == "R31"


def test_m13_r30_postage_stays_borne_when_units_were_accepted_before_the_rest_was_reclassified():
    case = settling(reason=Reason.PERSONAL, accepted_as=Reason.QUALITY)
    assert owed(tell(case, ("SF-1", 800))) == 800


def test_m13_r31_a_label_is_deducted_once_also_after_a_payout_for_other_units():
    case = settling(reason=Reason.PERSONAL, accepted=2, shop_paid_label=usd(500))
    assert refund_due(case, POLICY).label_deduction == usd(500)
    assert refund_due(case.amend(label_deducted=500), POLICY).label_deduction == usd(0)


def test_m13_r31_what_release_0_1_0_deducted_for_a_label_is_not_deducted_again():
    old = settling(reason=Reason.PERSONAL, shop_paid_label=usd(500)).amend(process_version=1)
    half_paid = facts.settled(old, accepted=2, paid=1)
    assert with_label_deducted(half_paid, POLICY).label_deducted >= 500
    assert with_label_deducted(old, POLICY).label_deducted == 0


parcels = st.lists(st.tuples(st.sampled_from(["SF01", "SF02", "SF03"]), st.integers(0, 9000)), max_size=8)
decisions = st.sampled_from([None, ResolutionDecision.ACCEPT, ResolutionDecision.REFUSE])


@pytest.mark.parametrize("currency", CURRENCIES)
@given(parcels, parcels, decisions, st.sampled_from(Reason))
def test_m13_r30_r31_what_was_told_is_borne_under_review_or_refused_to_the_last_unit(
    currency, before, after, decision, reason
):
    case = tell(settling(currency, reason), *before)
    if decision and case.postage_under_review:
        case = decide(case, decision)
    borne = rules.made_due(case)
    later = [(number, minor) for number, minor in after if minor >= due_of(borne, number)]
    for one in (case, borne, tell(borne, *later)):
        assert all(
            sum(parts) == parcel.told.minor for parts, parcel in zip(shares(one), one.return_postage, strict=True)
        )
        assert min((part for parts in shares(one) for part in parts), default=0) >= 0
        assert all(parcel.borne.minor >= parcel.due for parcel in one.return_postage)
        assert rules.not_due_yet(one) == sum(parcel.borne.minor - parcel.due for parcel in one.return_postage)


def due_of(case, number):
    return next((one.due for one in case.return_postage if one.tracking_number == number), 0)


@pytest.mark.parametrize(
    ("currency", "told", "promised"), [("USD", 5_000, 3_000), ("JPY", 9_000, 4_000), ("KWD", 9, 0)]
)
def test_m13_r30_what_release_0_1_0_paid_stays_what_it_promised_when_its_case_is_continued(currency, told, promised):
    case = settling(currency).amend(process_version=1)
    sent = Shipment(
        carrier="sf_express",
        tracking_number="SF1234567",
        status="in_transit",
        registered_at=AT,
        last_moved_at=AT,
        postage=case.money(told),
    )
    paid = tuple(line.amend(paid=line.accepted) for line in case.lines)
    [parcel] = rules.taken_over(case.amend(shipment=sent, lines=paid), POLICY).return_postage
    assert (parcel.borne.minor, parcel.due, parcel.under_review.minor) == (promised, promised, 0)
