"""Payouts that do not simply succeed: R36, R37, R38 and faults 1, 11, 28 as the case lives through them."""

import asyncio

import pytest
from temporalio.client import WorkflowUpdateFailedError

from activities.ports.payment_gateway import GatewayRefund
from domain.cases.messages import CaseResolution, DisputeUpdate, RefundUpdate
from domain.cases.payout import Payout
from domain.enums import CaseState, Reason, ResolutionDecision
from domain.payment_events import DisputeStatus
from domain.payout_state import PayoutState
from tests.support.assertions import assert_present
from tests.support.factories import dispute, payment, refund_record
from tests.workflows.case_driver import OpenCase, refused_by
from tests.workflows.refund_cases import due
from tests.workflows.shop import Shop

OTHER = {"decision": ResolutionDecision.OTHER_ACCOUNT, "reference": "acct-7"}


def payout_of(case: OpenCase) -> Payout:
    (payout,) = (one for one in case.case().payouts if not one.released)
    return payout


def refund_update(case: OpenCase, event_id: str = "stripe:evt_1") -> RefundUpdate:
    payout = payout_of(case)
    return RefundUpdate(payout_id=payout.payout_id, refund_id=payout.gateway_refund_id or "re_0", event_id=event_id)


async def dispute_update(case: OpenCase, status: DisputeStatus, minor: int = 10_299) -> DisputeUpdate:
    told = dispute(status, payout_of(case).payment_reference, minor=minor, changed_at=await case.now())
    return DisputeUpdate(dispute=told, event_id=f"stripe:evt_{status}")


async def blocked(shop: Shop, code: str = "account_closed") -> OpenCase:
    shop.gateway.decline_code = code
    case = await due(shop)
    await case.until_event("chargeback_hold" if code == "charge_disputed" else "payout_blocked")
    shop.gateway.decline_code = None
    return case


@pytest.mark.branch("unknown_then_paid")
async def test_fault_1_a_lost_answer_makes_the_payout_unknown_and_then_found(shop: Shop) -> None:
    shop.gateway.answers_to_lose = 1
    case = await due(shop)
    assert await case.ended() == "refunded"
    assert [event for event in case.events() if event.startswith("payout_")][-2:] == [
        "payout_unknown",
        "payout_succeeded",
    ]
    assert len(shop.gateway.refunds) == 1


@pytest.mark.branch("other_account")
async def test_r36_another_account_is_paid_once_two_people_have_said_so(shop: Shop) -> None:
    case = await blocked(shop)
    await case.resolve(**OTHER)
    await case.say("resolve", CaseResolution(decided_by="lin", **OTHER))
    assert (case.state, case.case().blocked_by) == (CaseState.PAYOUT_BLOCKED, "other_account")
    assert (payout_of(case).provider, payout_of(case).state) == ("reimbursement", PayoutState.ACTION_REQUIRED)
    await case.resolve(ResolutionDecision.PAID, reference="wire-1")
    assert await case.ended() == "refunded"
    assert (payout_of(case).state, payout_of(case).gateway_refund_id) == (PayoutState.SUCCEEDED, "wire-1")
    assert shop.gateway.refunds == {}


async def test_r36_one_person_alone_pays_no_other_account_however_often_asked(shop: Shop) -> None:
    case = await blocked(shop)
    await case.resolve(**OTHER)
    await case.resolve(**OTHER)
    assert payout_of(case).provider == "stripe"
    assert case.events().count("other_account_proposed") == 1


async def test_r36_a_second_person_who_names_another_account_approves_nothing(shop: Shop) -> None:
    case = await blocked(shop)
    await case.resolve(**OTHER)
    await case.say(
        "resolve", CaseResolution(decided_by="lin", decision=ResolutionDecision.OTHER_ACCOUNT, reference="acct-8")
    )
    assert payout_of(case).provider == "stripe"
    assert assert_present(case.case().other_account).reference == "acct-8"


