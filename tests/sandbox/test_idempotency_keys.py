"""Keys: the first answer is the answer, whatever it was (docs.stripe.com/api/idempotent_requests)."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.waiting import wait_until


def replayed(answer):
    return answer.headers.get("Idempotent-Replayed") == "true"


def test_the_same_request_again_is_the_same_answer_and_one_refund(refund, sandbox, payment):
    first, again = refund(key="k"), refund(key="k")
    assert again.json() == first.json()
    assert (replayed(first), replayed(again), len(sandbox.refunds(payment))) == (False, True, 1)


def test_without_a_key_every_request_is_a_new_one(refund, sandbox, payment):
    refund(100)
    refund(100)
    assert len(sandbox.refunds(payment)) == 2


def test_the_same_key_with_another_request_is_refused(refund, sandbox, payment):
    refund(100, key="k")
    answer = refund(101, key="k")
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "idempotency_error")
    assert len(sandbox.refunds(payment)) == 1


def test_a_refusal_is_kept_too_even_when_it_would_now_succeed(refund, sandbox):
    made = refund(1_000).json()
    assert refund(1, key="k").status_code == 400
    sandbox.finish_refund(made["id"], "failed")
    answer = refund(1, key="k")
    assert (answer.status_code, replayed(answer)) == (400, True)


def test_a_malformed_request_is_not_kept(refund):
    assert refund(None, key="k", reason="bored").status_code == 400
    assert refund(100, key="k").status_code == 200


def test_a_kept_answer_is_as_the_refund_was_then(refund, sandbox):
    sandbox.plan({"kind": "outcome", "status": "pending"})
    made = refund(key="k").json()
    sandbox.finish_refund(made["id"], "succeeded")
    assert refund(key="k").json()["status"] == "pending"
    assert sandbox.stripe("GET", f"/refunds/{made['id']}").json()["status"] == "succeeded"


def test_fault_3_a_key_in_use_is_a_409_that_is_not_kept(refund, sandbox, payment):
    sandbox.plan({"kind": "slow", "seconds": 0.5})
    with ThreadPoolExecutor() as pool:
        first = pool.submit(refund, key="k")
        wait_until(lambda: not sandbox.faults_left())
        busy = refund(key="k")
        assert (busy.status_code, busy.json()["error"]["code"]) == (409, "idempotency_key_in_use")
        assert first.result().status_code == 200
    assert refund(key="k").json() == first.result().json()
    assert len(sandbox.refunds(payment)) == 1


def test_fault_4_a_forgotten_key_pays_again(refund, sandbox, payment):
    refund(400, key="k")
    sandbox.forget_keys()
    refund(400, key="k")
    assert len(sandbox.refunds(payment)) == 2


@pytest.mark.parametrize("executed", [True, False])
def test_fault_5_a_stored_500_is_repeated_whatever_is_behind_it(refund, sandbox, payment, executed):
    sandbox.plan({"kind": "stored_500", "executed": executed})
    answers = [refund(key="k") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [500] * 3
    assert [replayed(answer) for answer in answers] == [False, True, True]
    assert len(sandbox.refunds(payment)) == executed
