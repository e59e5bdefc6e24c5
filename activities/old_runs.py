"""Open cases whose run follows the process of an earlier release are moved into a run of today's (fault 24)."""

from asyncio import to_thread
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from temporalio import activity

from activities.inbox.sweep import Batch, Swept
from domain.cases.case import PROCESS_VERSION, Case
from domain.errors import WorkflowsUnavailableError
from policy.payout_rules import is_at_gateway


class OldCases(Protocol):
    """The open cases of earlier processes."""

    def of_process_before(self, version: int) -> Sequence[Case]:
        """Return the open cases whose recorded run follows an earlier process, the oldest first."""
        ...


class AlignedRuns(Protocol):
    """The workflows of cases."""

    async def align(self, case_id: str, recorded_version: int) -> None:
        """Have the running workflow compare itself with its record; raises WorkflowsUnavailableError."""
        ...


@dataclass(frozen=True)
class OldRunActivities:
    """Asks old runs to go on in a new one; a run does so only at a quiet moment."""

    cases: OldCases
    runs: AlignedRuns

    @activity.defn(name="renew_old_runs")
    async def renew_old_runs(self, batch: Batch) -> Swept:
        """Ask each old run without a payout on its way, and return how many were asked."""
        old = await to_thread(self.cases.of_process_before, PROCESS_VERSION)
        quiet = [case for case in old if not is_at_gateway(case)][: batch.limit]
        for case in quiet:
            activity.heartbeat()
            try:
                await self.runs.align(case.case_id, case.version)
            except WorkflowsUnavailableError as error:
                activity.logger.warning(
                    "case %s could not be moved to today's process: %s", case.case_id, error.message
                )
        return Swept(count=len(quiet))
