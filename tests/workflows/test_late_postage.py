"""Return postage told after the payout, or while the rest is awaited: a supplement, and the case ends well (R30)."""

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.cases.messages import CourierTracking
from domain.enums import CaseState, Reason, ResolutionDecision
from tests.support.factories import order_line
from tests.workflows.case_driver import refused_by
from tests.workflows.exchange_cases import asked, stock
from tests.workflows.postage_cases import (
    CURRENCIES,
    GOODS,
    ended,
    money,
    paid,
    postage,
    sent,
    tell,
    tell_late,
    until_parked,
)
from tests.workflows.refund_cases import approved
from tests.workflows.shop import Shop

IN_CURRENCIES = pytest.mark.parametrize("currency", CURRENCIES)


@IN_CURRENCIES
async def test_m13_r30_postage_told_in_time_after_the_payout_is_a_supplement(shop: Shop, currency: str) -> None:
    case = await ended(shop, currency)
    await case.to_second_before("postage")
    await tell_late(case, 700)
    await case.until_event("payout_succeeded", times=2)
    assert await case.ended() == "refunded"
    assert (paid(shop), postage(case)) == ([GOODS, 700], [(700, 0, 0)])
    assert case.refund_due.total.minor == GOODS + 700


async def test_m13_r30_postage_told_too_late_is_refused_with_the_date(shop: Shop) -> None:
    case = await ended(shop)
    await case.past("postage")
    with pytest.raises(WorkflowUpdateFailedError, match="Workflow update failed") as refused:
        await tell_late(case, 700)
    assert refused_by(refused.value) == "R30"
    assert str(case.deadline("postage").last_day) in str(refused.value.cause)
    assert (paid(shop), case.state) == ([GOODS], CaseState.REFUNDED)


@pytest.mark.branch("postage_supplement")
async def test_m13_r32_a_supplement_that_the_payment_cannot_take_is_reimbursed_outside(shop: Shop) -> None:
    order = await shop.order(lines=(order_line(quantity=1, unit_price=4000),), outbound_postage=0)
    case = await approved(shop, Reason.QUALITY, order=order)
    await case.inspect(("MUG", 1, "accepted"))
    assert await case.ended() == "refunded"
    await tell_late(case, 900)
    assert case.state is CaseState.REIMBURSEMENT_DUE
    assert case.deadline("payout").passed is False
    await case.resolve(ResolutionDecision.PAID, reference="wire-3")
    assert await case.ended() == "refunded"
    assert [(one.provider, one.amount.minor) for one in case.case().payouts] == [
        ("stripe", 4000),
        ("reimbursement", 900),
    ]


async def test_m13_r30_high_postage_after_the_payout_asks_an_auditor_and_the_case_ends_again(shop: Shop) -> None:
    case = await ended(shop)
    await tell_late(case, 90_000)
    assert (case.state, case.case().blocked_by) == (CaseState.PAYOUT_BLOCKED, "postage_review")
    await case.resolve(ResolutionDecision.REFUSE)
    assert await case.ended() == "refunded"
    assert paid(shop) == [GOODS]


async def test_m13_r30_a_repeat_after_the_payout_changes_nothing_and_a_higher_amount_pays_the_difference(
    shop: Shop,
) -> None:
    case = await sent(shop)
    await tell(case, 700)
    await case.inspect(("MUG", 1, "accepted"))
    await case.ended()
    version = case.case().version
    await tell_late(case, 700)
    assert (await case.ended(), case.case().version) == ("refunded", version)
    await tell_late(case, 800)
    assert await case.ended() == "refunded"
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await tell_late(case, 100)
    assert (refused_by(refused.value), paid(shop)) == ("R30", [GOODS + 700, 100])


@pytest.mark.parametrize(("currency", "other"), [("USD", "EUR"), ("JPY", "USD"), ("KWD", "BHD")])
async def test_m13_r30_postage_in_another_currency_is_refused_with_both_named(
    shop: Shop, currency: str, other: str
) -> None:
    case = await ended(shop, currency)
    tracking = CourierTracking(carrier="sf_express", tracking_number="SF1234567", postage=money(700, other))
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.revive_by("register_shipment", tracking)
    assert refused_by(refused.value) == "R30"
    assert currency in str(refused.value.cause)
    assert other in str(refused.value.cause)


async def test_m13_r31_postage_of_a_personal_case_is_the_customers_and_never_owed(shop: Shop) -> None:
    case = await sent(shop, reason=Reason.PERSONAL)
    await tell(case, 700)
    await case.inspect(("MUG", 1, "accepted"))
    assert await case.ended() == "refunded"
    assert (paid(shop), postage(case)) == ([GOODS], [(0, 0, 700)])
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await tell_late(case, 800, "SF-OTHER1")
    assert refused_by(refused.value) == "R31"


async def test_m13_r30_postage_stays_the_shops_when_only_the_rest_is_reclassified(shop: Shop) -> None:
    case = await sent(shop, units=2)
    await case.ship()
    await case.inspect(("MUG", 1, "accepted"), ("MUG", 1, "no_defect_found"))
    await case.until_event("decision_needed")
    await case.resolve(ResolutionDecision.RECLASSIFY)
    assert await case.ended() == "refunded"
    await tell_late(case, 700)
    assert await case.ended() == "refunded"
    assert paid(shop) == [GOODS, GOODS, 700]


async def test_m13_r43_a_review_that_is_open_when_the_time_for_the_rest_ends_is_still_decided(shop: Shop) -> None:
    case = await sent(shop, units=2)
    await tell(case, 90_000)
    await case.inspect(("MUG", 1, "accepted"))
    await case.until_event("rest_awaited")
    await case.elapsed("ship_by")
    await until_parked(case)
    assert "return_window_ended" in case.events()
    await case.resolve(ResolutionDecision.ACCEPT)
    assert await case.ended() == "refunded"
    assert paid(shop) == [GOODS, 90_000]


async def test_m13_r39_postage_of_an_exchange_is_a_supplement_as_well(shop: Shop) -> None:
    stock(shop)
    case = await asked(shop, Reason.QUALITY)
    await case.ship()
    await case.inspect(("MUG", 1, "accepted"))
    await case.until_event("replacement_reserved")
    await tell(case, 800)
    await case.dispatch()
    assert await case.ended() == "exchanged"
    await tell_late(case, 700, "SF-OTHER1")
    assert await case.ended() == "exchanged"
    assert sum(paid(shop)) == 1500 + sum(one.difference.minor for one in case.case().replacements)
