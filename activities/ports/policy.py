"""The refund policy and the working days by which it is applied."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.calendar import WorkCalendar
from domain.policy_document import PolicyDocument


class PolicyRepository(Protocol):
    """The versions of the refund policy."""

    def in_force(self, placed_at: datetime) -> PolicyDocument:
        """Return the version in force when the order was placed (R41)."""
        ...

    def version(self, version: str) -> PolicyDocument:
        """Return a version by its name; raises KeyError."""
        ...

    def all(self) -> Sequence[PolicyDocument]:
        """Return all versions, the oldest first."""
        ...


class Calendars(Protocol):
    """The working days of countries."""

    def calendar(self, country: str, timezone: str, until: datetime) -> WorkCalendar:
        """Return the working days of this century up to two years after `until` (in the timezone)."""
        ...
