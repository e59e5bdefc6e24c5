"""What the inbox of webhooks needs: its events, and the payouts, disputes, parcels and cases that they concern."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal, Protocol

from pydantic import JsonValue

from domain.cases.case import Case
from domain.cases.timeline import CaseEvent
from domain.parcels import CourierEvent
from domain.payment_events import Dispute, GatewayEvent, GatewayRefundRecord
from policy.reconciliation.findings import Booked

EventStatus = Literal["applied", "parked", "ignored"]


class PaymentEventBook(Protocol):
    """The stored webhooks of payment providers."""

    def pending(self, limit: int) -> Sequence[GatewayEvent]:
        """Return events that are not applied yet, those first that have waited longest since they were last tried."""
        ...

    def mark(self, provider: str, event_id: str, status: EventStatus, at: datetime) -> None:
        """Record the status of an event; a parked event is tried again later (fault 16)."""
        ...


class CourierEventBook(Protocol):
    """The stored webhooks of couriers."""

    def pending(self, limit: int) -> Sequence[CourierEvent]:
        """Return events that are not applied yet, those first that have waited longest since they were last tried."""
        ...

    def of(self, tracking_number: str) -> Sequence[CourierEvent]:
        """Return all events of a number, in the order of arrival."""
        ...

    def pending_of(self, tracking_number: str) -> Sequence[CourierEvent]:
        """Return the events of a number that are not applied yet, in the order of arrival (fault 16)."""
        ...

    def mark(self, event: CourierEvent, status: EventStatus, at: datetime) -> None:
        """Record the status of an event; a parked event is tried again later (fault 16)."""
        ...


class PayoutLookup(Protocol):
    """All payouts, and all refunds that no payout made."""

    def find(self, provider: str, payout_id: str | None, refund_id: str) -> Booked | None:
        """Return the payout that a gateway's refund belongs to, or None."""
        ...

    def record_external_refund(self, refund: GatewayRefundRecord) -> Sequence[str]:
        """Record a refund that no payout made, so that its amount is not refunded again (R32).

        Returns the cases for which it counts as paid although it has failed.
        """
        ...


class PaymentReferenceBook(Protocol):
    """The ids that providers give payments, of which orders and events may name any."""

    def learn(self, provider: str, names: Sequence[str]) -> str | None:
        """Record that these ids are of one payment; return the one by which an order names it, or None."""
        ...

    def known(self, provider: str, names: Sequence[str]) -> Collection[str]:
        """Return all known ids of the payment with these ids."""
        ...


class DisputeBook(Protocol):
    """The chargebacks over payments (R38)."""

    def record(self, dispute: Dispute) -> Sequence[str]:
        """Record the dispute's current status and return the cases that it concerns."""
        ...

    def of(self, provider: str, payment_reference: str) -> Sequence[Dispute]:
        """Return the disputes over a payment."""
        ...


class ParcelBook(Protocol):
    """The cases to which a parcel belongs."""

    def cases_in_either_direction(self, code: str) -> Sequence[Case]:
        """Return the cases with a parcel of this code, on the way back or to the customer (R28, R39)."""
        ...

    def is_followed(self, tracking_number: str) -> bool:
        """Return whether the number is of a parcel that an order or a case has told."""
        ...


class WatchedParcels(ParcelBook, Protocol):
    """The parcels with replacements, of which somebody has to notice when they no longer move (R39)."""

    def to_look_at(self, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """Return replacements, by case and code, of which it is time to look whether they still move."""
        ...

    def look_again(self, case_id: str, code: str, at: datetime | None) -> None:
        """Have the parcel looked at again at that time, or no more."""
        ...


class CaseRecords(Protocol):
    """The cases as last recorded, and their timelines."""

    def held_over_chargebacks(self, limit: int) -> Sequence[Case]:
        """Return cases that wait for the end of a chargeback."""
        ...

    def note(
        self,
        case_id: str,
        entry_at: datetime,
        actor: str,
        event: CaseEvent,
        details: dict[str, JsonValue] | None = None,
    ) -> None:
        """Add an entry to the timeline; the same entry is added only once, however often it comes."""
        ...


class RegistrationBook(Protocol):
    """Which parcels are registered with a tracking provider, and which are still waiting."""

    def pending(self, since: datetime, limit: int) -> Sequence[str]:
        """Return the numbers given since then that are not registered yet, the oldest first."""
        ...

    def mark(self, tracking_number: str, status: Literal["registered", "refused"]) -> None:
        """Record the provider's answer."""
        ...


class Registrar(Protocol):
    """A provider that follows parcels."""

    def register(self, tracking_number: str) -> None:
        """Have the provider follow the parcel; succeeds as well if it already does.

        Raises RegistrationRefusedError if a retry cannot help, GatewayUnavailableError if it can.
        """
        ...
