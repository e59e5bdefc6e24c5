"""The shop's own stock system, called by signed webhooks to reserve and release (R39)."""

import base64
import json
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from hmac import digest
from typing import Any

import httpx2
from pydantic import SecretStr

from domain.cases.exchange import Reservation
from domain.errors import StockUnavailableError

_PATIENCE_SECONDS = 10
_RESERVED, _OUT_OF_STOCK, _RELEASED = "reserved", "out_of_stock", "released"
_SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix of all secrets


class ShopStock:
    """Calls the shop's system with webhooks that are signed by the Standard Webhooks scheme.

    A webhook's id consists of the reservation's id and the action, so that the shop's system recognises a repeat. It
    answers 200 with `{"status": "reserved"}`, `"out_of_stock"` or `"released"`; after any other answer the call is
    retried.
    """

    def __init__(self, url: str, secret: SecretStr, now: Callable[[], datetime]) -> None:
        self._url = url
        self._key = _key(secret.get_secret_value())
        self._now = now
        self._http = httpx2.Client(timeout=_PATIENCE_SECONDS, trust_env=False)

    def reserve(self, reservation: Reservation) -> bool:
        """Reserve the units and return whether the shop has enough of them; raises StockUnavailableError."""
        status = self._ask("reservation.requested", reservation)
        if status not in {_RESERVED, _OUT_OF_STOCK}:
            raise _unclear(reservation, status)
        return status == _RESERVED

    def release(self, reservation: Reservation) -> None:
        """Release the units; raises StockUnavailableError."""
        status = self._ask("reservation.released", reservation)
        if status != _RELEASED:
            raise _unclear(reservation, status)

    def _ask(self, kind: str, reservation: Reservation) -> str:
        body = json.dumps({"type": kind, "data": reservation.model_dump()}, separators=(",", ":"), ensure_ascii=False)
        headers = self._signed(f"{reservation.reservation_id}.{kind}", body.encode())
        try:
            answer = self._http.post(self._url, content=body.encode(), headers=headers)
            body: Any = answer.raise_for_status().json()
            return str(body["status"])
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
            raise StockUnavailableError(f"the shop's stock did not answer ({type(error).__name__})") from error

    def _signed(self, message_id: str, body: bytes) -> dict[str, str]:
        timestamp = str(int(self._now().timestamp()))
        signed = f"{message_id}.{timestamp}.".encode() + body
        signature = base64.b64encode(digest(self._key, signed, sha256)).decode()
        return {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": f"v1,{signature}",
        }


def _key(secret: str) -> bytes:
    """Return the key of a secret in the scheme's format, `whsec_` and base64; any other secret is used as it is."""
    if secret.startswith(_SECRET_PREFIX):
        return base64.b64decode(secret.removeprefix(_SECRET_PREFIX))
    return secret.encode()


def _unclear(reservation: Reservation, status: str) -> StockUnavailableError:
    return StockUnavailableError(f"the shop's stock answered {status[:40]!r} for {reservation.reservation_id}")
