"""Sabotage: with a safeguard taken out the same faults pay twice, so the tests beside this one would go red."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.chaos.sabotage import without_key, without_look_up
from tests.support.waiting import wait_until


def lose_an_answer(sandbox, harness, order):
    sandbox.plan({"kind": "drop_answer_after_commit"})
    harness.lose(order)


def test_without_the_idempotency_key_fault_3_pays_twice(
    sandbox, harness, order, refunds, monkeypatch: pytest.MonkeyPatch
):
    without_key(monkeypatch.setattr)
    sandbox.plan({"kind": "slow", "seconds": 1})
    with ThreadPoolExecutor() as pool:
        first = pool.submit(harness.submit, order)
        wait_until(lambda: not sandbox.faults_left())
        harness.submit(order)
        first.result()
    assert len(refunds()) == 2


def test_without_the_look_up_fault_4_pays_twice(sandbox, harness, order, refunds, monkeypatch: pytest.MonkeyPatch):
    without_look_up(monkeypatch.setattr)
    lose_an_answer(sandbox, harness, order)
    sandbox.forget_keys()
    harness.pass_time(timedelta(hours=24))
    harness.submit(order)
    assert len(refunds()) == 2


def test_without_the_look_up_fault_5_pays_twice(sandbox, harness, order, refunds, monkeypatch: pytest.MonkeyPatch):
    without_look_up(monkeypatch.setattr)
    sandbox.plan({"kind": "stored_500", "executed": True})
    harness.persist(order)
    assert len(refunds()) == 2
