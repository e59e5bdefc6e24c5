"""Restored databases and wrong clocks on the way to the gateway: nothing recorded here proves that nothing was paid."""

from datetime import timedelta

import pytest

from domain.payout_state import PayoutState


@pytest.fixture(params=[True, False], ids=["forgotten key", "known key"])
def gateway_memory(request, sandbox):
    """Whether the gateway still knows a key after what has happened."""
    return sandbox.forget_keys if request.param else lambda: None


@pytest.mark.parametrize("reserved", [True, False], ids=["the plan is still recorded", "nothing is recorded"])
def test_fault_31_after_a_restore_to_before_the_payout_its_refund_is_found(
    harness, order, refunds, gateway_memory, reserved
):
    paid = harness.submit(order)
    harness.book.payouts = {order.payout.payout_id: order.payout} if reserved else {}
    gateway_memory()
    assert harness.submit(order).gateway_refund_id == paid.gateway_refund_id
    assert len(refunds()) == 1


def test_fault_31_after_a_restore_a_refund_that_has_failed_since_is_not_believed_to_be_paid(
    sandbox, harness, order, refunds
):
    made = harness.submit(order)
    sandbox.finish_refund(made.gateway_refund_id, "failed", "lost_or_stolen_card")
    harness.book.payouts = {}
    assert harness.submit(order).state is PayoutState.FAILED
    assert len(refunds()) == 1


@pytest.mark.parametrize("skew", [timedelta(days=2), timedelta(days=-2), timedelta(days=400), timedelta(hours=-23)])
def test_fault_32_a_clock_that_was_wrong_at_the_submission_is_one_refund(sandbox, harness, order, refunds, skew):
    sandbox.plan({"kind": "drop_answer_after_commit"})
    harness.pass_time(skew)
    harness.lose(order)
    harness.pass_time(-skew)
    sandbox.forget_keys()
    assert harness.submit(order).state is PayoutState.SUCCEEDED
    assert len(refunds()) == 1
