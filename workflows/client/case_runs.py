"""Which cases have a running workflow, and how one that has none is restarted from its record."""

import asyncio

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from workflows.client.availability import answering
from workflows.client.case_notifier import CaseIntakes
from workflows.client.start_options import identity, workflow_id
from workflows.refund.workflow import RefundWorkflow

RUNNING = 'WorkflowType = "RefundWorkflow" AND ExecutionStatus = "Running"'
LIST_PATIENCE_SECONDS = 60


class TemporalCaseRuns:
    """Implements the port `activities.lost_cases.CaseRuns` with Temporal."""

    def __init__(self, client: Client, intakes: CaseIntakes) -> None:
        self._client = client
        self._intakes = intakes

    async def running(self) -> frozenset[str]:
        """Return the cases whose workflow is listed as running; raises WorkflowsUnavailableError."""
        prefix = workflow_id("")
        async with answering(LIST_PATIENCE_SECONDS):
            return frozenset([one.id.removeprefix(prefix) async for one in self._client.list_workflows(RUNNING)])

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
