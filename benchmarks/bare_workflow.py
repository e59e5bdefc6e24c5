"""The workflow that this system is compared with: the shape of a refund on Temporal, without any work in it."""

from datetime import timedelta

from temporalio import activity, workflow

INPUTS = ("audit", "shipment", "inspection")
WINDOW = timedelta(days=7)
PATIENCE = timedelta(seconds=10)


@activity.defn
async def do_nothing(step: str) -> str:
    """Return the step; an async activity, because that costs the least."""
    return step


@workflow.defn(name="BareRefund")
class BareRefund:
    """Start, three signals each racing a 7-day timer, six regular activities; it does nothing else."""

    def __init__(self) -> None:
        self._received: list[str] = []

    @workflow.run
    async def run(self, case_id: str) -> str:
        """Go through the steps of a refund."""
        await _act("open")
        for step in INPUTS:
            await self._input(step)
            await _act(f"record {step}")
        await _act("pay")
        await _act("close")
        return case_id

    @workflow.signal
    def report(self, step: str) -> None:
        """Take one input."""
        self._received.append(step)

    async def _input(self, step: str) -> None:
        workflow.logger.info("%s %s", workflow.info().workflow_id, step)
        await workflow.wait_condition(lambda: step in self._received, timeout=WINDOW)


async def _act(step: str) -> None:
    await workflow.execute_activity(do_nothing, step, start_to_close_timeout=PATIENCE)
