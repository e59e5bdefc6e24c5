"""When a signal really arrived: asked only when a worker was away while a deadline passed."""

from datetime import datetime
from typing import Protocol

from pydantic import AwareDatetime
from temporalio import activity

from domain.value import Value


class SignalTimeQuery(Value):
    """The nth signal of a name in one run of a workflow."""

    workflow_id: str
    run_id: str
    signal: str
    ordinal: int


class Arrival(Value):
    """When the server took the signal in."""

    at: AwareDatetime


class History(Protocol):
    """The server's own record of a workflow."""

    async def signal_arrived_at(self, workflow_id: str, run_id: str, signal: str, ordinal: int) -> datetime:
        """Return the time of the event of the nth signal of that name; raises LookupError when there is none."""
        ...


class SignalTimeActivities:
    """Looks arrival times up, so that a deadline is decided by them and not by when a worker came back."""

    def __init__(self, history: History) -> None:
        self._history = history

    @activity.defn(name="find_arrival")
    async def find(self, query: SignalTimeQuery) -> Arrival:
        """Return when the signal arrived."""
        at = await self._history.signal_arrived_at(query.workflow_id, query.run_id, query.signal, query.ordinal)
        return Arrival(at=at)
