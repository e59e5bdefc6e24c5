"""The worker's way to the cases: a signal to the running refund, or to a recorded one that it takes up again."""

import asyncio

from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy

from db.cases.submissions import Submissions
from domain.cases.messages import RefundUpdate
from workflows.refund.start_options import identity
from workflows.refund.workflow import RefundWorkflow


class TemporalCaseNotifier:
    """Cases behind the port `activities.ports.reconciliation.CaseNotifier`."""

    def __init__(self, client: Client, submissions: Submissions) -> None:
        self._client = client
        self._intakes = submissions

    async def tell(self, case_id: str, update: RefundUpdate) -> None:
        """Have the case hear the news, also one that has ended (R37); raises LookupError for one never submitted."""
        intake = await asyncio.to_thread(self._intakes.get, case_id)
        if intake is None:
            raise LookupError(f"case {case_id} was never submitted")
        await self._client.start_workflow(  # pyright: ignore[reportUnknownMemberType] - the SDK's type
            RefundWorkflow.run,
            intake.amend(resumes=True),
            start_signal="refund_update",
            start_signal_args=[update],
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            **identity(intake),
        )
