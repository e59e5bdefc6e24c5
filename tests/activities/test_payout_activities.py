"""What the payout activities answer and refuse, apart from faults on the way."""

import pytest
from temporalio.exceptions import ApplicationError

from domain.enums import EvidenceStatus
from domain.errors import CapExceededError
from domain.money import Money
from domain.payout_state import PayoutState
from tests.activities.payout_harness import PIN


def refusal(harness, order):
    with pytest.raises(ApplicationError) as refused:
        harness.submit(order)
    assert refused.value.non_retryable
    return refused.value.type, *refused.value.details


def test_fault_28_changed_evidence_blocks_the_payout(harness, order, refunds):
    harness.vault.matches = False
    assert refusal(harness, order) == ("evidence_changed",)
    assert refunds() == []
    assert harness.book.payouts == {}, "nothing was begun"


def test_fault_28_evidence_that_was_never_pinned_blocks_nothing(harness, order):
    harness.vault.matches = False
    announced = PIN.amend(status=EvidenceStatus.REFUSED)
    assert harness.submit(order.amend(evidence=(announced,))).state is PayoutState.SUCCEEDED


def test_fault_28_money_already_out_is_told_when_the_evidence_changes_afterwards(sandbox, harness, order, refunds):
    sandbox.plan({"kind": "drop_answer_after_commit"})
    harness.lose(order)
    harness.vault.matches = False
    assert harness.submit(order).gateway_refund_id == refunds()[0]["id"]
    assert len(refunds()) == 1


def test_fault_22_a_store_that_does_not_answer_holds_no_payout_back(harness, order, refunds, caplog):
    harness.vault.is_down = True
    assert harness.submit(order).state is PayoutState.SUCCEEDED
    assert len(refunds()) == 1
    assert "continues with unchecked evidence" in caplog.text


def test_an_unknown_provider_is_refused_by_name(harness, order):
    unknown = order.amend(payout=order.payout.amend(provider="cash"))
    assert refusal(harness, unknown) == ("no_gateway",)


def test_fault_8_more_than_was_captured_is_refused_by_the_gateway_too(harness, order, refunds):
    greedy = order.amend(payout=order.payout.amend(amount=Money(minor=10_001, currency="USD")))
    assert refusal(harness, greedy) == ("payout_refused", "invalid_request_error")
    assert refunds() == []


def test_fault_8_a_payout_without_money_set_aside_never_reaches_the_gateway(harness, order, refunds):
    def released(_payout, _at):
        raise CapExceededError("given up when its case ended")

    harness.book.submitting = released
    assert refusal(harness, order) == ("cap_exceeded",)
    assert refunds() == []


def test_a_payment_the_gateway_does_not_know_is_refused(harness, order):
    unknown = order.amend(payout=order.payout.amend(payment_reference="pi_nobody"))
    assert refusal(harness, unknown) == ("payout_refused", "resource_missing")


def test_r35_a_refund_in_another_currency_than_the_payout_is_never_taken_for_paid(sandbox, harness, order):
    in_yen = sandbox.capture("pi_yen_" + order.case_id, 10_000, "JPY")
    wrong = order.amend(payout=order.payout.amend(payment_reference=in_yen))
    assert refusal(harness, wrong) == ("payout_refused", "amount_differs")


@pytest.mark.parametrize("reference", ["ch_by_charge", "py_by_payment"])
def test_r35_a_payment_known_by_its_charge_is_refunded_too(sandbox, harness, order, reference):
    sandbox.capture(reference, 4_000)
    payout = order.payout.amend(payment_reference=reference)
    assert harness.submit(order.amend(payout=payout)).state is PayoutState.SUCCEEDED
    assert harness.gateway.find_refund(payout)


def test_fault_12_a_pending_refund_is_never_shown_as_paid(sandbox, harness, order):
    sandbox.plan({"kind": "outcome", "status": "pending"})
    pending = harness.submit(order)
    assert (pending.state, pending.settled_at) == (PayoutState.PENDING, None)
    assert harness.check(order, pending) == pending


def test_r34_a_pending_refund_is_paid_when_the_gateway_says_so(sandbox, harness, order):
    sandbox.plan({"kind": "outcome", "status": "requires_action"})
    pending = harness.submit(order)
    assert pending.state is PayoutState.ACTION_REQUIRED
    sandbox.finish_refund(pending.gateway_refund_id, "succeeded")
    paid = harness.check(order, pending)
    assert (paid.state, paid.settled_at) == (PayoutState.SUCCEEDED, harness.time)


def test_fault_11_a_refund_that_fails_later_is_told_with_its_cause(sandbox, harness, order):
    paid = harness.submit(order)
    sandbox.finish_refund(paid.gateway_refund_id, "failed", "lost_or_stolen_card")
    failed = harness.check(order, paid)
    assert (failed.state, failed.failure_code, failed.settled_at) == (PayoutState.FAILED, "lost_or_stolen_card", None)


def test_fault_7_a_refund_that_fails_at_once_is_told_as_failed(sandbox, harness, order):
    sandbox.plan({"kind": "outcome", "status": "failed", "failure_reason": "expired_or_canceled_card"})
    failed = harness.submit(order)
    assert (failed.state, failed.failure_code) == (PayoutState.FAILED, "expired_or_canceled_card")


def test_r36_after_a_failed_refund_a_new_attempt_is_paid(sandbox, harness, order, refunds):
    sandbox.plan({"kind": "outcome", "status": "failed"})
    harness.submit(order)
    again = order.payout.amend(attempt=2, idempotency_key=f"{order.payout.payout_id}/a2")
    assert harness.submit(order.amend(payout=again)).state is PayoutState.SUCCEEDED
    assert [refund["status"] for refund in refunds()] == ["succeeded", "failed"]


def test_checking_finds_a_refund_whose_id_was_never_learnt(sandbox, harness, order, refunds):
    sandbox.plan({"kind": "drop_answer_after_commit"})
    harness.lose(order)
    unknown = order.payout.amend(state=PayoutState.UNKNOWN)
    assert harness.check(order, unknown).gateway_refund_id == refunds()[0]["id"]


def test_checking_a_payout_the_gateway_knows_nothing_of_changes_nothing(harness, order):
    assert harness.check(order, order.payout) == order.payout


def test_checking_a_refund_the_gateway_lost_is_a_refusal(harness, order):
    lost = order.payout.amend(gateway_refund_id="re_lost")
    with pytest.raises(ApplicationError) as refused:
        harness.check(order, lost)
    assert (refused.value.type, refused.value.details) == ("payout_refused", ("resource_missing",))
