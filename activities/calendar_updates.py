"""Tells the cases with provisional deadlines that the calendar behind them is published (R6)."""

import logging
from asyncio import to_thread
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import AwareDatetime, Field
from temporalio import activity

from activities.ports.case_notifier import CaseNotifier
from activities.ports.policy import Calendars, PolicyRepository
from domain.calendar import WorkCalendar
from domain.cases.case import Case
from domain.cases.messages import CalendarPublished
from domain.errors import WorkflowsUnavailableError
from domain.policy_document import PolicyDocument
from domain.value import Value
from policy.calendars.published import is_concerned

log = logging.getLogger("calendars")


class ProvisionalPage(Value):
    """A page of the cases to look at: those after a case id, by the calendars as they are published at that time."""

    at: AwareDatetime
    after: str = ""
    limit: int = Field(ge=1, le=1_000)


class CalendarsTold(Value):
    """How many cases of a page were told or could not be, and the last case id of a page that was full."""

    told: int = 0
    not_told: int = 0
    last: str | None = None


class ProvisionalCases(Protocol):
    """The cases whose deadlines are provisional."""

    def page(self, years: Collection[int], after: str, limit: int) -> Sequence[Case]:
        """Return cases after that id, by id, whose earliest provisional deadline ends in one of the years."""
        ...


@dataclass(frozen=True)
class CalendarUpdateActivities:
    """Finds the cases that a published calendar concerns, and tells each; a repeat has no further effect."""

    cases: ProvisionalCases
    policies: PolicyRepository
    calendars: Calendars
    notifier: CaseNotifier

    @activity.defn(name="tell_of_published_calendars")
    async def tell(self, page: ProvisionalPage) -> CalendarsTold:
        """Tell the cases of a page; those that cannot be told now are counted, and the next look finds them again."""
        found = await to_thread(self._provisional, page)
        concerned = [case.case_id for case in found if self._is_concerned(case, page.at)]
        told = [await self._is_told(case_id) for case_id in concerned]
        last = found[-1].case_id if len(found) == page.limit else None
        return CalendarsTold(told=sum(told), not_told=len(told) - sum(told), last=last)

    def _provisional(self, page: ProvisionalPage) -> Sequence[Case]:
        calendars = (self._calendar(policy, page.at) for policy in self.policies.all())
        return self.cases.page(_published(calendars), page.after, page.limit)

    def _is_concerned(self, case: Case, at: datetime) -> bool:
        policy = next((one for one in self.policies.all() if one.version == case.policy_version), None)
        return policy is not None and is_concerned(case, policy, self._calendar(policy, at))

    def _calendar(self, policy: PolicyDocument, at: datetime) -> WorkCalendar:
        return self.calendars.calendar(policy.country, policy.timezone, at)

    async def _is_told(self, case_id: str) -> bool:
        activity.heartbeat(case_id)
        try:
            return await self.notifier.notify(case_id, CalendarPublished())
        except WorkflowsUnavailableError as error:
            log.warning("case %s could not be told of its calendar: %s", case_id, error.message)
            return False


def _published(calendars: Iterable[WorkCalendar]) -> frozenset[int]:
    return frozenset(year for calendar in calendars for year in calendar.published_years)
