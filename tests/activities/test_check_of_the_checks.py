"""Sabotage: with a safeguard taken out the same faults pay twice, so the tests beside this one would go red."""

from datetime import timedelta

from gateways.payments.stripe.gateway import StripeGateway
from tests.activities.payout_harness import PayoutHarness


class KeylessGateway(StripeGateway):
    """A gateway that uses a new key for every call."""

    calls = 0

    def refund(self, case_id, payout):
        self.calls += 1
        return super().refund(case_id, payout.amend(idempotency_key=f"{payout.idempotency_key}/{self.calls}"))


class BlindGateway(StripeGateway):
    """A gateway that never finds what it paid."""

    def find_refund(self, payout):
        return None


def lose_an_answer(sandbox, harness, order):
    sandbox.plan({"kind": "drop_answer_after_commit"})
    harness.lose(order)


def test_without_the_idempotency_key_fault_1_pays_twice(sandbox, order, refunds):
    harness = PayoutHarness(sandbox, KeylessGateway)
    lose_an_answer(sandbox, harness, order)
    harness.submit(order)
    assert len(refunds()) == 2


def test_without_the_look_up_fault_4_pays_twice(sandbox, order, refunds):
    harness = PayoutHarness(sandbox, BlindGateway)
    lose_an_answer(sandbox, harness, order)
    sandbox.forget_keys()
    harness.pass_time(timedelta(hours=24))
    harness.submit(order)
    assert len(refunds()) == 2


def test_without_the_look_up_fault_5_pays_twice(sandbox, order, refunds):
    sandbox.plan({"kind": "stored_500", "executed": True})
    PayoutHarness(sandbox, BlindGateway).persist(order)
    assert len(refunds()) == 2
