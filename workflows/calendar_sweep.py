"""The calendar sweep: cases with provisional deadlines learn that the calendar of a year is published (R6)."""

from datetime import timedelta
from typing import Final

from pydantic import Field
from temporalio import workflow
from temporalio.common import RetryPolicy

from activities.calendar_updates import CalendarsTold, CalendarUpdateActivities, ProvisionalPage
from domain.value import Value

_PAGE_AT_MOST: Final = timedelta(minutes=30)
_HEARTBEAT: Final = timedelta(minutes=1)  # a case may take 20 s to answer
_RETRY: Final = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5))
_BEFORE_THE_NEXT_ROUND: Final = timedelta(minutes=5)


class CalendarSweepAsked(Value):
    """How many cases are looked at in one step, and how often those are tried again that could not be told.

    The other fields are where a long sweep continues.
    """

    cases_per_page: int = Field(default=100, ge=1, le=1_000)
    rounds: int = Field(default=3, ge=1, le=10)
    after: str = ""
    told: int = 0
    not_told: int = 0


class CalendarSwept(Value):
    """How many cases were told, and how many could not be, which the next sweep tries again."""

    told: int
    not_told: int


@workflow.defn(name="CalendarSweepWorkflow")
class CalendarSweepWorkflow:
    """Looks once at all cases with provisional deadlines; nothing is told twice once it is final."""

    @workflow.run
    async def run(self, asked: CalendarSweepAsked) -> CalendarSwept:
        """Return how many cases were told; the cases themselves record what changes."""
        while True:
            asked = await self._round(asked)
            if not asked.not_told or asked.rounds == 1:
                return CalendarSwept(told=asked.told, not_told=asked.not_told)
            await workflow.sleep(_BEFORE_THE_NEXT_ROUND, summary=f"{asked.not_told} cases could not be told")
            asked = asked.amend(rounds=asked.rounds - 1, not_told=0)

    async def _round(self, asked: CalendarSweepAsked) -> CalendarSweepAsked:
        """Return what was asked with the counts of a whole round; a long history continues in a new run."""
        while True:
            page = await self._page(asked)
            told, not_told = asked.told + page.told, asked.not_told + page.not_told
            asked = asked.amend(after=page.last or "", told=told, not_told=not_told)
            if page.last is None:
                return asked
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(asked)

    async def _page(self, asked: CalendarSweepAsked) -> CalendarsTold:
        return await workflow.execute_activity_method(
            CalendarUpdateActivities.tell,
            ProvisionalPage(at=workflow.now(), after=asked.after, limit=asked.cases_per_page),
            start_to_close_timeout=_PAGE_AT_MOST,
            heartbeat_timeout=_HEARTBEAT,
            retry_policy=_RETRY,
        )
