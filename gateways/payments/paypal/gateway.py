"""PayPal as a payment gateway; its statuses and errors are translated only in this folder."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from pydantic import TypeAdapter

from activities.ports.payment_gateway import GatewayRefund
from domain.cases.payout import Payout
from domain.errors import PayoutRefusedError
from domain.money import Money
from domain.payment_events import GatewayRefundRecord
from domain.payout_state import PayoutState
from gateways.payments.paypal import PROVIDER
from gateways.payments.paypal.amounts import from_paypal, step, to_paypal
from gateways.payments.paypal.client import Json, PayPalClient

TIMEOUT_SECONDS = 10
_STATES = {
    "PENDING": PayoutState.PENDING,
    "COMPLETED": PayoutState.SUCCEEDED,
    "FAILED": PayoutState.FAILED,
    "CANCELLED": PayoutState.CANCELED,
}
_REPORTED = {"S": PayoutState.SUCCEEDED, "P": PayoutState.PENDING, "D": PayoutState.FAILED, "V": PayoutState.CANCELED}
_REFUNDS = "T1107"
_KEY_OF_OTHER_PATH = "paypal_request_id_previously_used"
_UNKNOWN = frozenset({"invalid_resource_id", "resource_not_found"})
_LONGEST_RANGE = timedelta(days=31)
_TIME: TypeAdapter[datetime] = TypeAdapter(datetime)


class PayPalGateway:
    """Refunds captures through PayPal's REST API, or a compatible one at `base_url`; safe to share between threads.

    Implements activities.ports.payment_gateway.PaymentGateway. The payment's reference is the id of its capture, or of
    an order with one capture.
    Source: developer.paypal.com/docs/api/payments/v2, /orders/v2, /transaction-search/v1.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        base_url: str | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._client = PayPalClient(client_id, client_secret, base_url, timeout_seconds)

    def step(self, currency: str) -> int:
        """Return the smallest amount of which PayPal can pay multiples, in the currency's minor units (R33)."""
        return step(currency)

    def refund(self, case_id: str, payout: Payout) -> GatewayRefund:
        """Refund the payout's amount with its idempotency key.

        Raises PayoutRefusedError if a retry cannot help, AnswerLostError if the refund may have been made, and
        GatewayUnavailableError for everything else.
        """
        body: Json = {
            "amount": to_paypal(payout.amount),
            "custom_id": payout.payout_id,
            "invoice_id": f"{case_id}/{payout.payout_id}/{payout.attempt}",
        }
        headers = {"PayPal-Request-Id": payout.idempotency_key, "Prefer": "return=representation"}
        try:
            return self._refunded(payout.payment_reference, body, headers)
        except PayoutRefusedError as refused:
            may_be_order = refused.decline_code in {*_UNKNOWN, _KEY_OF_OTHER_PATH}
            capture = self._only_capture(payout.payment_reference) if may_be_order else None
            if capture is None:
                raise
        return self._refunded(capture, body, headers)

    def find_refund(self, payout: Payout) -> GatewayRefund | None:
        """Return the refund with the payout's id among all refunds of its order, or None.

        Refunds that failed or were canceled paid nothing and are ignored, so that None allows a new attempt.
        """
        order = self._client.get(f"/v2/checkout/orders/{_in_path(self._order_id(payout.payment_reference))}")
        for refund in _payments(order, "refunds"):
            if refund.get("custom_id") == payout.payout_id and not (known := _to_refund(refund)).state.has_paid_nothing:
                return known
        return None

    def read_refund(self, refund_id: str) -> GatewayRefund:
        """Return the refund in its current state. Raises as `refund` does."""
        return _to_refund(self._client.get(f"/v2/payments/refunds/{quote(refund_id, safe='')}"))

    def refunds_since(self, since: datetime) -> Iterator[GatewayRefundRecord]:
        """Return all refunds made at or after `since`, whoever made them, from all pages.

        PayPal's reports are up to three hours old. Raises as `refund` does.
        """
        until = datetime.now(UTC)  # noqa: TID251 - a report needs an end, and no refund is made after it
        while since < until:
            end = min(since + _LONGEST_RANGE, until)
            yield from self._reported(since, end)
            since = end + timedelta(seconds=1)

    def payment_ids(self, reference: str) -> tuple[str, ...]:
        """Return the ids of the payment's capture and order, or () if PayPal has no such payment.

        Raises GatewayUnavailableError.
        """
        try:
            order_id = self._order_id(reference)
            order = self._client.get(f"/v2/checkout/orders/{_in_path(order_id)}")
        except PayoutRefusedError:
            return ()
        captures = [one["id"] for one in _payments(order, "captures")]
        # An order with several captures is several payments, of which its id names none.
        return (reference, order_id) if captures == [reference] else (*captures, order_id) if len(captures) == 1 else ()

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def _refunded(self, capture_id: str, body: Json, headers: dict[str, str]) -> GatewayRefund:
        return _to_refund(self._client.post(f"/v2/payments/captures/{_in_path(capture_id)}/refund", body, headers))

    def _order_id(self, reference: str) -> str:
        """Return the order of a capture; an id that is no capture's may be that of an order."""
        try:
            capture = self._client.get(f"/v2/payments/captures/{_in_path(reference)}")
        except PayoutRefusedError as refused:
            if refused.decline_code not in _UNKNOWN:
                raise
            return reference
        order_id: str = capture["supplementary_data"]["related_ids"]["order_id"]
        return order_id

    def _only_capture(self, order_id: str) -> str | None:
        """Return the capture of an order that has one; which of several to refund, the shop has to say."""
        try:
            order = self._client.get(f"/v2/checkout/orders/{_in_path(order_id)}")
        except PayoutRefusedError:
            return None
        captures = _payments(order, "captures")
        return captures[0]["id"] if len(captures) == 1 else None

    def _reported(self, since: datetime, until: datetime) -> Iterator[GatewayRefundRecord]:
        page, pages = 1, 1
        while page <= pages:
            asked = {
                "start_date": since.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "end_date": until.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "transaction_type": _REFUNDS,
                "fields": "transaction_info",
                "page_size": "500",
                "page": str(page),
            }
            report = self._client.get("/v1/reporting/transactions", asked)
            yield from (_seen(one["transaction_info"]) for one in report["transaction_details"])
            page, pages = page + 1, int(report["total_pages"])


