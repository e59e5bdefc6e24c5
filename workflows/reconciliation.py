"""The reconciliation workflow: compare, have outdated cases ask their gateways, wait a moment, compare again."""

from datetime import timedelta

from pydantic import Field
from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

from activities.reconciliation import (
    CaseUpdate,
    CaseUpdateActivities,
    ReconciliationActivities,
    ReconciliationInput,
    ReconciliationResult,
)
from domain.value import Value

_LOOK_AT_MOST = timedelta(minutes=30)
_HEARTBEAT = timedelta(minutes=1)  # a single call to a gateway may take 10 s
_TELL_AT_MOST = timedelta(seconds=20)
_LOOK_RETRY = RetryPolicy(initial_interval=timedelta(seconds=2), maximum_attempts=5)
_TELL_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=3)


class ReconciliationAsked(Value):
    """How far back refunds are compared (a bank can send one back weeks later), and how long cases get to catch up."""

    window_days: int = Field(default=30, ge=1, le=400)
    healing_seconds: int = Field(default=15, ge=1, le=600)


class Reconciled(Value):
    """What was compared, how many cases were told to check their refunds, and how many differences remain, by kind."""

    refunds: int
    payouts: int
    notified: int
    differences: dict[str, int]


@workflow.defn(name="ReconciliationWorkflow")
class ReconciliationWorkflow:
    """Compares the gateways' books with ours once, which makes up for lost webhooks (R37)."""

    @workflow.run
    async def run(self, asked: ReconciliationAsked) -> Reconciled:
        """Return what was found; the findings themselves are in the database."""
        since = workflow.now() - timedelta(days=asked.window_days)
        seen = first = await self._look(ReconciliationInput(since=since))
        if first.updates:
            await self._tell(first.updates)
            await workflow.sleep(asked.healing_seconds, summary="cases ask their gateways")
            seen = await self._look(ReconciliationInput(since=since, is_first=False))
        return Reconciled(
            refunds=seen.refunds, payouts=seen.payouts, notified=len(first.updates), differences=seen.differences
        )

    async def _look(self, look: ReconciliationInput) -> ReconciliationResult:
        return await workflow.execute_activity_method(
            ReconciliationActivities.reconcile,
            look,
            summary=f"compare refunds and payouts since {look.since:%Y-%m-%d}",
            start_to_close_timeout=_LOOK_AT_MOST,
            heartbeat_timeout=_HEARTBEAT,
            retry_policy=_LOOK_RETRY,
        )

    async def _tell(self, updates: tuple[CaseUpdate, ...]) -> None:
        """Tell the cases to ask their gateways; if one cannot be told, the second comparison reports a finding."""
        for update in updates:
            try:
                await workflow.execute_activity_method(
                    CaseUpdateActivities.notify,
                    update,
                    summary=f"notify {update.case_id}",
                    start_to_close_timeout=_TELL_AT_MOST,
                    retry_policy=_TELL_RETRY,
                )
            except ActivityError:
                workflow.logger.warning("case %s could not be notified", update.case_id)
