"""Return: R18-R24, on the time-skipping server."""

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.enums import CaseState, Reason, ResolutionDecision
from tests.support.factories import inspection, usd
from tests.workflows.case_driver import refused_by
from tests.workflows.refund_cases import approved
from tests.workflows.shop import Shop


async def test_r18_the_return_code_is_the_same_whenever_it_is_asked(shop: Shop) -> None:
    case = await approved(shop)
    code = case.case().return_code
    await case.ship()
    assert case.case().return_code == code


@pytest.mark.branch("reminded_and_shipped")
async def test_r19_a_tracking_number_in_the_last_second_is_in_time(shop: Shop) -> None:
    case = await approved(shop)
    await case.to_second_before("ship_by")
    await case.ship()
    assert case.state is CaseState.IN_TRANSIT
    assert case.events().count("customer_reminded") == 2


@pytest.mark.branch("return_expired")
async def test_r19_a_second_late_the_case_has_expired(shop: Shop) -> None:
    case = await approved(shop)
    await case.past("ship_by")
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.ship()
    assert refused_by(refused.value) == "wrong_state"
    assert await case.ended() == "expired"


@pytest.mark.parametrize("reminder", ["ship_by_reminder_1", "ship_by_reminder_2"])
async def test_r19_each_reminder_is_sent_once_its_day_has_ended_and_not_before(shop: Shop, reminder: str) -> None:
    case = await approved(shop)
    nth = int(reminder[-1])
    await case.to_second_before(reminder)
    assert case.events().count("customer_reminded") == nth - 1
    await case.elapsed(reminder)
    await case.until_event("customer_reminded", nth)


@pytest.mark.branch("revived")
async def test_r19_an_expired_case_revives_when_the_parcel_arrives_all_the_same(shop: Shop) -> None:
    case = await approved(shop)
    await case.elapsed("ship_by")
    await case.ended()
    await case.revive_by("record_inspection", inspection(("MUG", 1, "accepted")))
    assert await case.ended() == "refunded"
    assert "revived" in case.events()


async def test_r19_an_expired_case_whose_units_were_refunded_elsewhere_does_not_revive(shop: Shop) -> None:
    order = await shop.order()
    case = await approved(shop, order=order, lines=[("LAMP", 1)])
    await case.elapsed("ship_by")
    await case.ended()
    other = await approved(shop, order=order, lines=[("LAMP", 1)], received_at=case.intake.received_at)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.revive_by("record_inspection", inspection(("LAMP", 1, "accepted")))
    assert refused_by(refused.value) == "R11"
    assert other.state is CaseState.AWAITING_RETURN


async def test_r20_delivered_by_the_courier_is_not_receipt(shop: Shop) -> None:
    case = await approved(shop)
    await case.ship(status="delivered")
    assert case.state is CaseState.IN_TRANSIT
    assert case.case().received_at is None


async def test_r20_the_warehouses_scan_is_receipt(shop: Shop) -> None:
    case = await approved(shop)
    await case.ship()
    await case.receive()
    assert case.state is CaseState.RECEIVED
    assert case.case().received_at is not None


@pytest.mark.branch("received_first")
async def test_r20_a_scan_before_the_tracking_number_ends_the_same(shop: Shop) -> None:
    case = await approved(shop)
    await case.receive()
    await case.inspect(("MUG", 1, "accepted"))
    assert await case.ended() == "refunded"


@pytest.mark.branch("stalled")
async def test_r22_a_parcel_that_has_not_moved_for_thirty_days_asks_a_human(shop: Shop) -> None:
    case = await approved(shop)
    await case.ship()
    await case.to_second_before("parcel_stalled")
    assert case.state is CaseState.IN_TRANSIT
    await case.elapsed("parcel_stalled")
    await case.until_event("parcel_stalled")
    assert case.state is CaseState.LOST_IN_RETURN


async def test_r22_a_parcel_that_moves_in_the_last_second_gets_its_days_anew(shop: Shop) -> None:
    case = await approved(shop)
    await case.ship()
    first = case.deadline("parcel_stalled").when
    await case.to_second_before("parcel_stalled")
    await case.ship(status="in_transit")
    assert case.state is CaseState.IN_TRANSIT
    assert case.deadline("parcel_stalled").when > first


@pytest.mark.branch("loss_paid")
async def test_r22_a_loss_is_paid_when_a_human_says_so(shop: Shop) -> None:
    case = await approved(shop, Reason.QUALITY)
    await case.ship(status="exception", sub_status="lost")
    assert case.state is CaseState.LOST_IN_RETURN
    await case.resolve(ResolutionDecision.PAY)
    assert await case.ended() == "refunded"
    assert case.case().inspections == ()


@pytest.mark.branch("loss_closed")
async def test_r22_a_loss_is_closed_when_a_human_says_so(shop: Shop) -> None:
    case = await approved(shop)
    await case.ship(status="exception", sub_status="destroyed")
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.resolve(ResolutionDecision.RETRY)
    assert refused_by(refused.value) == "R22"
    await case.resolve(ResolutionDecision.CLOSE)
    assert await case.ended() == "lost_in_return"
    assert case.case().payouts == ()


async def test_r22_a_parcel_thought_lost_that_arrives_is_inspected_after_all(shop: Shop) -> None:
    case = await approved(shop)
    await case.ship(status="exception", sub_status="lost")
    await case.receive()
    assert case.state is CaseState.RECEIVED


@pytest.mark.branch("withdrawn")
@pytest.mark.parametrize("steps", [(), ("audit",), ("audit", "ship")])
async def test_r24_the_customer_may_withdraw_until_the_warehouse_has_the_goods(
    shop: Shop, steps: tuple[str, ...]
) -> None:
    case = await shop.open()
    for step in steps:
        await getattr(case, step)()
    await case.withdraw()
    assert await case.ended() == "withdrawn"


async def test_r24_not_afterwards(shop: Shop) -> None:
    case = await approved(shop)
    await case.ship()
    await case.receive()
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.withdraw()
    assert refused_by(refused.value) == "wrong_state"
    assert case.state is CaseState.RECEIVED


async def test_r30_postage_in_another_currency_is_refused(shop: Shop) -> None:
    case = await approved(shop)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.ship(postage=usd(900).amend(currency="EUR"))
    assert refused_by(refused.value) == "R30"


async def test_r19_a_case_that_expired_before_its_approval_does_not_revive(shop: Shop) -> None:
    case = await shop.open(Reason.QUALITY)
    await case.elapsed("information")
    assert await case.ended() == "expired"
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.revive_by("record_inspection", inspection(("MUG", 1, "accepted")))
    assert refused_by(refused.value) == "wrong_state"
    assert case.case().payouts == ()
