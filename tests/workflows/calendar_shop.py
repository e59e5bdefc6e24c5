"""A shop in a country whose calendars are guesses until a test publishes them, on the real dev server."""

import json
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from temporalio.client import WorkflowHandle

from activities.calendar_updates import CalendarUpdateActivities
from activities.cases import CaseActivities
from db.cases.provisional_cases import ProvisionalCases
from domain.calendar import Deadline, WindowName
from domain.request import CaseIntake
from gateways.calendar_notices import NoticeFolder
from gateways.calendars import HolidayCalendars
from gateways.payments.registry import payment_step
from gateways.policy_repository import PolicyRepository
from tests.support.activity_set import VERSIONS
from tests.support.temporal_env import forwarding_server
from tests.workflows.environment import open_shop
from tests.workflows.shop import Shop
from worker.build import ActivitySet, build_worker
from workflows.calendar_sweep import CalendarSweepAsked, CalendarSweepWorkflow, CalendarSwept
from workflows.client.case_notifier import TemporalCaseNotifier
from workflows.options import TASK_QUEUE

COUNTRY, TIMEZONE = "SN", "Africa/Dakar"
"""Senegal: its holidays are estimates in every year, its weekend is Saturday and Sunday, its clock is UTC."""

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Notices:
    """The folder of the merchant's calendars."""

    folder: Path

    def publish(self, since: datetime, *, off: Collection[date] = (), worked: Collection[date] = ()) -> None:
        """Publish the calendars of the year and of the next, which have these days and nothing else of note."""
        for year in (since.year, since.year + 1):
            notice = {
                "country": COUNTRY,
                "year": year,
                "source": "a made-up notice",
                "days_off": [day.isoformat() for day in (_a_saturday(year), *off) if day.year == year],
                "days_worked": [day.isoformat() for day in worked if day.year == year],
            }
            (self.folder / f"{COUNTRY}-{year}.json").write_text(json.dumps(notice))

    def withdraw(self) -> None:
        """Leave all years unpublished."""
        for path in self.folder.iterdir():
            path.unlink()


@dataclass(frozen=True)
class CalendarShop:
    """The shop, its calendars, and the sweep by which cases learn of them."""

    shop: Shop
    notices: Notices
    activity_set: ActivitySet

    async def swept(self, cases_per_page: int = 100) -> CalendarSwept:
        """Run the sweep as its schedule does, to its end."""
        return await (await self.begin_sweep(cases_per_page)).result()

    async def begin_sweep(self, cases_per_page: int) -> WorkflowHandle[Any, CalendarSwept]:
        """Start the sweep as its schedule does."""
        asked = CalendarSweepAsked(cases_per_page=cases_per_page)
        return await self.shop.client.start_workflow(
            CalendarSweepWorkflow.run, asked, id=f"sweep-{uuid4().hex}", task_queue=TASK_QUEUE
        )


class OpenedIntakes:
    """The submissions of the cases that the shop's tests have opened."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def get(self, case_id: str) -> CaseIntake | None:
        return next((one.intake for one in self._shop.opened if one.intake.case_id == case_id), None)


@asynccontextmanager
async def calendar_shop(folder: Path) -> AsyncIterator[CalendarShop]:
    """Give the shop; its worker comes and goes as the test likes (`working`)."""
    versions, calendars = folder / "versions", folder / "calendars"
    versions.mkdir()
    calendars.mkdir()
    document = json.loads((VERSIONS / "2025-01-01.json").read_text())
    (versions / "2025-01-01.json").write_text(json.dumps({**document, "country": COUNTRY, "timezone": TIMEZONE}))
    async with forwarding_server() as env:
        with open_shop(env, folder) as (shop, activity_set):
            yield CalendarShop(shop, Notices(calendars), _with_calendars(activity_set, shop, versions, calendars))


def _with_calendars(activity_set: ActivitySet, shop: Shop, versions: Path, folder: Path) -> ActivitySet:
    policies, calendars = PolicyRepository(versions), HolidayCalendars(NoticeFolder(folder))
    notifier = TemporalCaseNotifier(shop.client, OpenedIntakes(shop))
    return replace(
        activity_set,
        cases=CaseActivities(shop.cases, shop.orders, policies, calendars, shop.stock, payment_step),
        calendars=CalendarUpdateActivities(ProvisionalCases(shop.database), policies, calendars, notifier),
    )


def working(calendars: CalendarShop):
    """Return the shop's worker, to be entered."""
    return build_worker(calendars.shop.client, calendars.activity_set, sandboxed=True)


def counted(
    since: datetime, working_days: int, *, off: Collection[date] = (), worked: Collection[date] = ()
) -> datetime:
    """Return the last second of so many working days, by counting on one's fingers."""
    day, left = since.astimezone(UTC).date(), working_days
    while left:
        day += ONE_DAY
        left -= day in worked or (day.weekday() < 5 and day not in off)
    return datetime.combine(day + ONE_DAY, time(), UTC) - timedelta(seconds=1)


def days_after(since: datetime, *, are_weekend: bool, count: int) -> list[date]:
    """Return the next days after `since` that are or are not of a weekend."""
    days = (since.date() + number * ONE_DAY for number in range(1, 60))
    return [day for day in days if (day.weekday() >= 5) is are_weekend][:count]


def ends(deadlines: Collection[Deadline]) -> Mapping[WindowName, datetime]:
    return {one.what: one.when for one in deadlines}


def _a_saturday(year: int) -> date:
    return next(day for day in (date(year, 7, number) for number in range(1, 8)) if day.weekday() == 5)
