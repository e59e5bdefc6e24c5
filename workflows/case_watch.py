"""The case watch: no open case is without a workflow, and no record older than its workflow (faults 31, 33)."""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from activities.inbox.sweep import Batch
from activities.lost_cases import LostCaseActivities
from activities.old_runs import OldRunActivities
from activities.restored_records import LastWatch, RestoredRecordActivities, Watched

_AT_MOST = timedelta(minutes=10)
_HEARTBEAT = timedelta(minutes=2)  # the list of all running workflows may take a minute
_RENEWED_EVERY = timedelta(hours=6)
_RENEWED_AT_ONCE = 1_000
_RETRY = RetryPolicy(initial_interval=timedelta(seconds=2), maximum_attempts=3)  # then the next watch tries again


@workflow.defn(name="CaseWatchWorkflow")
class CaseWatchWorkflow:
    """Looks once; its result is what the next watch compares the database with."""

    @workflow.run
    async def run(self, batch: Batch) -> Watched:
        """Return when it looked and what it found."""
        before = workflow.get_last_completion_result(Watched)
        watched = await workflow.execute_activity_method(
            RestoredRecordActivities.write_restored_records,
            LastWatch(marked_at=before.marked_at if before else None),
            summary="write records again if the database was restored",
            start_to_close_timeout=_AT_MOST,
            heartbeat_timeout=_HEARTBEAT,
            retry_policy=_RETRY,
        )
        found = await workflow.execute_activity_method(
            LostCaseActivities.restart_lost_cases,
            batch,
            summary="restart open cases without a workflow",
            start_to_close_timeout=_AT_MOST,
            heartbeat_timeout=_HEARTBEAT,
            retry_policy=_RETRY,
        )
        renewed_at = await _renew_old_runs(before.renewed_at if before else None)
        return watched.amend(lost=found.count, renewed_at=renewed_at)


async def _renew_old_runs(last: datetime | None) -> datetime:
    """Ask old runs to go on in a new one if that was long ago, and return when they were last asked."""
    if last is not None and workflow.now() - last < _RENEWED_EVERY:
        return last
    at = workflow.now()
    await workflow.execute_activity_method(
        OldRunActivities.renew_old_runs,
        Batch(limit=_RENEWED_AT_ONCE),
        summary="move runs of an earlier release into today's process",
        start_to_close_timeout=_AT_MOST,
        heartbeat_timeout=_HEARTBEAT,
        retry_policy=_RETRY,
    )
    return at
