"""The one way in which events reach cases: a signal to the running workflow, or one that restarts a recorded case."""

import asyncio
from typing import Protocol

from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy

from domain.cases.messages import Message
from domain.request import CaseIntake
from workflows.client.availability import PATIENCE_SECONDS, NotRunningError, answering
from workflows.client.start_options import identity, workflow_id
from workflows.refund.workflow import RefundWorkflow


class CaseIntakes(Protocol):
    """The submissions with which cases were opened."""

    def get(self, case_id: str) -> CaseIntake | None:
        """Return the first submission of the case, or None."""
        ...


class TemporalCaseNotifier:
    """Implements the port `activities.ports.case_notifier.CaseNotifier` with Temporal, for both API and worker."""

    def __init__(self, client: Client, intakes: CaseIntakes, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._client = client
        self._intakes = intakes
        self._patience_seconds = patience_seconds

    async def notify(self, case_id: str, message: Message) -> bool:
        """Signal the message to the case, even if it has ended (R37); return False if it was never submitted.

        Raises WorkflowsUnavailableError.
        """
        intake = await asyncio.to_thread(self._intakes.get, case_id)
        if intake is None:
            return False
        async with answering(self._patience_seconds):
            await self._client.start_workflow(  # pyright: ignore[reportUnknownMemberType] - the SDK's type
                RefundWorkflow.run,
                intake.without_customer.amend(resumes=True),
                start_signal=message.kind,
                start_signal_args=[message],
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                **identity(intake),
            )
        return True

    async def tell_running(self, case_id: str, message: Message) -> bool:
        """Signal the message to the case's workflow; return False if none runs. Raises WorkflowsUnavailableError."""
        try:
            async with answering(self._patience_seconds):
                await self._client.get_workflow_handle(workflow_id(case_id)).signal(message.kind, message)
        except NotRunningError:
            return False
        return True
