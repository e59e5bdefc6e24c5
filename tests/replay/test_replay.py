"""Stored histories of every release replay with today's code: what would break a running case is red (fault 24)."""

import re
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from tests.replay import fingerprints, releases
from tests.support.assertions import does_not_raise
from worker.build import runner
from workflows.plugin import RefundPlugin
from workflows.refund.workflow import RefundWorkflow

STORED = releases.stored()
WORKFLOW_TESTS = Path(__file__).parents[1] / "workflows"


def replayer() -> Replayer:
    return Replayer(workflows=[RefundWorkflow], workflow_runner=runner(sandboxed=True), plugins=[RefundPlugin()])


@pytest.mark.parametrize("path", STORED, ids=lambda path: f"{path.parent.name}-{releases.branch_of(path)}")
async def test_fault_24_a_stored_history_replays(path: Path) -> None:
    with does_not_raise():
        await replayer().replay_workflow(WorkflowHistory.from_json(f"refund/{path.stem}", releases.read(path)))


def test_fault_24_every_branch_that_a_test_names_has_a_stored_history_and_its_commands() -> None:
    sources = "".join(path.read_text() for path in WORKFLOW_TESTS.glob("test_*.py"))
    branches = set(re.findall(r'pytest\.mark\.branch\("(\w+)"\)', sources))
    assert branches == {releases.branch_of(path).partition("-")[0] for path in STORED}
    assert branches == {name.partition("-")[0] for name in fingerprints.committed()}
    assert len(branches) > 30


def test_fault_24_released_histories_are_what_they_were() -> None:
    assert releases.changed() == []


@pytest.mark.parametrize("path", STORED, ids=releases.branch_of)
def test_a_stored_history_names_no_machine_that_recorded_it(path: Path) -> None:
    history = releases.read(path)
    assert not re.search(r'"(?:stackTrace|identity)"|/(?:home|root|tmp|usr|work)/', history)


async def test_fault_24_an_order_of_commands_that_changed_is_stopped() -> None:
    """The check of the check: a history whose activities come in another order is refused."""
    text = releases.read(next(path for path in STORED if releases.branch_of(path) == "straightforward"))
    broken = WorkflowHistory.from_json("refund/broken", text.replace('"submit_payout"', '"check_payout"'))
    with pytest.raises(Exception, match=r"[Nn]on-?determinis"):
        await replayer().replay_workflow(broken)