def _in_path(reference: str) -> str:
    return quote(reference, safe="")


def _payments(order: Json, kind: str) -> list[Json]:
    payments: list[Json] = [unit.get("payments") or {} for unit in order["purchase_units"]]
    found: list[list[Json]] = [one.get(kind) or [] for one in payments]
    return [one for several in found for one in several]


def state_of(status: str | None) -> PayoutState:
    """Return the payout's state; a status that did not exist when this was written is `unknown`, never paid."""
    return _STATES.get(status or "", PayoutState.UNKNOWN)


def _to_refund(refund: Json) -> GatewayRefund:
    reason: Json = refund.get("status_details") or {}
    return GatewayRefund(
        refund_id=refund["id"],
        state=state_of(refund.get("status")),
        amount=from_paypal(refund["amount"]),
        failure_code=reason.get("reason"),
    )


def _seen(transaction: Json) -> GatewayRefundRecord:
    amount = from_paypal(transaction["transaction_amount"])
    return GatewayRefundRecord(
        provider=PROVIDER,
        refund_id=transaction["transaction_id"],
        payment_reference=transaction["paypal_reference_id"],
        payout_id=transaction.get("custom_field"),
        amount=Money(minor=abs(amount.minor), currency=amount.currency),
        state=_REPORTED.get(transaction.get("transaction_status", ""), PayoutState.UNKNOWN),
        created_at=_TIME.validate_python(transaction["transaction_initiation_date"]),
    )
