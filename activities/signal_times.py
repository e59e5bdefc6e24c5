"""When a signal really arrived; only needed when a deadline passed while no worker was running."""

from datetime import datetime
from typing import Protocol

from pydantic import AwareDatetime
from temporalio import activity

from domain.value import Value


class SignalTimeQuery(Value):
    """Names a signal: the nth one of its name in one run of a workflow."""

    workflow_id: str
    run_id: str
    signal: str
    ordinal: int


class Arrival(Value):
    """When the Temporal server received the signal."""

    at: AwareDatetime


class History(Protocol):
    """The Temporal server's record of a workflow."""

    async def signal_arrived_at(self, workflow_id: str, run_id: str, signal: str, ordinal: int) -> datetime:
        """Return when the nth signal of that name arrived; raises LookupError if there is none."""
        ...


class SignalTimeActivities:
    """Looks up when signals arrived, so that this decides about a deadline, not when a worker came back."""

    def __init__(self, history: History) -> None:
        self._history = history

    @activity.defn(name="find_arrival")
    async def find(self, query: SignalTimeQuery) -> Arrival:
        """Return when the signal arrived."""
        at = await self._history.signal_arrived_at(query.workflow_id, query.run_id, query.signal, query.ordinal)
        return Arrival(at=at)
