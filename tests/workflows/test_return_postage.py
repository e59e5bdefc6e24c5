"""Return postage: of every parcel, in every currency, and reviewed above an amount (R30, R31)."""

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.cases.messages import RefundUpdate
from domain.cases.next_step import next_step
from domain.enums import CaseState, Party, Reason, ResolutionDecision
from domain.payout_state import PayoutState
from tests.support.factories import order_line, payment
from tests.support.waiting import until
from tests.workflows.case_driver import OpenCase, refused_by
from tests.workflows.postage_cases import (
    CURRENCIES,
    FAR_ABOVE,
    GOODS,
    money,
    paid,
    postage,
    reviewed,
    sent,
    tell,
)
from tests.workflows.refund_cases import approved
from tests.workflows.shop import Shop

IN_CURRENCIES = pytest.mark.parametrize("currency", CURRENCIES)


@pytest.mark.parametrize("currency", [*CURRENCIES, "AUD", "BTN"])
async def test_m12_r30_return_postage_is_borne_in_every_currency_without_a_silent_cap(
    shop: Shop, currency: str
) -> None:
    case = await sent(shop, currency)
    await tell(case, 1500)
    await case.inspect(("MUG", 1, "accepted"))
    assert await case.ended() == "refunded"
    assert (paid(shop), postage(case)) == ([GOODS + 1500], [(1500, 0, 0)])


@IN_CURRENCIES
async def test_m12_r30_goods_are_paid_at_once_while_an_auditor_decides_about_high_postage(
    shop: Shop, currency: str
) -> None:
    case = await reviewed(shop, currency)
    assert (paid(shop), postage(case)) == ([GOODS], [(0, FAR_ABOVE, 0)])
    assert case.deadline("postage_review").passed is False
    assert next_step(case.case()).party is Party.AUDITOR
    await case.resolve(ResolutionDecision.ACCEPT)
    await case.until_event("payout_planned", times=2)
    assert postage(case) == [(FAR_ABOVE, 0, 0)]
    await case.until_event("reimbursement_due")
    await case.resolve(ResolutionDecision.PAID, reference="wire-1")
    assert await case.ended() == "refunded"
    assert sum(one.amount.minor for one in case.case().payouts) == GOODS + FAR_ABOVE


@pytest.mark.branch("postage_reviewed")
async def test_m12_r30_an_auditor_lets_the_shop_bear_a_part_of_high_postage(shop: Shop) -> None:
    case = await reviewed(shop, minor=90_000)
    await case.resolve(ResolutionDecision.PARTIAL_REFUND, amount=money(5000))
    assert await case.ended() == "refunded"
    assert (paid(shop), postage(case)) == ([GOODS, 5000], [(5000, 0, 85_000)])


async def test_m12_r30_an_auditor_refuses_high_postage_and_the_case_ends_with_its_goods_paid(shop: Shop) -> None:
    case = await reviewed(shop)
    await case.resolve(ResolutionDecision.REFUSE)
    assert await case.ended() == "refunded"
    assert (paid(shop), postage(case)) == ([GOODS], [(0, 0, FAR_ABOVE)])
    assert "postage_decided" in case.events()


async def test_m12_r30_only_what_is_offered_can_be_decided_about_high_postage(shop: Shop) -> None:
    case = await reviewed(shop)
    for decision, amount in [
        (ResolutionDecision.RETRY, None),
        (ResolutionDecision.PARTIAL_REFUND, money(FAR_ABOVE + 1)),
        (ResolutionDecision.PARTIAL_REFUND, money(1, "EUR")),
    ]:
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await case.resolve(decision, amount=amount)
        assert refused_by(refused.value) in {"R30", "R36"}


async def test_m12_r30_an_auditor_who_does_not_decide_in_time_makes_the_case_overdue(shop: Shop) -> None:
    case = await reviewed(shop)
    await case.elapsed("postage_review")
    await case.until_event("decision_overdue")
    assert case.case().overdue


async def test_m12_r30_an_auditor_can_decide_while_the_goods_are_being_paid(shop: Shop) -> None:
    shop.gateway.state = PayoutState.PENDING
    case = await sent(shop)
    await tell(case, 90_000)
    await case.inspect(("MUG", 1, "accepted"))
    await case.until_event("payout_pending")
    await case.resolve(ResolutionDecision.ACCEPT)
    assert [one.amount.minor for one in case.case().payouts] == [GOODS, 90_000]
    shop.gateway.state = PayoutState.SUCCEEDED
    await until(lambda: submitted(case))
    for one in case.case().payouts:
        update = RefundUpdate(
            payout_id=one.payout_id, refund_id=one.gateway_refund_id or "re_0", event_id=one.payout_id
        )
        await case.hear("refund_update", update)
    assert await case.ended() == "refunded"


