"""The fault plan: what was planned happens, once each and in order, and to nobody else."""

from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from tests.support.waiting import wait_until


@pytest.mark.parametrize(("kind", "refunds"), [("drop_answer_before_commit", 0), ("drop_answer_after_commit", 1)])
def test_fault_1_a_dropped_answer_cuts_the_connection(refund, sandbox, payment, kind, refunds):
    sandbox.plan({"kind": kind})
    with pytest.raises(httpx2.RemoteProtocolError):
        refund(key="k")
    assert len(sandbox.refunds(payment)) == refunds
    assert refund(key="k").status_code == 200
    assert len(sandbox.refunds(payment)) == 1


def test_fault_2_a_held_answer_comes_after_its_refund_was_made(refund, sandbox, payment):
    sandbox.plan({"kind": "held_answer", "seconds": 0.5})
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(refund, key="k")
        wait_until(lambda: sandbox.refunds(payment))
        assert not answer.done()
        assert answer.result().status_code == 200
    assert len(sandbox.refunds(payment)) == 1


@pytest.mark.parametrize("status", [409, 429, 503])
def test_fault_6_a_busy_answer_is_kept_under_no_key(refund, sandbox, payment, status):
    sandbox.plan({"kind": "busy", "status": status})
    answer = refund(key="k")
    assert (answer.status_code, sandbox.refunds(payment)) == (status, [])
    assert refund(key="k").status_code == 200


def test_fault_7_a_decline_is_kept_with_its_code(refund, sandbox, payment):
    sandbox.plan({"kind": "decline", "code": "lost_or_stolen_card"})
    for _ in range(2):
        answer = refund(key="k")
        assert (answer.status_code, answer.json()["error"]["decline_code"]) == (402, "lost_or_stolen_card")
    assert sandbox.refunds(payment) == []


@pytest.mark.parametrize("status", ["pending", "requires_action", "failed", "canceled"])
def test_fault_12_a_refund_can_stand_otherwise_than_paid(refund, sandbox, status):
    sandbox.plan({"kind": "outcome", "status": status, "failure_reason": "declined"})
    shown = refund().json()
    assert (shown["status"], shown["failure_reason"]) == (status, "declined")


def test_faults_happen_once_each_in_the_order_planned(refund, sandbox):
    sandbox.plan({"kind": "busy", "status": 429, "times": 2}, {"kind": "busy", "status": 503})
    assert [refund(1).status_code for _ in range(4)] == [429, 429, 503, 200]
    assert sandbox.faults_left() == []


def test_a_fault_hits_only_the_operation_it_is_planned_for(refund, sandbox, payment):
    sandbox.plan(
        {"kind": "busy", "status": 503, "on": "refund.list"}, {"kind": "busy", "status": 429, "on": "refund.retrieve"}
    )
    made = refund().json()
    statuses = [sandbox.stripe("GET", f"/refunds/{made['id']}").status_code for _ in range(2)]
    assert statuses == [429, 200]
    assert sandbox.stripe("GET", "/refunds", {"payment_intent": payment}).status_code == 503


def test_a_new_plan_replaces_what_is_left_of_the_old(refund, sandbox):
    sandbox.plan({"kind": "busy", "status": 429, "times": 9})
    sandbox.plan()
    assert refund().status_code == 200


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "earthquake"},
        {"kind": "busy", "status": 418},
        {"kind": "slow"},
        {"kind": "slow", "seconds": 0},
        {"kind": "busy", "status": 429, "times": 0},
        {"kind": "outcome", "status": "pending", "on": "refund.list"},
        {"kind": "stored_500", "surprise": True},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_and_the_plan_stays(sandbox, fault):
    sandbox.plan({"kind": "busy", "status": 429})
    with pytest.raises(httpx2.HTTPStatusError, match="422"):
        sandbox.plan(fault)
    assert len(sandbox.faults_left()) == 1