async def test_r36_nothing_is_marked_paid_that_is_not_owed_outside(shop: Shop) -> None:
    case = await blocked(shop)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.resolve(ResolutionDecision.PAID, reference="wire-1")
    assert refused_by(refused.value) == "R36"


async def test_r35_a_blocked_payment_keeps_the_others_not_back(shop: Shop) -> None:
    first, second = (
        payment("v-2", 500, "voucher"),
        payment("pi_behind_voucher", 10_000),
    )
    case = await due(shop, order=await shop.order(payments=(first, second)))
    await case.until_event("payout_succeeded")
    assert case.state is CaseState.PAYOUT_BLOCKED
    assert [one.state for one in case.case().payouts] == [PayoutState.FAILED, PayoutState.SUCCEEDED]


@pytest.mark.branch("reversed_and_paid_again")
async def test_r37_a_refund_that_fails_after_the_case_has_ended_reopens_its_money(shop: Shop) -> None:
    case = await due(shop)
    assert await case.ended() == "refunded"
    shop.gateway.fail()
    await case.hear("refund_update", refund_update(case))
    await case.until_event("payout_reversed")
    assert (case.state, case.case().blocked_by) == (CaseState.PAYOUT_BLOCKED, "refund_reversed")
    assert (payout_of(case).state, case.case().ended_at) == (PayoutState.REVERSED, None)
    await case.resolve(ResolutionDecision.RETRY)
    assert await case.ended() == "refunded"
    assert (payout_of(case).state, payout_of(case).attempt) == (PayoutState.SUCCEEDED, 2)


async def test_r37_an_update_that_changes_nothing_leaves_an_ended_case_as_it_was(shop: Shop) -> None:
    case = await due(shop)
    assert await case.ended() == "refunded"
    before = case.case()
    await case.hear("refund_update", refund_update(case))
    assert await case.ended() == "refunded"
    assert case.case() == before


async def test_fault_11_the_same_update_many_times_reverses_once(shop: Shop) -> None:
    case = await due(shop)
    await case.ended()
    shop.gateway.fail()
    for number in range(10):
        await case.hear("refund_update", refund_update(case, f"stripe:evt_{number % 2}"))
    await case.until_event("payout_reversed")
    await case.resolve(ResolutionDecision.RETRY)
    assert await case.ended() == "refunded"
    assert case.events().count("payout_reversed") == 1


@pytest.mark.parametrize("is_heard_first", [True, False], ids=["heard_before_the_answer", "with_the_answer"])
async def test_r37_an_update_that_crosses_the_answer_to_an_earlier_one_is_checked_again(
    shop: Shop, is_heard_first: bool
) -> None:
    case = await due(shop)
    assert await case.ended() == "refunded"
    loop, answers = asyncio.get_running_loop(), []

    async def tell_more() -> None:
        await case.hear("refund_update", refund_update(case, "stripe:evt_2"))
        if is_heard_first:
            await case.until_heard()

    def fail_behind_the_answer(answer: GatewayRefund) -> None:
        answers.append(answer.state)
        if len(answers) == 1:
            shop.gateway.fail()
            asyncio.run_coroutine_threadsafe(tell_more(), loop).result(20)

    shop.gateway.before_answering = fail_behind_the_answer
    await case.hear("refund_update", refund_update(case))
    await case.until_event("payout_reversed")
    assert answers == [PayoutState.SUCCEEDED, PayoutState.FAILED]


async def test_r37_a_reversed_payout_that_is_then_refused_is_tried_again_until_it_is_paid(shop: Shop) -> None:
    case = await due(shop)
    await case.ended()
    shop.gateway.fail()
    await case.hear("refund_update", refund_update(case))
    await case.until_event("payout_reversed")
    shop.gateway.decline_code = "account_closed"
    await case.resolve(ResolutionDecision.RETRY)
    await case.until_event("payout_failed")
    assert (payout_of(case).state, payout_of(case).attempt) == (PayoutState.FAILED, 2)
    shop.gateway.decline_code = None
    await case.resolve(ResolutionDecision.RETRY)
    assert await case.ended() == "refunded"


