"""Saved histories of every branch replay with today's code: what would break a running case is red here (fault 24)."""

import re
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from worker.build import runner
from workflows.refund.signal_guard import SignalScreening
from workflows.refund.workflow import RefundWorkflow

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json"))
WORKFLOW_TESTS = Path(__file__).parents[1] / "workflows"


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_fault_24_a_saved_history_replays(path: Path) -> None:
    replayer = Replayer(
        workflows=[RefundWorkflow],
        workflow_runner=runner(sandboxed=True),
        interceptors=[SignalScreening()],
        data_converter=pydantic_data_converter,
    )
    await replayer.replay_workflow(WorkflowHistory.from_json(f"refund/{path.stem}", path.read_text()))


def test_fault_24_every_branch_that_a_test_names_has_a_saved_history() -> None:
    sources = "".join(path.read_text() for path in WORKFLOW_TESTS.glob("test_*.py"))
    branches = set(re.findall(r'pytest\.mark\.branch\("(\w+)"\)', sources))
    assert branches == {path.stem for path in HISTORIES}
    assert len(branches) > 30


async def test_fault_24_code_that_takes_another_way_does_not_replay() -> None:
    """The check of the check: a history whose first activity has another name is refused."""
    text = next(path for path in HISTORIES if path.stem == "straightforward").read_text()
    replayer = Replayer(
        workflows=[RefundWorkflow],
        workflow_runner=runner(sandboxed=True),
        data_converter=pydantic_data_converter,
    )
    broken = WorkflowHistory.from_json("refund/broken", text.replace('"submit_payout"', '"submit_something"'))
    with pytest.raises(Exception, match=r"[Nn]on-?determinis"):
        await replayer.replay_workflow(broken)
