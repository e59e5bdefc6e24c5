"""Which cases have a running workflow, and how one that has none is restarted from its record."""

import asyncio
from contextlib import suppress
from datetime import datetime

from temporalio.client import Client, WorkflowQueryFailedError, WorkflowQueryRejectedError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.restored_records import KeptRecord
from domain.cases.messages import RecordCheck
from workflows.client.availability import NotRunningError, answering
from workflows.client.case_notifier import CaseIntakes
from workflows.client.start_options import identity, workflow_id
from workflows.refund.workflow import RefundWorkflow

OF_CASES = 'WorkflowType = "RefundWorkflow"'
RUNNING = 'WorkflowType = "RefundWorkflow" AND ExecutionStatus = "Running"'
LIST_PATIENCE_SECONDS = 60


class TemporalCaseRuns:
    """Implements the ports `activities.lost_cases.CaseRuns` and `activities.restored_records.KeptRuns`."""

    def __init__(self, client: Client, intakes: CaseIntakes) -> None:
        self._client = client
        self._intakes = intakes

    async def running(self) -> frozenset[str]:
        """Return the cases whose workflow is listed as running; raises WorkflowsUnavailableError."""
        return await self._listed(RUNNING)

    async def ended_since(self, since: datetime | None) -> frozenset[str]:
        """Return the cases whose workflow is listed as ended since then, or ever; raises WorkflowsUnavailableError."""
        ended = f'{OF_CASES} AND ExecutionStatus IN ("Completed", "Terminated", "Failed", "Canceled", "TimedOut")'
        return await self._listed(f"{ended} AND CloseTime >= '{since.isoformat()}'" if since else ended)

    async def kept(self, case_id: str) -> KeptRecord | None:
        """Return what the case's last run knows, also after its end; None if Temporal has no such run any more.

        A worker replays its history for that. Raises WorkflowsUnavailableError.
        """
        handle = self._client.get_workflow_handle_for(RefundWorkflow.run, workflow_id(case_id))
        try:
            async with answering():
                return await handle.query(RefundWorkflow.record)
        except (NotRunningError, WorkflowQueryFailedError, WorkflowQueryRejectedError):
            return None

    async def align(self, case_id: str, recorded_version: int) -> None:
        """Have the running workflow write its record again; raises WorkflowsUnavailableError."""
        handle = self._client.get_workflow_handle_for(RefundWorkflow.run, workflow_id(case_id))
        check = RecordCheck(recorded_version=recorded_version)
        with suppress(NotRunningError):
            async with answering():
                await handle.execute_update(RefundWorkflow.check_record, check)  # pyright: ignore[reportUnknownMemberType] - the SDK's type

    async def _listed(self, query: str) -> frozenset[str]:
        prefix = workflow_id("")
        async with answering(LIST_PATIENCE_SECONDS):
            return frozenset([one.id.removeprefix(prefix) async for one in self._client.list_workflows(query)])

    async def restart(self, case_id: str) -> bool:
        """Start the case's workflow unless it runs, which Temporal itself decides; return whether it was started.

        Raises WorkflowsUnavailableError.
        """
        intake = await asyncio.to_thread(self._intakes.get, case_id)
        if intake is None:
            return False
        try:
            async with answering():
                await self._client.start_workflow(  # pyright: ignore[reportUnknownMemberType] - the SDK's type
                    RefundWorkflow.run,
                    intake.without_customer.amend(resumes=True),
                    id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                    id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                    **identity(intake),
                )
        except WorkflowAlreadyStartedError:
            return False
        return True
