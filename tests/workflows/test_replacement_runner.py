"""R39: the stock is asked once for each thing, also when its answer waits behind another message."""

from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from domain.cases.case import Case
from domain.cases.messages import StockAnswer
from domain.enums import CaseState, ReplacementState
from tests.support.samples import CASE, REPLACEMENT
from tests.workflows.shop import Shop
from workflows.refund.inbox import Inbox
from workflows.refund.replacement_runner import ReplacementRunner

QUEUE = "replacement-runner-probe"


@workflow.defn
class RunnerProbe:
    """Starts what is due of a case whose errands' answers wait, and returns whether the stock is asked."""

    @workflow.run
    async def run(self, case: Case, answers: list[StockAnswer]) -> bool:
        inbox = Inbox()
        for answer in answers:
            inbox.add(answer)
        runner = ReplacementRunner(inbox)
        runner.start(case)
        return not runner.is_idle


@pytest.mark.parametrize("due", [ReplacementState.PLANNED, ReplacementState.RELEASING])
@pytest.mark.parametrize(("answers", "asks"), [([], True), ([StockAnswer(states={})], False)])
async def test_r39_the_stock_is_not_asked_again_before_the_case_has_heard_its_answer(
    dev_shop: Shop, due: ReplacementState, answers: list[StockAnswer], asks: bool
) -> None:
    case = CASE.amend(state=CaseState.REPLACEMENT_DUE, replacements=(REPLACEMENT.amend(state=due),))
    async with Worker(
        dev_shop.client, task_queue=QUEUE, workflows=[RunnerProbe], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        is_asked = await dev_shop.client.execute_workflow(
            RunnerProbe.run, args=[case, answers], id=f"probe-{uuid4().hex}", task_queue=QUEUE
        )
    assert is_asked is asks
