"""A calendar is published while cases run: every deadline, timer and alert follows to the second (R6, R34)."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from domain.calendar import WindowName
from domain.cases.messages import CalendarPublished
from domain.enums import Reason
from domain.payout_state import PayoutState
from tests.workflows.calendar_shop import CalendarShop, calendar_shop, counted, days_after, working
from tests.workflows.case_driver import OpenCase
from tests.workflows.refund_cases import approved, due

LENGTHS = {
    "information": 7,
    "information_reminder_1": 3,
    "information_reminder_2": 6,
    "audit_target": 2,
    "ship_by": 7,
    "ship_by_reminder_1": 3,
    "ship_by_reminder_2": 6,
    "inspection_target": 3,
    "decision_target": 2,
    "payout_submit": 1,
    "payout_alert": 5,
    "payout": 7,
}
ENDED_OR_BY_CALENDAR = {WindowName.REQUEST, WindowName.PARCEL_STALLED}
CUSTOMERS, PAYOUTS = {"information", "ship_by"}, {"payout_submit", "payout_alert", "payout"}


@pytest_asyncio.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[CalendarShop]:
    async with calendar_shop(tmp_path_factory.mktemp("calendars")) as calendars, working(calendars):
        yield calendars


@pytest.fixture
def calendars(running: CalendarShop) -> CalendarShop:
    """The shop before any year is published."""
    running.notices.withdraw()
    running.shop.gateway.__init__()
    return running


async def waiting_for_information(calendars: CalendarShop) -> OpenCase:
    return await calendars.shop.open(Reason.QUALITY, evidence=["e1"])


async def under_audit(calendars: CalendarShop) -> OpenCase:
    return await calendars.shop.open()


async def awaiting_return(calendars: CalendarShop) -> OpenCase:
    return await approved(calendars.shop)


async def received(calendars: CalendarShop) -> OpenCase:
    case = await approved(calendars.shop)
    await case.ship()
    await case.receive()
    return case


async def unpaid(calendars: CalendarShop) -> OpenCase:
    calendars.shop.gateway.state = PayoutState.PENDING
    case = await due(calendars.shop)
    await case.until_event("payout_pending")
    return case


async def blocked(calendars: CalendarShop) -> OpenCase:
    calendars.shop.gateway.decline_code = "expired_or_canceled_card"
    case = await due(calendars.shop)
    await case.until_event("payout_blocked")
    return case


STATES = [waiting_for_information, under_audit, awaiting_return, received, unpaid, blocked]


@pytest.mark.parametrize("is_later", [True, False], ids=["later", "earlier"])
@pytest.mark.parametrize("begin", STATES, ids=lambda begin: begin.__name__)
async def test_t2_every_provisional_deadline_is_final_after_the_sweep_each_by_its_rule(calendars, begin, is_later):
    case = await begin(calendars)
    before = {one.what.value: one for one in case.case().deadlines if one.what not in ENDED_OR_BY_CALENDAR}
    assert all(one.provisional for one in before.values())
    now = await case.now()
    days = days_after(now, are_weekend=not is_later, count=3 if is_later else 4)
    year = {"off": days} if is_later else {"worked": days}
    calendars.notices.publish(now, **year)
    await calendars.swept()
    await case.until_event("deadline_recomputed", len(before))

    after = {one.what.value: one for one in case.case().deadlines}
    for what, kept in before.items():
        fresh = counted(kept.since, LENGTHS[what], **year)
        by_rule = max if what in CUSTOMERS else min if what in PAYOUTS else lambda _, new: new
        assert (after[what].when, after[what].provisional) == (by_rule(kept.when, fresh), False), what
    entries = [one for one in case.timeline() if one.event == "deadline_recomputed"]
    assert {one.rule for one in entries} == {"R6"}
    told = {one.details["what"]: (one.details["when"], one.details["before"]) for one in entries}
    assert told.items() >= {w: (after[w].when.isoformat(), one.when.isoformat()) for w, one in before.items()}.items()


async def test_t2_alert_and_breach_of_a_payout_come_at_the_earlier_day_to_the_second(calendars):
    case = await unpaid(calendars)
    guessed = case.deadline("payout").when
    worked = days_after(await case.now(), are_weekend=True, count=4)
    calendars.notices.publish(await case.now(), worked=worked)
    await calendars.swept()
    await case.until_event("deadline_recomputed", 3)
    since = case.deadline("payout").since
    assert case.deadline("payout").when == counted(since, 7, worked=worked) < guessed

    await case.to_second_before("payout_alert")
    assert "finance_alerted" not in case.events()
    await case.elapsed("payout_alert")
    await case.until_event("finance_alerted")
    await case.to_second_before("payout")
    assert "payout_window_breached" not in case.events()
    await case.elapsed("payout")
    await case.until_event("payout_window_breached")
    assert await case.now() < guessed
    assert case.case().overdue


async def test_t2_reminders_and_the_end_of_the_customers_window_follow_to_the_later_day(calendars):
    case = await awaiting_return(calendars)
    off = days_after(await case.now(), are_weekend=False, count=4)
    guessed = case.deadline("ship_by").when
    calendars.notices.publish(await case.now(), off=off)
    await calendars.swept()
    await case.until_event("deadline_recomputed", 3)
    assert case.deadline("ship_by").when == counted(case.deadline("ship_by").since, 7, off=off) > guessed

    await case.to_second_before("ship_by_reminder_1")
    assert "customer_reminded" not in case.events()
    await case.elapsed("ship_by_reminder_1")
    await case.until_event("customer_reminded")
    await case.to_second_before("ship_by")
    assert case.state == "awaiting_return"
    await case.elapsed("ship_by")
    assert await case.ended() == "expired"


async def test_t2_a_customers_window_that_would_become_earlier_stays_at_the_date_that_was_said(calendars):
    case = await awaiting_return(calendars)
    guessed = case.deadline("ship_by").when
    worked = days_after(await case.now(), are_weekend=True, count=4)
    calendars.notices.publish(await case.now(), worked=worked)
    await calendars.swept()
    await case.until_event("deadline_recomputed", 3)
    assert counted(case.deadline("ship_by").since, 7, worked=worked) < guessed
    assert (case.deadline("ship_by").when, case.deadline("ship_by").provisional) == (guessed, False)
    await case.to_second_before("ship_by")
    await case.ship()
    assert case.state == "in_transit"


async def test_t2_a_sweep_that_is_repeated_tells_nobody_and_changes_nothing(calendars):
    cases = [await under_audit(calendars), await awaiting_return(calendars), await under_audit(calendars)]
    assert (await calendars.swept()).told == 0
    calendars.notices.publish(await cases[0].now(), off=days_after(await cases[0].now(), are_weekend=False, count=2))
    first = await calendars.swept(cases_per_page=1)
    assert (first.told, first.not_told) >= (3, 0)
    for case in cases:
        await case.until_event("deadline_recomputed")
    seen = [(case.case(), case.timeline()) for case in cases]
    again = await calendars.swept(cases_per_page=1)
    assert (again.told, again.not_told) == (0, 0)
    for case in cases:
        await case.hear("calendar_published", CalendarPublished())
        await case.until_heard()
    assert [(case.case(), case.timeline()) for case in cases] == seen


async def test_t2_a_provisional_deadline_that_passes_before_any_sweep_is_computed_again_and_said_so(calendars):
    case = await under_audit(calendars)
    off = days_after(await case.now(), are_weekend=False, count=3)
    calendars.notices.publish(await case.now(), off=off)
    await case.elapsed("audit_target")
    await case.until_event("deadline_recomputed")
    assert case.deadline("audit_target").when == counted(case.deadline("audit_target").since, 2, off=off)
    assert "audit_overdue" not in case.events()
    await case.elapsed("audit_target")
    await case.until_event("audit_overdue")


@pytest.mark.parametrize(
    "sent", [{"args": []}, {"arg": "2027"}, {"arg": {"year": 2027}}, {"args": [{}, {}]}, {"arg": None}]
)
async def test_t2_a_signal_that_makes_no_sense_is_kept_as_ignored_and_harms_nothing(calendars, sent):
    case = await under_audit(calendars)
    await case.handle.signal("calendar_published", **sent)
    await case.until_event("signal_ignored")
    await case.audit()
    assert case.state == "awaiting_return"
