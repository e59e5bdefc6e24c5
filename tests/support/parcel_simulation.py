"""A return parcel's case without Temporal: the inbox's decision, messages on their way, and the workflow's reaction."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from activities.inbox.courier_events import tracking_of
from domain.cases.case import PROCESS_VERSION, Case, Refusal
from domain.cases.case_lines import Shipment
from domain.cases.messages import CourierTracking, Message
from domain.enums import CaseState
from domain.parcels import CourierEvent
from gateways.policy_repository import PolicyRepository
from policy.parcels.courier_events import event_to_tell
from tests.support import factories
from tests.support.assertions import assert_present
from workflows.refund.state_machine import take
from workflows.refund.transition import ReceivedMessage

NUMBER = "SF1234567"
SHIPPED = datetime.fromisoformat("2026-11-10T00:00:00+00:00")
POLICY = PolicyRepository(Path(__file__).parents[2] / "policy" / "versions").version("2025-01-01")


def shipped_case() -> Case:
    """Return a case whose customer has just told the number of the parcel."""
    shipment = Shipment(
        carrier="sf_express",
        tracking_number=NUMBER,
        status="info_received",
        registered_at=SHIPPED,
        last_moved_at=SHIPPED,
    )
    return factories.case(
        factories.order(), state=CaseState.IN_TRANSIT, shipment=shipment, process_version=PROCESS_VERSION
    )


class ParcelSimulation:
    """Stores events as the inbox does, and lets messages arrive at the case when a test says so."""

    def __init__(self) -> None:
        self.case = self.recorded = shipped_case()
        self.now = SHIPPED + timedelta(days=20)
        self._events: dict[str, CourierEvent] = {}
        self._on_their_way: list[CourierTracking] = []

    def hear(self, event: CourierEvent) -> None:
        """Store an event and pass on what the case must be told, as far as its record shows."""
        self._events.setdefault(event.event_id, event)
        events = list(self._events.values())
        newest = event_to_tell(self.recorded, event, events)
        if newest is not None:
            shipment = assert_present(self.recorded.shipment)
            self._on_their_way.append(tracking_of(self.recorded, shipment, newest, events))

    def deliver(self, *, backwards: bool = False) -> None:
        """Let the messages reach the case, and record it."""
        waiting, self._on_their_way = self._on_their_way, []
        for message in reversed(waiting) if backwards else waiting:
            self.tell(message)
        self.recorded = self.case

    def tell(self, message: CourierTracking) -> None:
        """Apply a message as the workflow does."""
        self.now += timedelta(seconds=1)
        if message.event_id and message.event_id in self.case.processed_events:
            return
        arrived: ReceivedMessage[Message] = ReceivedMessage(message, self.now)
        outcome = take(self.case, arrived, POLICY)
        assert outcome is not None
        assert not isinstance(outcome, Refusal)
        self.case = outcome.case

    @property
    def end(self) -> tuple[str, str]:
        """The state of the case and the status of its parcel."""
        return self.case.state.value, assert_present(self.case.shipment).status


def end_of(events: Iterable[CourierEvent]) -> tuple[str, str]:
    """Return how the case ends when it hears these events one by one."""
    parcel = ParcelSimulation()
    for event in events:
        parcel.hear(event)
        parcel.deliver()
    return parcel.end
