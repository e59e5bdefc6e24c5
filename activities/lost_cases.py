"""Open cases that no workflow carries, because it was terminated, deleted or lost, are restarted (fault 33)."""

from asyncio import to_thread
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from temporalio import activity

from activities.inbox.sweep import Batch, Swept
from activities.restored_records import RecordRecovery

PATIENCE = timedelta(minutes=1)
"""A case that changed more recently is left alone: its workflow may not be listed yet, or just be ending."""


class OpenCases(Protocol):
    """The cases that a workflow must carry."""

    def to_be_carried(self, before: datetime) -> Sequence[str]:
        """Return the cases that are open, or submitted and not recorded, and have not changed since; oldest first."""
        ...


class CaseRuns(Protocol):
    """The workflows of cases; raises WorkflowsUnavailableError if a later try may succeed."""

    async def running(self) -> Collection[str]:
        """Return the cases whose workflow is listed as running; the list may be some seconds old."""
        ...

    async def restart(self, case_id: str) -> bool:
        """Start the case's workflow from its record unless it runs, and return whether it was started."""
        ...


@dataclass(frozen=True)
class LostCaseActivities:
    """Compares the open cases with one list of running workflows; only the difference is looked at one by one."""

    cases: OpenCases
    runs: CaseRuns
    recovery: RecordRecovery
    now: Callable[[], datetime]

    @activity.defn(name="restart_lost_cases")
    async def restart_lost_cases(self, batch: Batch) -> Swept:
        """Restart open cases without a workflow; the new run writes it into the timeline and makes a finding.

        A case whose last run knows more than its record, as after a restored backup, is recorded as that run has it
        first: it may have ended (fault 31).
        """
        carried = await to_thread(self.cases.to_be_carried, self.now() - PATIENCE)
        running = await self.runs.running() if carried else ()
        lost = [case_id for case_id in carried if case_id not in running][: batch.limit]
        for case_id in lost:
            activity.heartbeat()
            if await self._is_open_still(case_id) and await self.runs.restart(case_id):
                activity.logger.warning("case %s was open without a workflow and is restarted", case_id)
        return Swept(count=len(lost))

    async def _is_open_still(self, case_id: str) -> bool:
        if not await self.recovery.recover(case_id, self.now()):
            return True
        case = await to_thread(self.recovery.book.case, case_id)
        return case is None or case.is_open