async def test_r37_an_update_of_a_payout_that_the_case_does_not_have_is_ignored(shop: Shop) -> None:
    case = await shop.open()
    await case.hear("refund_update", RefundUpdate(payout_id="rc_00000000-p9", refund_id="re_9"))
    await case.until_event("signal_ignored")


@pytest.mark.branch("chargeback_won")
async def test_r38_a_chargeback_holds_the_payout_until_it_is_won(shop: Shop) -> None:
    case = await blocked(shop, "charge_disputed")
    assert (case.state, shop.gateway.refunds) == (CaseState.CHARGEBACK_HOLD, {})
    await case.hear("dispute_update", await dispute_update(case, DisputeStatus.OPEN))
    await case.hear("dispute_update", await dispute_update(case, DisputeStatus.WON))
    assert await case.ended() == "refunded"
    assert payout_of(case).state is PayoutState.SUCCEEDED


@pytest.mark.branch("chargeback_lost")
async def test_r38_a_lost_chargeback_has_paid_and_nothing_else_goes_out(shop: Shop) -> None:
    case = await blocked(shop, "charge_disputed")
    await case.hear("dispute_update", await dispute_update(case, DisputeStatus.LOST))
    assert await case.ended() == "refunded"
    assert ([one.counts for one in case.case().payouts], case.case().settled_by_dispute) == ([False], "dp_1")
    assert shop.gateway.refunds == {}


async def test_r38_a_lost_chargeback_over_less_than_is_owed_asks_finance(shop: Shop) -> None:
    case = await blocked(shop, "charge_disputed")
    await case.hear("dispute_update", await dispute_update(case, DisputeStatus.LOST, minor=100))
    await case.until_event("payout_blocked")
    assert case.case().blocked_by == "dispute_lost_in_part"


async def test_r38_a_chargeback_opened_while_the_payout_is_blocked_holds_it(shop: Shop) -> None:
    case = await blocked(shop)
    await case.hear("dispute_update", await dispute_update(case, DisputeStatus.OPEN))
    await case.until_event("chargeback_hold")
    assert case.deadline("decision_target"), "I6: somebody must act, and until when"


async def test_r38_finance_ends_a_hold_whose_end_nobody_tells(shop: Shop) -> None:
    case = await blocked(shop, "charge_disputed")
    await case.resolve(ResolutionDecision.CLOSE)
    assert await case.ended() == "closed"
    assert (shop.gateway.refunds, case.case().waived) == ({}, case.refund_due.total)


async def test_r38_a_chargeback_over_a_case_that_pays_nothing_yet_is_only_noted(shop: Shop) -> None:
    case = await shop.open()
    told = dispute(payment_reference="pi_x", dispute_id="dp_2", changed_at=await case.now())
    await case.hear("dispute_update", DisputeUpdate(dispute=told))
    await case.until_event("dispute_open")
    assert case.state is CaseState.UNDER_AUDIT


@pytest.mark.branch("evidence_accepted")
async def test_fault_28_evidence_that_an_auditor_looks_at_again_is_paid_for(shop: Shop) -> None:
    shop.vault.matches = False
    case = await due(shop, Reason.QUALITY)
    await case.until_event("payout_blocked")
    await case.resolve(ResolutionDecision.ACCEPT)
    assert await case.ended() == "refunded"


@pytest.mark.branch("refunded_elsewhere")
async def test_fault_10_a_case_whose_money_went_back_by_hand_is_closed_by_finance_and_paid_no_more(shop: Shop) -> None:
    order = await shop.order()
    [paid] = order.payments
    by_hand = refund_record(
        "re_by_hand", minor=paid.amount, payment_reference=paid.reference, created_at=await shop.now()
    )
    shop.payouts.record_external_refund(by_hand)
    case = await due(shop, order=order)
    await case.until_event("payout_blocked")
    assert (case.case().blocked_by, case.case().payouts) == ("cap_exceeded", ())
    await case.resolve(ResolutionDecision.CLOSE)
    assert await case.ended() == "refunded"
    assert shop.gateway.refunds == {}
