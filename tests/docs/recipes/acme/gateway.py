"""Acme Pay as a payment gateway: its statuses are translated here and nowhere else."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2

from activities.ports.payment_gateway import GatewayRefund
from domain.cases.payout import Payout
from domain.errors import AnswerLostError, GatewayUnavailableError, PayoutRefusedError
from domain.money import Money
from domain.payment_events import GatewayRefundRecord
from domain.payout_state import PayoutState

PROVIDER = "acme"
_STATES = {"done": PayoutState.SUCCEEDED, "open": PayoutState.PENDING, "refused": PayoutState.FAILED}
_SERVER_ERROR, _REFUSED = 500, 422


class AcmeGateway:
    """Refunds through Acme Pay. Implements activities.ports.payment_gateway.PaymentGateway."""

    def __init__(self, key: str, base_url: str) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self._http = httpx2.Client(base_url=base_url, headers=headers, timeout=10, trust_env=False)

    def step(self, currency: str) -> int:
        """Return 1: Acme Pay pays every amount of minor units."""
        return 1

    def refund(self, case_id: str, payout: Payout) -> GatewayRefund:
        """Refund the payout's amount under its idempotency key."""
        body = {
            "payment": payout.payment_reference,
            "payout_id": payout.payout_id,
            "case_id": case_id,
            "amount": payout.amount.minor,
            "currency": payout.amount.currency,
            "key": payout.idempotency_key,
        }
        return _refund(self._call("POST", "/refunds", json=body))

    def find_refund(self, payout: Payout) -> GatewayRefund | None:
        """Return the refund that carries the payout's id, or None."""
        found = self._call("GET", "/refunds", params={"payout_id": payout.payout_id})
        return next((_refund(one) for one in found if one["status"] != "refused"), None)

    def read_refund(self, refund_id: str) -> GatewayRefund:
        """Return the refund as it stands now."""
        return _refund(self._call("GET", f"/refunds/{refund_id}"))

    def payment_ids(self, reference: str) -> tuple[str, ...]:
        """Return the payment's id: Acme Pay gives each payment one."""
        return (reference,)

    def refunds_since(self, since: datetime) -> Iterator[GatewayRefundRecord]:
        """Return every refund made at or after `since`."""
        yield from map(_record, self._call("GET", "/refunds", params={"since": since.isoformat()}))

    def _call(self, method: str, path: str, **sent: Any) -> Any:
        try:
            response = self._http.request(method, path, **sent)
            if response.is_success:
                return response.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise AnswerLostError("Acme Pay did not answer") from error
        if response.status_code >= _SERVER_ERROR:
            raise AnswerLostError(f"Acme Pay failed with HTTP {response.status_code}")
        if response.status_code == _REFUSED:
            raise PayoutRefusedError("Acme Pay refuses the refund", response.json()["code"])
        raise GatewayUnavailableError(f"Acme Pay cannot serve the request now, HTTP {response.status_code}")


def _refund(told: dict[str, Any]) -> GatewayRefund:
    amount = Money(minor=told["amount"], currency=told["currency"])
    state = _STATES.get(told["status"], PayoutState.UNKNOWN)
    return GatewayRefund(refund_id=told["id"], state=state, amount=amount)


def _record(told: dict[str, Any]) -> GatewayRefundRecord:
    refund = _refund(told)
    return GatewayRefundRecord(
        provider=PROVIDER,
        refund_id=refund.refund_id,
        payment_reference=told["payment"],
        payout_id=told.get("payout_id"),
        amount=refund.amount,
        state=refund.state,
        created_at=datetime.fromtimestamp(told["created"], UTC),
    )