async def submitted(case: OpenCase) -> bool:
    return all(one.gateway_refund_id for one in case.case().payouts)


@IN_CURRENCIES
async def test_m13_r30_postage_of_several_parcels_is_summed_each_parcel_once(shop: Shop, currency: str) -> None:
    case = await sent(shop, currency)
    await tell(case, 100, "SF-A00001")
    await tell(case, 700, "SF-B00002")
    await tell(case, 800, "SF-A00001")
    await tell(case, 700, "sf b00002")
    await case.inspect(("MUG", 1, "accepted"))
    assert await case.ended() == "refunded"
    assert (paid(shop), case.refund_due.return_postage.minor) == ([GOODS + 1500], 1500)


@IN_CURRENCIES
async def test_m13_r30_postage_told_after_the_scan_is_kept(shop: Shop, currency: str) -> None:
    case = await sent(shop, currency)
    await case.ship()
    await case.receive()
    await tell(case, 800)
    await tell(case, 700, "SF-OTHER1")
    await case.inspect(("MUG", 1, "accepted"))
    assert await case.ended() == "refunded"
    assert paid(shop) == [GOODS + 1500]


async def test_m13_r31_postage_is_the_customers_when_everything_is_reclassified(shop: Shop) -> None:
    case = await sent(shop, units=2)
    await tell(case, 700)
    await case.inspect(("MUG", 2, "no_defect_found"))
    await case.resolve(ResolutionDecision.RECLASSIFY)
    assert await case.ended() == "refunded"
    assert (paid(shop), postage(case)) == ([2 * GOODS], [(0, 0, 700)])


async def test_m13_r31_a_label_is_deducted_once_from_what_the_personal_units_get(shop: Shop) -> None:
    order = await shop.order(lines=(order_line(quantity=2, unit_price=GOODS),), outbound_postage=0)
    case = await shop.open(Reason.QUALITY, order=order, lines=(("MUG", 2),), evidence=["e1"])
    await case.pin("e1")
    await case.audit(shop_paid_label=money(500))
    await case.inspect(("MUG", 1, "accepted"), ("MUG", 1, "no_defect_found"))
    await case.until_event("decision_needed")
    await case.resolve(ResolutionDecision.RECLASSIFY)
    assert await case.ended() == "refunded"
    assert paid(shop) == [GOODS, GOODS - 500]


async def test_m13_r30_postage_told_while_the_rest_is_awaited_is_paid_at_once(shop: Shop) -> None:
    case = await sent(shop, units=2)
    await case.ship()
    await case.inspect(("MUG", 1, "accepted"))
    await case.until_event("rest_awaited")
    await tell(case, 700)
    await case.until_event("payout_succeeded", times=2)
    await case.until_event("rest_awaited", times=2)
    assert (paid(shop), case.state) == ([GOODS, 700], CaseState.AWAITING_RETURN)


async def test_m13_r30_postage_of_the_parcel_with_the_rest_falls_due_with_its_goods(shop: Shop) -> None:
    case = await sent(shop, units=2)
    await tell(case, 800)
    await case.inspect(("MUG", 1, "accepted"))
    await case.until_event("rest_awaited")
    await tell(case, 700, "SF-REST01")
    assert (paid(shop), case.state) == ([GOODS + 800], CaseState.IN_TRANSIT)
    await case.inspect(("MUG", 1, "accepted"))
    assert await case.ended() == "refunded"
    assert paid(shop) == [GOODS + 800, GOODS + 700]


async def test_fault_24_a_case_of_release_0_1_0_keeps_its_cap_and_its_one_parcel(shop: Shop) -> None:
    lines = (order_line(quantity=1, unit_price=GOODS),)
    order = await shop.order(lines=lines, outbound_postage=0, payments=(payment("pi_first_release", 3 * GOODS),))
    case = await approved(shop, Reason.QUALITY, order=order, process_version=1)
    await tell(case, 5000)
    await tell(case, 700, "SF-OTHER1")
    await tell(case, 5000, "SF-OTHER1")
    await case.inspect(("MUG", 1, "accepted"))
    assert await case.ended() == "refunded"
    assert paid(shop) == [GOODS + 3000]
