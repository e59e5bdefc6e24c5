"""Shared by all readers of tracking webhooks: signature comparison, times, and the meaning of exceptions."""

import hmac
from collections.abc import Iterable
from datetime import UTC, datetime

from domain.enums import CourierStatus, CourierSubStatus
from domain.errors import BadSignatureError

Meaning = tuple[CourierStatus, CourierSubStatus | None]
PENDING: Meaning = (CourierStatus.INFO_RECEIVED, None)
MOVING: Meaning = (CourierStatus.IN_TRANSIT, None)
OTHER: Meaning = (CourierStatus.EXCEPTION, CourierSubStatus.OTHER)


def exception(sub_status: CourierSubStatus) -> Meaning:
    """Return the meaning of an exception whose cause is known."""
    return CourierStatus.EXCEPTION, sub_status


def verify(presented: str | None, right: Iterable[str], header: str) -> None:
    """Raise BadSignatureError unless the presented signature is one of the right ones (compared in constant time)."""
    if not presented:
        raise BadSignatureError(f"send the header {header} with the signature of the body")
    given = presented.strip().encode("utf-8", "replace")
    if not any(hmac.compare_digest(given, one.encode()) for one in right):
        raise BadSignatureError("the signature matches none of the configured secrets")


def instant(text: object) -> datetime | None:
    """Return the time, or None if there is none or it has no timezone, without which it cannot be ordered.

    Raises TypeError or ValueError for anything that is no time, such as a number.
    """
    if text is None or text == "":
        return None
    if not isinstance(text, str):
        raise TypeError("a time is a text")
    at = datetime.fromisoformat(text)
    return at.astimezone(UTC) if at.tzinfo else None
