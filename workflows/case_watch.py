"""The case watch: open cases that lost their workflow are restarted from their record (fault 33)."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from activities.inbox.sweep import Batch, Swept
from activities.lost_cases import LostCaseActivities

_AT_MOST = timedelta(minutes=10)
_HEARTBEAT = timedelta(minutes=2)  # the list of all running workflows may take a minute
_RETRY = RetryPolicy(initial_interval=timedelta(seconds=2), maximum_attempts=3)  # then the next watch tries again


@workflow.defn(name="CaseWatchWorkflow")
class CaseWatchWorkflow:
    """Looks once for open cases without a workflow."""

    @workflow.run
    async def run(self, batch: Batch) -> Swept:
        """Return how many such cases were found."""
        return await workflow.execute_activity_method(
            LostCaseActivities.restart_lost_cases,
            batch,
            summary="restart open cases without a workflow",
            start_to_close_timeout=_AT_MOST,
            heartbeat_timeout=_HEARTBEAT,
            retry_policy=_RETRY,
        )
