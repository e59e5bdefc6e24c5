"""How a test that speaks to Temporal itself starts a case, wakes it, and sees whether it runs."""

from typing import Any

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest, DescribeWorkflowExecutionResponse
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from domain.cases.messages import Message
from domain.request import CaseIntake
from workflows.client.start_options import workflow_id
from workflows.options import TASK_QUEUE
from workflows.refund.workflow import RefundWorkflow


def start_of(intake: CaseIntake, task_queue: str = TASK_QUEUE) -> WithStartWorkflowOperation[Any, Any]:
    """Return the start of a case for its first message; one that is recorded starts again if its intake resumes."""
    return WithStartWorkflowOperation(
        RefundWorkflow.run,
        intake,
        id=workflow_id(intake.case_id),
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=_reuse(intake),
    )


async def signal_with_start(client: Client, intake: CaseIntake, signal: str, message: Message) -> None:
    """Signal a case, which is reopened when it has ended, as the webhooks do (R37)."""
    again = intake.amend(resumes=True)
    await client.start_workflow(
        RefundWorkflow.run,
        again,
        id=workflow_id(intake.case_id),
        task_queue=TASK_QUEUE,
        id_reuse_policy=_reuse(again),
        start_signal=signal,
        start_signal_args=[message],
    )


async def described(client: Client, case_id: str) -> DescribeWorkflowExecutionResponse:
    """Return what the server says of the case; unlike the SDK's answer, it may have search attributes of any kind."""
    execution = WorkflowExecution(workflow_id=workflow_id(case_id))
    asked = DescribeWorkflowExecutionRequest(namespace=client.namespace, execution=execution)
    return await client.workflow_service.describe_workflow_execution(asked)


def _reuse(intake: CaseIntake) -> WorkflowIDReusePolicy:
    resumes = intake.resumes
    return WorkflowIDReusePolicy.ALLOW_DUPLICATE if resumes else WorkflowIDReusePolicy.REJECT_DUPLICATE
