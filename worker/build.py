"""Builds the worker from its activities and their adapters."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkerDeploymentConfig, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from activities.calendar_updates import CalendarUpdateActivities
from activities.cases import CaseActivities
from activities.inbox.sweep import InboxActivities
from activities.lost_cases import LostCaseActivities
from activities.old_runs import OldRunActivities
from activities.payouts import PayoutActivities
from activities.reconciliation import CaseUpdateActivities, ReconciliationActivities
from activities.restored_records import RestoredRecordActivities
from activities.signal_times import SignalTimeActivities
from activities.stock import StockActivities
from workflows.calendar_sweep import CalendarSweepWorkflow
from workflows.case_watch import CaseWatchWorkflow
from workflows.inbox_sweep import InboxSweepWorkflow
from workflows.options import TASK_QUEUE
from workflows.plugin import RefundPlugin
from workflows.reconciliation import ReconciliationWorkflow
from workflows.refund.workflow import RefundWorkflow

CONCURRENT_ACTIVITIES_MAX = 20
WORKFLOWS = (RefundWorkflow, ReconciliationWorkflow, InboxSweepWorkflow, CalendarSweepWorkflow, CaseWatchWorkflow)


@dataclass(frozen=True)
class ActivitySet:
    """The objects with the activities; what scheduled workflows call is optional."""

    cases: CaseActivities
    payouts: PayoutActivities
    stock: StockActivities
    signal_times: SignalTimeActivities
    reconciliation: ReconciliationActivities | None = None
    update: CaseUpdateActivities | None = None
    inbox: InboxActivities | None = None
    calendars: CalendarUpdateActivities | None = None
    lost: LostCaseActivities | None = None
    restored: RestoredRecordActivities | None = None
    old_runs: OldRunActivities | None = None

    def activities(self) -> Sequence[Callable[..., Any]]:
        """Return all activities that the workflows call."""
        work, pay, stock = self.cases, self.payouts, self.stock
        of_cases = [work.open, work.record, work.plan, work.compute, pay.submit, pay.check, self.signal_times.find]
        of_cases += [work.judge_again, stock.reserve, stock.release]
        of_cases += [self.calendars.tell] if self.calendars else []
        of_books = [self.reconciliation.reconcile, self.update.notify] if self.reconciliation and self.update else []
        of_lost = [self.lost.restart_lost_cases] if self.lost else []
        of_lost += [self.restored.write_restored_records] if self.restored else []
        of_lost += [self.old_runs.renew_old_runs] if self.old_runs else []
        return [*of_cases, *of_books, *of_lost, *(_sweeps(self.inbox) if self.inbox else ())]


def _sweeps(inbox: InboxActivities) -> Sequence[Callable[..., Any]]:
    payments, couriers = inbox.apply_payment_events, inbox.apply_courier_events
    return payments, couriers, inbox.notify_held_cases, inbox.register_tracking_numbers


def runner(*, sandboxed: bool) -> WorkflowRunner:
    """Return the runner of workflows, with or without Temporal's sandbox.

    The sandbox loads the modules anew for each case and refuses non-deterministic code. All tests and replays use it,
    with no module passed through; code that passes there can run without it at half the processor time.
    """
    return SandboxedWorkflowRunner() if sandboxed else UnsandboxedWorkflowRunner()


def build_worker(
    client: Client,
    activity_set: ActivitySet,
    *,
    max_cached_workflows: int = 1000,
    sandboxed: bool = False,
    deployment: WorkerDeploymentConfig | None = None,
) -> Worker:
    """Return a worker for the refund queue, which finishes its tasks before it stops.

    With `deployment`, it is a worker of that version and gets work once the version is promoted. The converter and the
    signal guard come with the client (`workflows.plugin`); raises ValueError for a client without them.
    """
    if not any(isinstance(one, RefundPlugin) for one in client.config(active_config=True)["plugins"]):
        raise ValueError("the client must be connected with workflows.plugin.RefundPlugin")
    return Worker(
        client,
        task_queue=TASK_QUEUE,
        workflows=[
            RefundWorkflow,
            ReconciliationWorkflow,
            InboxSweepWorkflow,
            CalendarSweepWorkflow,
            CaseWatchWorkflow,
        ],
        activities=activity_set.activities(),
        activity_executor=ThreadPoolExecutor(CONCURRENT_ACTIVITIES_MAX, thread_name_prefix="activity"),
        max_concurrent_activities=CONCURRENT_ACTIVITIES_MAX,
        max_concurrent_local_activities=CONCURRENT_ACTIVITIES_MAX,
        max_cached_workflows=max_cached_workflows,
        workflow_runner=runner(sandboxed=sandboxed),
        deployment_config=deployment,
        graceful_shutdown_timeout=timedelta(seconds=20),
    )
