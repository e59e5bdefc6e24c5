"""What runs by the clock: the schedules of the refund queue, made where they are missing."""

import logging
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

from workflows.options import TASK_QUEUE
from workflows.reconciliation import ReconciliationAsked, ReconciliationWorkflow

RECONCILIATION = "reconciliation"
EVERY = timedelta(hours=1)
log = logging.getLogger("worker")


async def ensure_schedules(client: Client) -> None:
    """Make the hourly reconciliation unless there is one: what operators changed or paused stays as they left it.

    A run that falls due while one is under way is left out; those missed in an outage of up to a day are made up for.
    Where the server does not let us, the log says so and refunds are carried all the same.
    """
    action = ScheduleActionStartWorkflow(
        ReconciliationWorkflow.run, ReconciliationAsked(), id=RECONCILIATION, task_queue=TASK_QUEUE
    )
    spec = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=EVERY)])
    policy = SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(days=1))
    try:
        await client.create_schedule(RECONCILIATION, Schedule(action=action, spec=spec, policy=policy))
    except ScheduleAlreadyRunningError:
        return
    except RPCError as error:
        log.error("no schedule %s, so nothing is reconciled by itself: %s", RECONCILIATION, error.message)  # noqa: TRY400
