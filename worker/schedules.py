"""The schedules of the refund queue, created if they are missing."""

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

from activities.inbox.sweep import Batch
from workflows.calendar_sweep import CalendarSweepAsked, CalendarSweepWorkflow
from workflows.case_watch import CaseWatchWorkflow
from workflows.inbox_sweep import InboxSweepAsked, InboxSweepWorkflow
from workflows.options import TASK_QUEUE
from workflows.reconciliation import ReconciliationAsked, ReconciliationWorkflow

RECONCILIATION = "reconciliation"
INBOX_SWEEP = "inbox-sweep"
CALENDARS = "calendars"
CASE_WATCH = "case-watch"
RECONCILED_EVERY = timedelta(hours=1)
SWEPT_EVERY = timedelta(seconds=30)
WATCHED_EVERY = timedelta(minutes=1)
LOST_AT_ONCE = 200
SWEEP_AT_MOST = timedelta(minutes=15)
CALENDARS_EVERY = timedelta(days=1)
CALENDARS_AT_MOST = timedelta(hours=20)
log = logging.getLogger("worker")


def schedules() -> Mapping[str, Schedule]:
    """Return the schedules by id; a run that falls due while another one is running is skipped.

    After an outage, missed reconciliations and calendar sweeps of up to a day are run; of missed inbox sweeps, only the
    next one runs. A sweep that hangs is ended, and the next one does the rest.
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
    calendars = ScheduleActionStartWorkflow(
        CalendarSweepWorkflow.run,
        CalendarSweepAsked(),
        id=CALENDARS,
        task_queue=TASK_QUEUE,
        execution_timeout=CALENDARS_AT_MOST,
    )
    watch = ScheduleActionStartWorkflow(
        CaseWatchWorkflow.run,
        Batch(limit=LOST_AT_ONCE),
        id=CASE_WATCH,
        task_queue=TASK_QUEUE,
        execution_timeout=SWEEP_AT_MOST,
    )
    return {
        RECONCILIATION: _schedule(reconcile, RECONCILED_EVERY, catchup_window=timedelta(days=1)),
        INBOX_SWEEP: _schedule(sweep, SWEPT_EVERY, catchup_window=timedelta(minutes=1)),
        CALENDARS: _schedule(calendars, CALENDARS_EVERY, catchup_window=timedelta(days=1)),
        CASE_WATCH: _schedule(watch, WATCHED_EVERY, catchup_window=timedelta(minutes=1)),
    }


async def ensure_schedules(client: Client) -> None:
    """Create the schedules that do not exist yet; existing ones stay as they are, also changed or paused ones.

    If the server refuses, the log says so and refunds are processed anyway.
    """
    for name, schedule in schedules().items():
        try:
            await client.create_schedule(name, schedule)
        except ScheduleAlreadyRunningError:
            continue
        except RPCError as error:
            log.error("there is no schedule %s, so it does not run by itself: %s", name, error.message)  # noqa: TRY400


async def sweep_calendars(client: Client) -> None:
    """Run the calendar sweep now, after one that is running: this process may know a year that it did not know (R6).

    If the server refuses, the log says so, and the next daily sweep makes up for it.
    """
    try:
        await client.get_schedule_handle(CALENDARS).trigger(overlap=ScheduleOverlapPolicy.BUFFER_ONE)
    except RPCError as error:
        log.error("provisional deadlines are computed again tomorrow only: %s", error.message)  # noqa: TRY400


def _schedule(action: ScheduleActionStartWorkflow, every: timedelta, *, catchup_window: timedelta) -> Schedule:
    return Schedule(
        action=action,
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=catchup_window),
    )
