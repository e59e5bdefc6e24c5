"""Messages that come twice, under a used id, at a bad moment, or from the UI's cancel button."""

from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.cases.messages import AuditDecision, Withdrawal
from domain.enums import AuditVerdict, CaseState, Reason, ResolutionDecision
from domain.payout_state import PayoutState
from tests.support.assertions import assert_present
from tests.support.factories import inspection, usd
from tests.workflows.case_driver import refused_by
from tests.workflows.shop import Shop

_TWO_HOURS = timedelta(hours=2)


async def test_fault_29_an_id_that_comes_back_with_another_decision_is_refused(shop: Shop) -> None:
    case = await shop.open()
    await case.audit(event_id="K1")
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.say("decide_audit", AuditDecision(decision=AuditVerdict.REJECT, decided_by="mei", event_id="K1"))
    assert refused_by(refused.value) == "wrong_state"
    with pytest.raises(WorkflowUpdateFailedError):
        await case.say("withdraw", Withdrawal(event_id="K1"))
    assert case.state is CaseState.AWAITING_RETURN


async def test_fault_13_an_inspection_that_comes_again_under_its_id_counts_once(shop: Shop) -> None:
    case = await shop.open(lines=[("MUG", 3)])
    await case.audit()
    scan = inspection(("MUG", 1, "accepted")).amend(event_id="scan/S1")
    await case.say("record_inspection", scan)
    await case.until_event("rest_awaited")
    await case.say("record_inspection", scan)
    assert case.case().lines[0].accepted == 1
    assert case.case().processed_events == {"scan/S1": scan.identity}


async def test_r26_accepted_units_are_paid_while_a_human_decides_about_the_failed_ones(shop: Shop) -> None:
    case = await shop.open(Reason.QUALITY, lines=[("MUG", 2)], evidence=["e1"])
    await case.pin("e1")
    await case.audit()
    await case.ship(postage=usd(300))
    await case.inspect(("MUG", 1, "accepted"), ("MUG", 1, "no_defect_found"))
    await case.until_event("decision_needed")
    assert case.state is CaseState.INSPECTION_FAILED
    await case.resolve(ResolutionDecision.RECLASSIFY)
    assert await case.ended() == "refunded"
    assert [payout.amount for payout in case.case().payouts] == [usd(1033 + 76 + 300), usd(1033)]


async def test_r26_the_rest_may_be_sent_while_the_payout_of_a_part_is_blocked(shop: Shop) -> None:
    shop.gateway.decline_code = "account_closed"
    case = await shop.open(lines=[("MUG", 2)])
    await case.audit()
    await case.ship("SF1111111")
    await case.inspect(("MUG", 1, "accepted"), ("MUG", 1, "missing"))
    await case.until_event("payout_blocked")
    await case.ship("SF2222222")
    assert case.state is CaseState.PAYOUT_BLOCKED
    shop.gateway.decline_code = None
    await case.resolve(ResolutionDecision.RETRY)
    await case.until_event("rest_awaited")
    assert case.state is CaseState.IN_TRANSIT
    await case.inspect(("MUG", 1, "accepted"))
    assert await case.ended() == "refunded"
    assert len(case.case().payouts) == 2


async def test_fault_14_a_late_event_of_an_inspected_parcel_changes_nothing(shop: Shop) -> None:
    case = await shop.open(lines=[("MUG", 2)])
    await case.audit()
    await case.ship("SF1111111")
    await case.inspect(("MUG", 1, "accepted"), ("MUG", 1, "missing"))
    await case.until_event("rest_awaited")
    await case.ship("SF1111111", status="delivered")
    assert case.state is CaseState.AWAITING_RETURN


async def test_fault_14_an_event_older_than_the_last_does_not_undo_a_loss(shop: Shop) -> None:
    case = await shop.open()
    await case.audit()
    now = await shop.now()
    await case.ship(status="exception", sub_status="lost", occurred_at=now)
    await case.ship(status="in_transit", occurred_at=now.replace(year=now.year - 1))
    assert case.state is CaseState.LOST_IN_RETURN


async def test_r15_the_text_of_a_rejection_stands_in_the_timeline(shop: Shop) -> None:
    case = await shop.open()
    await case.audit("reject", reason_code="signs_of_use")
    assert await case.ended() == "rejected"
    told = next(one for one in shop.cases.timeline(case.intake.case_id) if one.event == "rejected")
    assert told.details["text"]


async def test_r30_a_postage_is_corrected_to_nothing(shop: Shop) -> None:
    case = await shop.open()
    await case.audit()
    await case.ship(postage=usd(850))
    await case.ship(postage=usd(0))
    assert assert_present(case.case().shipment).postage == usd(0)


async def test_fault_12_a_state_that_the_gateway_cannot_name_is_checked_until_it_can(
    forwarding_shop: Shop,
) -> None:
    shop = forwarding_shop
    shop.gateway.state = PayoutState.UNKNOWN
    case = await shop.open()
    await case.audit()
    await case.inspect(("MUG", 1, "accepted"))
    await case.until_event("payout_unknown")
    shop.gateway.state = PayoutState.SUCCEEDED
    await case.forward(_TWO_HOURS)
    assert await case.ended() == "refunded"


async def test_a_cancellation_from_the_ui_is_kept_as_ignored_and_the_case_goes_on(dev_shop: Shop) -> None:
    case = await dev_shop.open()
    await case.handle.cancel()
    await case.until_event("signal_ignored")
    await case.audit()
    await case.inspect(("MUG", 1, "accepted"))
    assert await case.ended() == "refunded"
