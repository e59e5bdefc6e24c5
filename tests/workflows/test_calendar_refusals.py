"""A request that was refused by a guess is judged again once the calendar is published (R3, R6, R11)."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
import pytest_asyncio

from domain.cases.messages import CaseResolution
from domain.enums import CaseState, Reason, ResolutionAsked, ResolutionDecision
from domain.order import Order
from tests.support.assertions import assert_present
from tests.workflows.calendar_shop import CalendarShop, calendar_shop, counted, days_after, working
from tests.workflows.case_driver import OpenCase
from tests.workflows.exchange_cases import stock

LATE = 13
"""Days after which a request is late by every guess, and in time if five of them were holidays."""


@pytest_asyncio.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[CalendarShop]:
    async with calendar_shop(tmp_path_factory.mktemp("calendars")) as calendars, working(calendars):
        yield calendars


@pytest.fixture
def calendars(running: CalendarShop) -> CalendarShop:
    """The shop before any year is published."""
    running.notices.withdraw()
    return running


def delivered(order: Order):
    return assert_present(order.parcels[0].delivered_at)


def holidays_of(order: Order) -> list[date]:
    return days_after(delivered(order), are_weekend=False, count=5)


async def refused(calendars: CalendarShop, order: Order, reason: Reason = Reason.PERSONAL, **more) -> OpenCase:
    case = await calendars.shop.open(reason, order=order, **more)
    assert (case.refusal.rule, assert_present(case.refusal.deadline).provisional) == ("R3", True)
    assert await case.ended() == "rejected"
    return case


async def test_t2_a_request_that_was_in_time_is_reopened_by_itself_with_its_units(calendars):
    order = await calendars.shop.order(delivered_days_ago=LATE)
    case = await refused(calendars, order)
    calendars.notices.publish(delivered(order), off=holidays_of(order))
    assert (await calendars.swept()).told >= 1
    await case.until_event("refusal_lifted")

    reopened = case.case()
    assert (reopened.state, reopened.refusal, reopened.ended_at) == ("under_audit", None, None)
    assert not reopened.goodwill
    assert [len(line.units) for line in reopened.lines] == [1]
    (entry,) = [one for one in case.timeline() if one.event == "refusal_lifted"]
    end = counted(delivered(order), 7, off=holidays_of(order))
    assert (entry.rule, entry.actor) == ("R6", "system")
    assert entry.details == {"against": "R3", "deadline": end.isoformat()}
    target = case.deadline("audit_target")
    assert (target.since, target.provisional) == (entry.at, False)
    second = await calendars.shop.open(order=order, lines=[("MUG", 3)])
    assert second.refusal.rule == "R11"
    await case.audit()
    assert case.state == "awaiting_return"
    assert (await calendars.swept()).told == 0


async def test_t2_a_reopened_request_without_its_evidence_has_its_whole_information_window(calendars):
    order = await calendars.shop.order(delivered_days_ago=LATE)
    case = await refused(calendars, order, Reason.QUALITY, evidence=["e1"])
    calendars.notices.publish(delivered(order), off=holidays_of(order))
    await calendars.swept()
    await case.until_event("refusal_lifted")
    assert case.state == "information_requested"
    window = case.deadline("information")
    assert window.when == counted(window.since, 7, off=holidays_of(order)) > await case.now()
    await case.pin("e1")
    assert case.state == "under_audit"


async def test_t2_an_exchange_that_was_in_time_is_reopened_as_an_exchange(calendars):
    stock(calendars.shop, "CUP", USD=900)
    order = await calendars.shop.order(delivered_days_ago=LATE)
    case = await refused(calendars, order, resolution=ResolutionAsked.EXCHANGE, exchange_for="CUP")
    calendars.notices.publish(delivered(order), off=holidays_of(order))
    await calendars.swept()
    await case.until_event("refusal_lifted")
    assert (case.state, case.case().resolution) == ("under_audit", "exchange")
    assert assert_present(case.case().lines[0].exchange_for).sku == "CUP"


@pytest.mark.parametrize("worked", [0, 4])
async def test_t2_a_refusal_that_stands_becomes_final_with_the_later_date(calendars, worked):
    order = await calendars.shop.order(delivered_days_ago=LATE)
    case = await refused(calendars, order)
    kept = assert_present(case.refusal.deadline)
    days = days_after(delivered(order), are_weekend=True, count=worked)
    calendars.notices.publish(delivered(order), worked=days)
    await calendars.swept()
    await case.until_event("deadline_recomputed")
    final = assert_present(case.refusal.deadline)
    assert (final.when, final.provisional) == (max(kept.when, counted(kept.since, 7, worked=days)), False)
    assert f"on {final.last_day.isoformat()}; the right is waived" in case.refusal.message
    assert await case.ended() == "rejected"
    (entry,) = [one for one in case.timeline() if one.event == "deadline_recomputed"]
    assert (entry.details["what"], entry.details["provisional"]) == ("request", False)
    assert (await calendars.swept()).told == 0


async def test_t2_a_refusal_stands_by_r11_when_another_case_has_its_units_by_now(calendars):
    order = await calendars.shop.order(delivered_days_ago=LATE)
    case, other = [await refused(calendars, order, lines=[("MUG", 2)]) for _ in range(2)]
    goodwill = CaseResolution(decision=ResolutionDecision.REOPEN, decided_by="mei", reason_code="regular_customer")
    await other.revive_by("resolve", goodwill)
    calendars.notices.publish(delivered(order), off=holidays_of(order))
    await calendars.swept()
    await case.until_event("request_refused", 2)
    assert (case.state, case.refusal.rule, case.refusal.code) == (CaseState.REJECTED, "R11", "units_taken")
    assert case.timeline()[-1].rule == "R11"
    assert await case.ended() == "rejected"
    assert (other.state, other.case().goodwill) == ("under_audit", True)
    assert "refusal_lifted" not in other.events()
    assert (await calendars.swept()).told == 0


async def test_t2_a_goodwill_case_that_an_auditor_rejects_is_not_judged_again(calendars):
    order = await calendars.shop.order(delivered_days_ago=LATE)
    case = await refused(calendars, order)
    goodwill = CaseResolution(decision=ResolutionDecision.REOPEN, decided_by="mei", reason_code="regular_customer")
    await case.revive_by("resolve", goodwill)
    await case.audit("reject", reason_code="signs_of_use")
    calendars.notices.publish(delivered(order), off=holidays_of(order))
    await calendars.swept()
    assert await case.ended() == "rejected"
    assert case.case().refusal is not None
    assert "refusal_lifted" not in case.events()


async def test_t2_a_request_accepted_by_a_guess_stays_accepted(calendars):
    order = await calendars.shop.order(delivered_days_ago=8)
    case = await calendars.shop.open(order=order)
    assert case.state == "under_audit"
    calendars.notices.publish(delivered(order), worked=days_after(delivered(order), are_weekend=True, count=4))
    await calendars.swept()
    await case.until_event("deadline_recomputed")
    assert case.state == "under_audit"


async def test_t2_a_worker_that_restarts_while_a_calendar_is_published_leaves_nothing_out(tmp_path):
    async with calendar_shop(tmp_path) as calendars:
        async with working(calendars):
            order = await calendars.shop.order(delivered_days_ago=LATE)
            late, running = await refused(calendars, order), await calendars.shop.open()
        calendars.notices.publish(delivered(order), off=holidays_of(order))
        sweep = await calendars.begin_sweep(1)
        async with working(calendars):
            assert (await sweep.result()).told == 2
        async with working(calendars):
            await late.until_event("refusal_lifted")
            await running.until_event("deadline_recomputed")
            assert not running.deadline("audit_target").provisional
            assert (await calendars.swept()).told == 0
