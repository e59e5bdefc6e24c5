"""Each change that would break a running case is really made here, and the check of it fails (fault 24)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from temporalio import activity, workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from activities.case_changes import Change, Recorded
from activities.cases import CaseActivities
from activities.payouts import PayoutActivities, PayoutOrder
from domain.calendar import Deadline
from domain.cases.case_lines import CaseLine
from domain.cases.payout import Payout
from domain.value import Value
from tests.replay import fingerprints, releases
from tests.replay.payloads import check, payloads
from tests.replay.stored_types import of_activities, of_workflows
from tests.support.temporal_env import time_skipping_server
from tests.workflows.environment import open_shop
from tests.workflows.shop import Shop
from worker.build import build_worker, runner
from workflows.plugin import RefundPlugin
from workflows.refund.workflow import RefundWorkflow

BRANCH = "straightforward"
STORED = releases.read(next(path for path in releases.stored() if releases.branch_of(path) == BRANCH))


class UrgentPayoutOrder(PayoutOrder):
    """An input that asks for one thing more than what is on its way."""

    priority: int


class Renamed(Value):
    """A result whose `deadlines` have another name; the new field has a default, so nothing else would notice."""

    opened: tuple[Deadline, ...] = ()
    lines: tuple[CaseLine, ...] | None = None


@activity.defn(name="submit_payout")
def submit_urgently(_activities: PayoutActivities, order: UrgentPayoutOrder) -> Payout:
    """Take another input than the released activity of that name."""
    return order.payout


@activity.defn(name="record_change")
def record_under_another_name(_activities: CaseActivities, change: Change) -> Renamed:
    """Give another result than the released activity of that name."""
    return Renamed(opened=change.case.deadlines)


def record_before_planning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a change be recorded first, and the payouts that it makes due be planned afterwards."""
    execute = workflow.execute_local_activity_method
    recorded: list[Recorded] = []

    async def in_the_other_order(method: Any, argument: Any, **options: Any) -> Any:
        if method is CaseActivities.plan:
            change = Change(case=argument.case, entries=(), opens=())
            recorded.append(await execute(CaseActivities.record, change, **options))
        elif method is CaseActivities.record and recorded:
            return recorded.pop()
        return await execute(method, argument, **options)

    monkeypatch.setattr(workflow, "execute_local_activity_method", in_the_other_order)


@pytest_asyncio.fixture(scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """A shop whose worker runs the workflow of this process, so that it can be sabotaged."""
    async with time_skipping_server() as env:
        with open_shop(env, tmp_path_factory.mktemp("shop")) as (shop, activity_set):
            async with build_worker(env.client, activity_set, sandboxed=False):
                yield shop


def check_stored_values() -> None:
    """Check the values of the stored history, as test_payloads does for every history."""
    types = {**of_activities(), **of_workflows()}
    for payload in payloads(STORED):
        check(payload, types)


async def check_replay() -> None:
    """Replay the stored history, as test_replay does with every history."""
    replayer = Replayer(workflows=[RefundWorkflow], workflow_runner=runner(sandboxed=False), plugins=[RefundPlugin()])
    await replayer.replay_workflow(WorkflowHistory.from_json(f"refund/{BRANCH}", STORED))


async def check_fingerprint(shop: Shop) -> None:
    """Take a case through the branch and check its commands, as the workflow tests do in every branch."""
    case = await shop.open()
    await case.audit()
    await case.ship()
    await case.inspect(("MUG", 1, "accepted"))
    assert await case.ended() == "refunded"
    fingerprints.check(BRANCH, fingerprints.commands((await case.handle.fetch_history()).to_json()))


def test_fault_24_without_a_change_every_stored_value_is_read_in_full() -> None:
    check_stored_values()


def test_fault_24_a_change_of_an_activitys_input_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PayoutActivities, "submit", submit_urgently)
    with pytest.raises(AssertionError, match=r"input of submit_payout \(priority: missing\).*docs/DEPLOYING\.md"):
        check_stored_values()


def test_fault_24_a_change_of_a_results_field_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CaseActivities, "record", record_under_another_name)
    with pytest.raises(AssertionError, match=r"result of record_change \(deadlines: extra.*docs/DEPLOYING\.md"):
        check_stored_values()


async def test_fault_24_without_a_change_the_history_replays_and_the_commands_are_the_committed_ones(
    shop: Shop,
) -> None:
    await check_replay()
    await check_fingerprint(shop)


async def test_fault_24_a_change_of_the_order_of_commands_does_not_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Temporal tells local activities apart by their place only: the plan is given what recording has returned."""
    record_before_planning(monkeypatch)
    with pytest.raises(Exception, match=r"validation error for PayoutPlan"):
        await check_replay()


async def test_fault_24_a_change_of_the_order_of_commands_is_stopped_before_a_release_has_met_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_before_planning(monkeypatch)
    with pytest.raises(AssertionError, match=r"(?s)straightforward no longer .*workflow\.patched.*docs/DEPLOYING\.md"):
        await check_fingerprint(shop)
