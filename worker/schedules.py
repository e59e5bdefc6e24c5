"""What runs by the clock: the schedules of the refund queue, made where they are missing."""

import logging
from collections.abc import Mapping
from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
)
from temporalio.service import RPCError

from workflows.inbox_sweep import InboxSweepAsked, InboxSweepWorkflow
from workflows.options import TASK_QUEUE
from workflows.reconciliation import ReconciliationAsked, ReconciliationWorkflow

RECONCILIATION = "reconciliation"
INBOX_SWEEP = "inbox-sweep"
RECONCILED_EVERY = timedelta(hours=1)
SWEPT_EVERY = timedelta(seconds=30)
SWEEP_AT_MOST = timedelta(minutes=15)
log = logging.getLogger("worker")


def schedules() -> Mapping[str, Schedule]:
    """Return every schedule by its id; a run that falls due while one is under way is left out.

    Reconciliations missed in an outage of up to a day are made up for, of the sweeps the next one does for all. A
    sweep that hangs is ended, as it would hold up all that follow; what it did not come to, they do.
    """
    reconcile = ScheduleActionStartWorkflow(
        ReconciliationWorkflow.run, ReconciliationAsked(), id=RECONCILIATION, task_queue=TASK_QUEUE
    )
    sweep = ScheduleActionStartWorkflow(
        InboxSweepWorkflow.run,
        InboxSweepAsked(),
        id=INBOX_SWEEP,
        task_queue=TASK_QUEUE,
        execution_timeout=SWEEP_AT_MOST,
    )
    return {
        RECONCILIATION: _schedule(reconcile, RECONCILED_EVERY, catchup_window=timedelta(days=1)),
        INBOX_SWEEP: _schedule(sweep, SWEPT_EVERY, catchup_window=timedelta(minutes=1)),
    }


async def ensure_schedules(client: Client) -> None:
    """Make every schedule that there is not: what operators changed or paused stays as they left it.

    Where the server does not let us, the log says so and refunds are carried all the same.
    """
    for name, schedule in schedules().items():
        try:
            await client.create_schedule(name, schedule)
        except ScheduleAlreadyRunningError:
            continue
        except RPCError as error:
            log.error("no schedule %s, so that nothing of it is done by itself: %s", name, error.message)  # noqa: TRY400


def _schedule(action: ScheduleActionStartWorkflow, every: timedelta, *, catchup_window: timedelta) -> Schedule:
    return Schedule(
        action=action,
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=catchup_window),
    )
