"""Open cases whose run follows the process of an earlier release are moved into a run of today's (fault 24)."""

from asyncio import to_thread
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from temporalio import activity

from activities.inbox.sweep import Batch, Swept
from activities.restored_records import KeptRecord
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

    async def kept(self, case_id: str) -> KeptRecord | None:
        """Return the case as its last run has it, or None if Temporal does not know."""
        ...

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
        return Swept(count=sum([await self._asked(case) for case in quiet]))

    async def _asked(self, case: Case) -> bool:
        """Ask the case's run, unless it follows today's process already and has not recorded anything since."""
        activity.heartbeat()
        try:
            kept = await self.runs.kept(case.case_id)
            if kept is None or kept.case.process_version >= PROCESS_VERSION:
                return False
            await self.runs.align(case.case_id, case.version)
        except WorkflowsUnavailableError as error:
            activity.logger.warning("case %s stays in its old process: %s", case.case_id, error.message)
            return False
        return True
