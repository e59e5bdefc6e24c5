"""Reads from the Temporal server's history when signals arrived."""

from datetime import UTC, datetime

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client


class TemporalHistory:
    """The Temporal server's record of a workflow; implements the port `activities.signal_times.History`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def signal_arrived_at(self, workflow_id: str, run_id: str, signal: str, ordinal: int) -> datetime:
        """Return when the nth signal of that name arrived; raises LookupError if there is none."""
        handle = self._client.get_workflow_handle(workflow_id, run_id=run_id)
        seen = 0
        async for event in handle.fetch_history_events():
            if event.event_type != EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
                continue
            seen += event.workflow_execution_signaled_event_attributes.signal_name == signal
            if seen == ordinal:
                return event.event_time.ToDatetime(UTC)
        raise LookupError(f"{workflow_id} has no signal {signal} number {ordinal} yet")
