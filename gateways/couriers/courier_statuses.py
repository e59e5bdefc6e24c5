"""Shared by all readers of tracking webhooks: signature comparison, and the meaning of exceptions."""

import hmac
from collections.abc import Iterable

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
