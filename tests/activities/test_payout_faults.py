"""Faults on the way to the gateway; the provider's own ledger is the witness (I3: one refund per payout)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError

from activities.payouts import KEY_LASTS
from domain.errors import GatewayUnavailableError
from domain.payout_state import PayoutState
from tests.activities.payout_harness import MANY_TRIES, PayoutHarness
from tests.support.waiting import wait_until

KEY_MEMORY = timedelta(hours=24)


def test_a_payout_is_paid_and_names_its_case_to_the_gateway(harness, order, refunds):
    paid = harness.submit(order)
    assert (paid.state, paid.attempt, paid.settled_at) == (PayoutState.SUCCEEDED, 1, harness.time)
    (refund,) = refunds()
    assert (refund["id"], refund["amount"], refund["reason"]) == (
        paid.gateway_refund_id,
        4_000,
        "requested_by_customer",
    )
    assert refund["metadata"] == {"case_id": order.case_id, "payout_id": order.payout.payout_id, "attempt": "1"}


@pytest.mark.parametrize("fault", ["drop_answer_after_commit", "drop_answer_before_commit"])
def test_fault_1_a_lost_answer_is_one_refund(sandbox, harness, order, refunds, fault):
    sandbox.plan({"kind": fault})
    paid, failed = harness.persist(order)
    assert (paid.state, failed, len(refunds())) == (PayoutState.SUCCEEDED, 1, 1)


def test_fault_1_a_repeated_answer_is_not_believed_when_the_refund_has_failed_since(sandbox, harness, order, refunds):
    sandbox.plan({"kind": "drop_answer_after_commit"})
    harness.lose(order)
    [made] = refunds()
    sandbox.finish_refund(made["id"], "failed", "lost_or_stolen_card")
    harness.pass_time(timedelta(minutes=1))
    told = harness.submit(order)
    assert (told.state, told.gateway_refund_id) == (PayoutState.FAILED, made["id"])
    assert len(refunds()) == 1


def test_fault_2_a_repeat_after_a_lost_completion_is_the_same_refund(harness, order, refunds):
    assert harness.submit(order) == harness.submit(order)
    assert len(refunds()) == 1


def test_fault_2_a_gateway_killed_after_its_commit_is_one_refund(sandbox, harness, order, refunds):
    sandbox.plan({"kind": "drop_answer_after_commit"})
    harness.lose(order)
    sandbox.kill()
    sandbox.start()
    assert harness.submit(order).state is PayoutState.SUCCEEDED
    assert len(refunds()) == 1


def test_fault_3_a_second_try_while_the_first_still_runs_is_one_refund(sandbox, harness, order, refunds):
    sandbox.plan({"kind": "slow", "seconds": 1})
    with ThreadPoolExecutor() as pool:
        first = pool.submit(harness.submit, order)
        wait_until(lambda: not sandbox.faults_left())
        with pytest.raises(GatewayUnavailableError, match="409"):
            harness.submit(order)
        paid = first.result()
    assert harness.submit(order).gateway_refund_id == paid.gateway_refund_id
    assert len(refunds()) == 1


def test_fault_3_a_first_try_that_timed_out_and_commits_later_is_one_refund(sandbox, order, refunds):
    harness = PayoutHarness(sandbox, timeout_seconds=0.2)
    sandbox.plan({"kind": "slow", "seconds": 0.6})
    harness.lose(order)
    wait_until(refunds)
    assert harness.submit(order).attempt == 1
    assert len(refunds()) == 1


def test_fault_3_many_tries_at_once_agree_on_one_new_key(sandbox, harness, order, refunds):
    sandbox.plan({"kind": "stored_500"})
    with ThreadPoolExecutor(max_workers=8) as pool:
        paid = [one.result()[0] for one in [pool.submit(harness.persist, order) for _ in range(8)]]
    assert {(one.attempt, one.gateway_refund_id) for one in paid} == {(2, refunds()[0]["id"])}
    assert len(refunds()) == 1


@pytest.mark.parametrize("is_forgotten", [True, False], ids=["forgotten", "still known"])
def test_fault_4_a_refund_whose_key_may_be_forgotten_is_found_by_look_up(
    sandbox, harness, order, refunds, is_forgotten
):
    sandbox.plan({"kind": "drop_answer_after_commit"})
    harness.lose(order)
    harness.pass_time(KEY_MEMORY)
    if is_forgotten:
        sandbox.forget_keys()
    assert harness.submit(order).gateway_refund_id == refunds()[0]["id"]
    assert len(refunds()) == 1


def test_fault_4_after_proof_that_nothing_was_paid_the_forgotten_key_pays_once(sandbox, harness, order, refunds):
    sandbox.plan({"kind": "drop_answer_before_commit"})
    harness.lose(order)
    harness.pass_time(KEY_MEMORY)
    sandbox.forget_keys()
    assert harness.submit(order).state is PayoutState.SUCCEEDED
    assert len(refunds()) == 1


def test_fault_4_a_key_that_the_gateway_forgot_early_pays_once(sandbox, harness, order, refunds):
    sandbox.plan({"kind": "drop_answer_after_commit"})
    harness.lose(order)
    harness.pass_time(timedelta(seconds=1))
    sandbox.forget_keys()
    assert harness.submit(order).attempt == 1
    assert len(refunds()) == 1


def test_fault_4_without_a_look_up_no_key_is_sent_not_even_the_first(sandbox, harness, order, refunds):
    sandbox.plan({"kind": "busy", "status": 503, "on": "refund.list"})
    with pytest.raises(GatewayUnavailableError):
        harness.submit(order)
    assert refunds() == []
    assert harness.submit(order).attempt == 1
    assert len(refunds()) == 1


def test_fault_5_a_stored_500_that_paid_nothing_is_reconciled_and_paid_under_a_new_key(
    sandbox, harness, order, refunds
):
    sandbox.plan({"kind": "stored_500"})
    paid, failed = harness.persist(order)
    assert (paid.attempt, failed, len(refunds())) == (2, 1, 1)
    assert refunds()[0]["metadata"]["attempt"] == "2"


def test_fault_5_a_stored_500_behind_which_the_refund_was_made_is_found(sandbox, harness, order, refunds):
    sandbox.plan({"kind": "stored_500", "executed": True})
    paid, failed = harness.persist(order)
    assert (paid.attempt, failed, paid.gateway_refund_id) == (1, 1, refunds()[0]["id"])
    assert len(refunds()) == 1


def test_fault_5_a_key_that_fails_for_a_day_is_replaced_once_the_look_up_has_found_nothing(
    sandbox, harness, order, refunds
):
    sandbox.plan({"kind": "drop_answer_before_commit", "times": 2})
    harness.lose(order)
    harness.pass_time(KEY_LASTS - timedelta(seconds=1))
    harness.lose(order)
    harness.pass_time(timedelta(seconds=1))
    assert harness.submit(order).attempt == 2
    assert len(refunds()) == 1


def test_fault_5_two_keys_in_a_row_that_store_a_500_are_one_refund(sandbox, harness, order, refunds):
    sandbox.plan({"kind": "stored_500", "times": 1}, {"kind": "drop_answer_before_commit"}, {"kind": "stored_500"})
    paid, _ = harness.persist(order)
    assert paid.state is PayoutState.SUCCEEDED
    assert len(refunds()) == 1


def test_fault_6_a_storm_of_409_429_and_503_passes_and_is_one_refund(sandbox, harness, order, refunds):
    sandbox.plan(*({"kind": "busy", "status": status, "times": 4} for status in (409, 429, 503)))
    paid, failed = harness.persist(order)
    assert (paid.state, paid.attempt, failed, len(refunds())) == (PayoutState.SUCCEEDED, 1, 12, 1)


def test_fault_6_a_storm_over_the_look_up_opens_no_new_key(sandbox, harness, order, refunds):
    sandbox.plan({"kind": "stored_500"}, {"kind": "busy", "status": 503, "on": "refund.list", "times": 3})
    paid, failed = harness.persist(order)
    assert (paid.attempt, failed, len(refunds())) == (2, 4, 1)


@pytest.mark.parametrize("code", ["lost_or_stolen_card", "expired_or_canceled_card"])
def test_fault_7_a_hard_decline_is_not_tried_again(sandbox, harness, order, refunds, code):
    sandbox.plan({"kind": "decline", "code": code})
    with pytest.raises(ApplicationError, match=f"Stripe refuses the refund: {code}") as refused:
        harness.submit(order)
    assert (refused.value.type, refused.value.non_retryable, refused.value.details) == ("payout_refused", True, (code,))
    assert refunds() == []


def test_fault_7_a_decline_is_the_same_decline_when_its_report_was_lost(sandbox, harness, order, refunds):
    sandbox.plan({"kind": "decline", "code": "lost_or_stolen_card", "times": 3})
    for _ in range(2):
        with pytest.raises(ApplicationError, match="lost_or_stolen_card"):
            harness.submit(order)
    assert refunds() == []


def test_r36_a_retry_after_the_decline_was_mended_pays_under_a_new_key(sandbox, harness, order, refunds):
    sandbox.plan({"kind": "decline", "code": "charge_disputed"})
    with pytest.raises(ApplicationError):
        harness.submit(order)
    assert harness.submit(order).attempt == 2
    assert len(refunds()) == 1


def test_r36_a_new_attempt_asked_for_while_the_last_one_did_pay_is_found_and_not_paid_again(harness, order, refunds):
    paid = harness.submit(order)
    again = order.payout.amend(attempt=2, idempotency_key=f"{order.payout.payout_id}/a2")
    assert harness.submit(order.amend(payout=again)).gateway_refund_id == paid.gateway_refund_id
    assert len(refunds()) == 1


@pytest.mark.parametrize("is_late", [False, True], ids=["before the try", "while it looks"])
def test_r37_an_answered_refund_that_fails_is_told_and_not_paid_again_by_who_still_thinks_it_unknown(
    sandbox, harness, order, refunds, is_late
):
    sandbox.plan({"kind": "stored_500", "executed": True})
    harness.lose(order)
    [made] = refunds()
    answered = harness.check(order, order.payout.amend(state=PayoutState.UNKNOWN))
    sandbox.finish_refund(made["id"], "canceled", None)
    if is_late:  # the case hears of it just as the look-up has proved that nothing is paid
        find = harness.gateway.find_refund

        def find_while_it_is_heard(payout):
            harness.book.payouts[answered.payout_id] = answered
            return find(payout)

        harness.gateway.find_refund = find_while_it_is_heard
    else:
        harness.book.payouts[answered.payout_id] = answered

    told = harness.submit(order.amend(payout=order.payout.amend(state=PayoutState.UNKNOWN)))

    assert (told.state, told.attempt, told.gateway_refund_id) == (PayoutState.CANCELED, 1, made["id"])
    assert len(refunds()) == 1


def test_any_mixture_of_faults_ends_in_one_refund(sandbox, harness, order, refunds):
    kinds = ["drop_answer_before_commit", "stored_500", "drop_answer_after_commit"]
    sandbox.plan(*({"kind": kind, "times": 2} for kind in kinds), {"kind": "busy", "status": 429})
    paid, failed = harness.persist(order, lambda: harness.pass_time(timedelta(hours=8)))
    assert paid.state is PayoutState.SUCCEEDED
    assert failed < MANY_TRIES
    assert len(refunds()) == 1
