"""The worker put together: which activities, with which adapters behind their ports."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.arrivals import ArrivalDesk
from activities.casework import Casework
from activities.payouts import PayoutDesk
from workflows.inbound import SignalScreening
from workflows.options import TASK_QUEUE
from workflows.refund import RefundWorkflow

PASSED_THROUGH = ("domain", "policy", "activities", "annotated_types", "pydantic_core", "holidays")
"""Loaded once and shared by all cases: pure modules whose purity the strict sandbox of the tests proves."""


@dataclass(frozen=True)
class Desks:
    """The activities' objects."""

    casework: Casework
    payouts: PayoutDesk
    arrivals: ArrivalDesk

    def activities(self) -> Sequence[Callable[..., Any]]:
        """Return every activity the workflow calls."""
        work, pay = self.casework, self.payouts
        return [work.open, work.record, work.plan, work.compute, pay.submit, pay.check, self.arrivals.find]


def sandbox(*, strict: bool) -> SandboxedWorkflowRunner:
    """Return the workflow runner; strict re-imports everything for every case and catches what is not pure."""
    restrictions = SandboxRestrictions.default
    return SandboxedWorkflowRunner(
        restrictions=restrictions if strict else restrictions.with_passthrough_modules(*PASSED_THROUGH)
    )


def build_worker(
    client: Client,
    desks: Desks,
    *,
    max_cached_workflows: int = 1000,
    max_concurrent_activities: int = 20,
    strict_sandbox: bool = False,
) -> Worker:
    """Return a worker of the refund queue that finishes what it holds before it stops."""
    return Worker(
        client,
        task_queue=TASK_QUEUE,
        workflows=[RefundWorkflow],
        activities=desks.activities(),
        activity_executor=ThreadPoolExecutor(max_concurrent_activities, thread_name_prefix="activity"),
        max_concurrent_activities=max_concurrent_activities,
        max_concurrent_local_activities=max_concurrent_activities,
        max_cached_workflows=max_cached_workflows,
        workflow_runner=sandbox(strict=strict_sandbox),
        interceptors=[SignalScreening()],
        graceful_shutdown_timeout=timedelta(seconds=20),
    )
