"""The faults of docs/FAULTS.md by their number, through real processes and HTTP; I1 to I7 hold after each."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from temporalio.client import Client

from local.demo.shop import Json
from tests.e2e.system import LAMP, System
from tests.support.waiting import wait_until

pytestmark = pytest.mark.e2e

ATTEMPT_TIMES_OUT_SECONDS = 15


@pytest.fixture
def system(embedded_system: System) -> Iterator[System]:
    """The system, whose gateway is healthy before and after."""
    yield embedded_system
    embedded_system.shop.break_gateway()


@pytest.mark.parametrize("kind", ["drop_answer_after_commit", "drop_answer_before_commit"])
def test_fault_1_an_answer_that_is_lost_is_one_refund(system: System, kind: str) -> None:
    order, case = paid_despite(system, {"kind": kind})
    assert "payout_unknown" in system.events(case)
    assert_one_refund(system, order, case)


async def test_fault_3_an_attempt_that_times_out_while_it_still_runs_is_one_refund(system: System) -> None:
    order, case = shipped(system)
    system.shop.break_gateway({"kind": "slow", "seconds": 5})
    system.inspect(case, LAMP)
    wait_until(lambda: not faults_left(system))
    with frozen_worker(system):
        await until_second_attempt(system, case)
    system.shop.wait_for(case["case_id"], "refunded")
    assert_one_refund(system, order, case)


def test_fault_4_a_refund_whose_key_the_gateway_forgot_is_found_by_look_up(system: System) -> None:
    order, case = shipped(system)
    first_look = {"kind": "held_answer", "seconds": 0.1, "on": "refund.list"}
    not_yet = {"kind": "busy", "status": 503, "on": "refund.list", "times": 2}
    system.shop.break_gateway({"kind": "drop_answer_after_commit"}, first_look, not_yet)
    system.inspect(case, LAMP)
    wait_until(lambda: system.shop.refunds_at_gateway(order))
    system.gateway("DELETE", "/sandbox/keys")
    assert faults_left(system), "forgotten before anybody looked"
    system.shop.wait_for(case["case_id"], "refunded")
    assert_one_refund(system, order, case)


@pytest.mark.parametrize(("is_executed", "attempt"), [(True, 1), (False, 2)])
def test_fault_5_a_500_stored_under_the_key_is_reconciled_first(
    system: System, is_executed: bool, attempt: int
) -> None:
    order, case = paid_despite(system, {"kind": "stored_500", "executed": is_executed})
    assert_one_refund(system, order, case)
    assert system.shop.refunds_at_gateway(order)[0]["metadata"]["attempt"] == str(attempt)


def test_fault_6_a_storm_of_409_429_and_503_is_waited_out_and_is_one_refund(system: System) -> None:
    order, case = paid_despite(system, *({"kind": "busy", "status": status} for status in (409, 429, 503)))
    assert_one_refund(system, order, case)


def test_fault_7_a_hard_decline_is_not_tried_again_until_finance_says_so(system: System) -> None:
    order, case = shipped(system)
    never = {"kind": "busy", "status": 503}
    system.shop.break_gateway({"kind": "decline", "code": "lost_or_stolen_card"}, never)
    system.inspect(case, LAMP)
    shown = system.shop.wait_for(case["case_id"], "payout_blocked")
    assert shown["next_step"]["party"] == "finance"
    assert shown["payouts"][0]["failure_code"] == "lost_or_stolen_card"
    assert [fault["kind"] for fault in faults_left(system)] == ["busy"], "asked once"
    system.assert_books_agree(order)
    system.shop.break_gateway()
    system.retry(case)
    system.shop.wait_for(case["case_id"], "refunded")
    assert_one_refund(system, order, case)


async def test_fault_12_a_refund_that_stays_pending_is_never_shown_as_paid(system: System) -> None:
    order, case = shipped(system)
    system.shop.break_gateway({"kind": "outcome", "status": "pending"})
    system.inspect(case, LAMP)
    wait_until(lambda: "payout_pending" in system.events(case))
    shown = system.shop.case(case["case_id"])
    assert (shown["state"], shown["amounts"]["paid"]["minor"]) == ("payout_due", 0)
    assert system.payouts_paid(case) == 0
    system.assert_books_agree(order)
    (refund,) = system.shop.refunds_at_gateway(order)
    system.gateway("POST", f"/sandbox/refunds/{refund['id']}", {"status": "succeeded"})
    system.shop.wait_for(case["case_id"], "refunded")
    assert_one_refund(system, order, case)


def shipped(system: System) -> tuple[str, Json]:
    """An order of a lamp and an approved case about it, on its way back."""
    order = system.shop.place_order(LAMP)
    case = system.ask(order, "personal", LAMP)
    system.approve(case)
    system.ship(case)
    return order, case


def paid_despite(system: System, *faults: Json) -> tuple[str, Json]:
    order, case = shipped(system)
    system.shop.break_gateway(*faults)
    system.inspect(case, LAMP)
    system.shop.wait_for(case["case_id"], "refunded")
    assert faults_left(system) == [], "every fault happened"
    return order, case


def assert_one_refund(system: System, order: str, case: Json) -> None:
    """Assert that the lamp went back once, in the gateway's books and in ours, and I1 to I7."""
    counted = [one for one in system.shop.refunds_at_gateway(order) if one["status"] not in {"failed", "canceled"}]
    assert [(one["amount"], one["status"]) for one in counted] == [(LAMP.unit_price, "succeeded")]
    assert system.payouts_paid(case) == LAMP.unit_price
    assert system.events(case).count("payout_succeeded") == 1
    system.assert_books_agree(order)


def faults_left(system: System) -> list[Json]:
    return system.gateway("GET", "/sandbox/faults")


@contextmanager
def frozen_worker(system: System) -> Iterator[None]:
    """Let the worker stand still, as on a machine that swaps; what it had begun goes on afterwards."""
    worker = system.stack.pid("worker")
    os.kill(worker, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(worker, signal.SIGCONT)


async def until_second_attempt(system: System, case: Json) -> None:
    """Wait until the server has given the payout's first attempt up."""
    client = await Client.connect(system.stack.urls.temporal_address)
    handle = client.get_workflow_handle(f"refund/{case['case_id']}")

    async def attempt() -> int:
        told = await handle.describe()
        return max((one.attempt for one in told.raw_description.pending_activities), default=0)

    for _ in range(2 * ATTEMPT_TIMES_OUT_SECONDS):
        if await attempt() > 1:
            return
        await asyncio.sleep(1)
    raise AssertionError("the attempt never timed out")
