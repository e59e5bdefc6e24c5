"""The faults of docs/FAULTS.md by their number, through real processes and HTTP; I1 to I7 hold after each."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from temporalio.client import Client

from local.demo.shop import Json
from tests.e2e.system import LAMP, House
from tests.support.waiting import wait_until

pytestmark = pytest.mark.e2e

ATTEMPT_TIMES_OUT_SECONDS = 15


@pytest.fixture
def house(embedded_house: House) -> Iterator[House]:
    """The system, whose gateway is healthy before and after."""
    yield embedded_house
    embedded_house.shop.break_gateway()


@pytest.mark.parametrize("kind", ["drop_answer_after_commit", "drop_answer_before_commit"])
def test_fault_1_an_answer_that_is_lost_is_one_refund(house: House, kind: str) -> None:
    order, case = paid_despite(house, {"kind": kind})
    assert "payout_unknown" in house.events(case)
    assert_one_refund(house, order, case)


async def test_fault_3_an_attempt_that_times_out_while_it_still_runs_is_one_refund(house: House) -> None:
    order, case = shipped(house)
    house.shop.break_gateway({"kind": "slow", "seconds": 5})
    house.inspect(case, LAMP)
    wait_until(lambda: not faults_left(house))
    with frozen_worker(house):
        await until_second_attempt(house, case)
    house.shop.wait_for(case["case_id"], "refunded")
    assert_one_refund(house, order, case)


def test_fault_4_a_refund_whose_key_the_gateway_forgot_is_found_by_look_up(house: House) -> None:
    order, case = shipped(house)
    not_yet = {"kind": "busy", "status": 503, "on": "refund.list", "times": 2}
    house.shop.break_gateway({"kind": "drop_answer_after_commit"}, not_yet)
    house.inspect(case, LAMP)
    wait_until(lambda: house.shop.refunds_at_gateway(order))
    house.gateway("DELETE", "/sandbox/keys")
    assert faults_left(house), "forgotten before anybody looked"
    house.shop.wait_for(case["case_id"], "refunded")
    assert_one_refund(house, order, case)


@pytest.mark.parametrize(("is_executed", "attempt"), [(True, 1), (False, 2)])
def test_fault_5_a_500_stored_under_the_key_is_reconciled_first(house: House, is_executed: bool, attempt: int) -> None:
    order, case = paid_despite(house, {"kind": "stored_500", "executed": is_executed})
    assert_one_refund(house, order, case)
    assert house.shop.refunds_at_gateway(order)[0]["metadata"]["attempt"] == str(attempt)


def test_fault_6_a_storm_of_409_429_and_503_is_waited_out_and_is_one_refund(house: House) -> None:
    order, case = paid_despite(house, *({"kind": "busy", "status": status} for status in (409, 429, 503)))
    assert_one_refund(house, order, case)


def test_fault_7_a_hard_decline_is_not_tried_again_until_finance_says_so(house: House) -> None:
    order, case = shipped(house)
    never = {"kind": "busy", "status": 503}
    house.shop.break_gateway({"kind": "decline", "code": "lost_or_stolen_card"}, never)
    house.inspect(case, LAMP)
    shown = house.shop.wait_for(case["case_id"], "payout_blocked")
    assert shown["next_step"]["party"] == "finance"
    assert shown["payouts"][0]["failure_code"] == "lost_or_stolen_card"
    assert [fault["kind"] for fault in faults_left(house)] == ["busy"], "asked once"
    house.assert_books_agree(order)
    house.shop.break_gateway()
    house.retry(case)
    house.shop.wait_for(case["case_id"], "refunded")
    assert_one_refund(house, order, case)


async def test_fault_12_a_refund_that_stays_pending_is_never_shown_as_paid(house: House) -> None:
    order, case = shipped(house)
    house.shop.break_gateway({"kind": "outcome", "status": "pending"})
    house.inspect(case, LAMP)
    wait_until(lambda: "payout_pending" in house.events(case))
    shown = house.shop.case(case["case_id"])
    assert (shown["state"], shown["amounts"]["paid"]["minor"]) == ("payout_due", 0)
    assert house.payouts_paid(case) == 0
    house.assert_books_agree(order)
    (refund,) = house.shop.refunds_at_gateway(order)
    house.gateway("POST", f"/sandbox/refunds/{refund['id']}", {"status": "succeeded"})
    house.shop.wait_for(case["case_id"], "refunded")
    assert_one_refund(house, order, case)


def shipped(house: House) -> tuple[str, Json]:
    """An order of a lamp and an approved case about it, on its way back."""
    order = house.shop.place_order(LAMP)
    case = house.ask(order, "personal", LAMP)
    house.approve(case)
    house.ship(case)
    return order, case


def paid_despite(house: House, *faults: Json) -> tuple[str, Json]:
    order, case = shipped(house)
    house.shop.break_gateway(*faults)
    house.inspect(case, LAMP)
    house.shop.wait_for(case["case_id"], "refunded")
    assert faults_left(house) == [], "every fault happened"
    return order, case


def assert_one_refund(house: House, order: str, case: Json) -> None:
    """Assert that the lamp went back once, in the gateway's books and in ours, and I1 to I7."""
    counted = [one for one in house.shop.refunds_at_gateway(order) if one["status"] not in {"failed", "canceled"}]
    assert [(one["amount"], one["status"]) for one in counted] == [(LAMP.unit_price, "succeeded")]
    assert house.payouts_paid(case) == LAMP.unit_price
    assert house.events(case).count("payout_succeeded") == 1
    house.assert_books_agree(order)


def faults_left(house: House) -> list[Json]:
    return house.gateway("GET", "/sandbox/faults")


@contextmanager
def frozen_worker(house: House) -> Iterator[None]:
    """Let the worker stand still, as on a machine that swaps; what it had begun goes on afterwards."""
    worker = house.stack.pid("worker")
    os.kill(worker, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(worker, signal.SIGCONT)


async def until_second_attempt(house: House, case: Json) -> None:
    """Wait until the server has given the payout's first attempt up."""
    client = await Client.connect(house.stack.urls.temporal_address)
    handle = client.get_workflow_handle(f"refund/{case['case_id']}")

    async def attempt() -> int:
        told = await handle.describe()
        return max((one.attempt for one in told.raw_description.pending_activities), default=0)

    for _ in range(2 * ATTEMPT_TIMES_OUT_SECONDS):
        if await attempt() > 1:
            return
        await asyncio.sleep(1)
    raise AssertionError("the attempt never timed out")
