"""The API's access to running refunds; every failure becomes one of a few named errors."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from secrets import token_hex
from typing import Any, TypeAlias, TypeVar
from weakref import WeakValueDictionary

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest, DescribeNamespaceRequest
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.workflow import UpdateMethodMultiParam

from api.problems.errors import RefusedError, WrongStateError
from domain.cases.case import CaseStatus, Refusal
from domain.cases.messages import Message
from domain.enums import CaseState
from domain.errors import WorkflowsUnavailableError
from domain.request import CaseIntake
from workflows.client.availability import PATIENCE_SECONDS, NotRunningError, answering
from workflows.client.start_options import identity, workflow_id
from workflows.refund.workflow import RefundWorkflow

IN_FLIGHT_PER_CASE = 3
"""How many messages a process sends to one case at a time: Temporal allows 10 in flight per workflow, over all API
processes, and drops all of them if there is one more (`history.maxInFlightUpdates`)."""

_PROBE = timedelta(minutes=1)
log = logging.getLogger("api")
M = TypeVar("M", bound=Message)
Update: TypeAlias = UpdateMethodMultiParam[[RefundWorkflow, M], Coroutine[Any, Any, CaseStatus]]
"""An update of the workflow that takes one message."""


class RefundWorkflows:
    """Starts refunds and sends them messages; a call returns once the change is in the case's record."""

    def __init__(self, client: Client, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._client = client
        self._patience_seconds = patience_seconds
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def open(self, intake: CaseIntake) -> None:
        """Start the refund, unless it is running, and return once its request is checked.

        A workflow that ended before it recorded the case (it was terminated) is started again: opening a case that is
        recorded changes nothing. Raises NotRunningError, WorkflowsUnavailableError.
        """
        async with self._answering(intake.case_id):
            await self._client.execute_update_with_start_workflow(  # pyright: ignore[reportUnknownMemberType] - the SDK's type
                RefundWorkflow.open, start_workflow_operation=_start(intake)
            )

    async def send(self, case_id: str, update: Update[M], message: M) -> CaseStatus:
        """Send the update to the running refund and return its answer once the change is recorded.

        Raises NotRunningError, RefusedError, WrongStateError, WorkflowsUnavailableError.
        """
        handle = self._client.get_workflow_handle_for(RefundWorkflow.run, workflow_id(case_id))
        async with self._answering(case_id):
            answer: Any = await handle.execute_update(update, message)  # pyright: ignore[reportUnknownMemberType] - the SDK's type
        return answer

    async def reopen(self, intake: CaseIntake, update: Update[M], message: M) -> CaseStatus:
        """Restart a recorded case in a new run, unless one is running, and send it the update (R12, R19, fault 33).

        Raises as `send` does.
        """
        start = _start(intake.amend(resumes=True))
        async with self._answering(intake.case_id):
            answer: Any = await self._client.execute_update_with_start_workflow(  # pyright: ignore[reportUnknownMemberType] - the SDK's type
                update, message, start_workflow_operation=start
            )
        return answer

    async def ping(self) -> None:
        """Check that Temporal serves the namespace; raises WorkflowsUnavailableError if not."""
        asked = DescribeNamespaceRequest(namespace=self._client.namespace)
        try:
            async with self._answering("none"):
                await self._client.workflow_service.describe_namespace(asked)
        except NotRunningError:
            raise WorkflowsUnavailableError(f"Temporal has no namespace {self._client.namespace!r}") from None

    async def prove_writable(self) -> None:
        """Prove that Temporal stores something, by a workflow that is deleted before it begins (fault 21).

        Raises WorkflowsUnavailableError.
        """
        probe = f"readiness/{token_hex(12)}"
        try:
            async with self._answering(probe):
                handle = await self._client.start_workflow(
                    "ReadinessProbe", id=probe, task_queue="readiness", start_delay=_PROBE, execution_timeout=_PROBE
                )
        except NotRunningError:
            raise WorkflowsUnavailableError(f"Temporal has no namespace {self._client.namespace!r}") from None
        started = WorkflowExecution(workflow_id=probe, run_id=handle.result_run_id or "")
        unwanted = DeleteWorkflowExecutionRequest(namespace=self._client.namespace, workflow_execution=started)
        with suppress(RPCError):  # it then ends by its timeout
            await self._client.workflow_service.delete_workflow_execution(unwanted)

    @asynccontextmanager
    async def _answering(self, case_id: str) -> AsyncGenerator[None]:
        """Make the enclosed call wait for its turn at the case, limit its duration, and name its failure."""
        turns = self._turns.setdefault(case_id, asyncio.Semaphore(IN_FLIGHT_PER_CASE))
        async with answering(self._patience_seconds), turns:
            try:
                yield
            except WorkflowUpdateFailedError as error:
                raise _refusal(case_id, error) from error


def _start(intake: CaseIntake) -> WithStartWorkflowOperation[RefundWorkflow, Any]:
    return WithStartWorkflowOperation(
        RefundWorkflow.run,
        intake,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        **identity(intake),
    )


def _refusal(case_id: str, error: WorkflowUpdateFailedError) -> Exception:
    """Return the error that corresponds to the workflow's refusal."""
    said = error.cause
    if not isinstance(said, ApplicationError):
        return error
    if said.type == "refused":
        return RefusedError(Refusal.read(said.details[0]), case_id)
    if said.type == "wrong_state":
        return WrongStateError(case_id, CaseState(said.details[0]["state"]))
    return NotRunningError(case_id) if said.type == "AcceptedUpdateCompletedWorkflow" else error
