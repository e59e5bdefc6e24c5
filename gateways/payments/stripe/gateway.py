"""Stripe as a payment gateway; its statuses and errors are translated only in this folder."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import stripe

from activities.ports.payment_gateway import GatewayRefund
from domain.cases.payout import Payout
from domain.errors import AnswerLostError, DomainError, GatewayUnavailableError, PayoutRefusedError, StaleAnswerError
from domain.payment_events import GatewayRefundRecord
from gateways.payments.stripe import PROVIDER
from gateways.payments.stripe.amounts import from_stripe, step, to_stripe
from gateways.payments.stripe.references import INTENTS, is_charge, references
from gateways.payments.stripe.statuses import state_of

if TYPE_CHECKING:
    from stripe.params import RefundCreateParams, RefundListParams

TIMEOUT_SECONDS = 10
_PAGE_SIZE = 100
_REFUSED = frozenset({400, 402, 404})
_SERVER_ERROR, _BUSY = 500, 503
_NOT_LET_IN = frozenset({401, 403})


class StripeGateway:
    """Makes refunds through Stripe's API, or a compatible one at `base_url`; safe to share between threads.

    Implements activities.ports.payment_gateway.PaymentGateway. It never retries by itself: the caller does, because it
    knows the key. Source: docs.stripe.com/api/refunds, /api/idempotent_requests, /error-low-level.
    """

    def __init__(self, api_key: str, base_url: str | None = None, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        client = stripe.StripeClient(
            api_key,
            base_addresses={"api": base_url} if base_url else {},
            # httpx would save 0.1 ms of CPU per refund (0.63 instead of 0.75), but the SDK uses it in a deprecated way.
            http_client=stripe.RequestsClient(timeout=timeout_seconds),
            max_network_retries=0,
        )
        self._refunds, self._charges, self._intents = client.v1.refunds, client.v1.charges, client.v1.payment_intents

    def step(self, currency: str) -> int:
        """Return the smallest amount of which Stripe can pay multiples, in the currency's minor units (R33)."""
        return step(currency)

    def refund(self, case_id: str, payout: Payout) -> GatewayRefund:
        """Refund the payout's amount with its idempotency key.

        Raises PayoutRefusedError if a retry cannot help, StaleAnswerError if Stripe repeats an error that it has stored
        for the key, AnswerLostError if the refund may have been made, and GatewayUnavailableError for everything else.
        """
        params: RefundCreateParams = {
            "amount": to_stripe(payout.amount),
            "reason": "requested_by_customer",
            "metadata": {"case_id": case_id, "payout_id": payout.payout_id, "attempt": str(payout.attempt)},
        }
        if is_charge(payout.payment_reference):
            params["charge"] = payout.payment_reference
        else:
            params["payment_intent"] = payout.payment_reference
        with _translated_errors():
            refund = self._refunds.create(params, {"idempotency_key": payout.idempotency_key})
        # A repeated key gets the first answer, however old it is.
        return self.read_refund(refund.id) if _is_replayed(refund.last_response) else _to_refund(refund)

    def find_refund(self, payout: Payout) -> GatewayRefund | None:
        """Return the refund with the payout's id in its metadata, searching all pages, or None.

        Refunds that failed or were canceled paid nothing and are ignored, so that None allows a new attempt. Stripe's
        lists are consistent with its writes (its search is not). Raises as `refund` does.
        """
        params: RefundListParams = {"limit": _PAGE_SIZE}
        if is_charge(payout.payment_reference):
            params["charge"] = payout.payment_reference
        else:
            params["payment_intent"] = payout.payment_reference
        with _translated_errors():
            for refund in self._refunds.list(params).auto_paging_iter():
                if _is_of(payout, refund) and not (known := _to_refund(refund)).state.has_paid_nothing:
                    return known
        return None

    def read_refund(self, refund_id: str) -> GatewayRefund:
        """Return the refund in its current state. Raises as `refund` does."""
        with _translated_errors():
            return _to_refund(self._refunds.retrieve(refund_id))

    def payment_ids(self, reference: str) -> tuple[str, ...]:
        """Return the ids of the payment's intent and charge, or () if Stripe has no such payment.

        Raises GatewayUnavailableError.
        """
        try:
            with _translated_errors():
                return self._payment_ids(reference)
        except PayoutRefusedError:
            return ()

    def refunds_since(self, since: datetime) -> Iterator[GatewayRefundRecord]:
        """Return all refunds made at or after `since`, whoever made them, from all pages. Raises as `refund` does."""
        params: RefundListParams = {"limit": _PAGE_SIZE, "created": {"gte": int(since.timestamp())}}
        with _translated_errors():
            for refund in self._refunds.list(params).auto_paging_iter():
                yield _seen(refund)

    def _payment_ids(self, reference: str) -> tuple[str, ...]:
        if is_charge(reference):
            charge = self._charges.retrieve(reference)
            named = {"payment_intent": _id_of(charge.payment_intent), "charge": charge.id}
        elif reference.startswith(INTENTS):
            intent = self._intents.retrieve(reference)
            named = {"payment_intent": intent.id, "charge": _id_of(intent.latest_charge)}
        else:
            return ()
        return references(named)


def _id_of(named: object) -> str | None:
    return named if named is None or isinstance(named, str) else str(getattr(named, "id", named))


def _is_of(payout: Payout, refund: stripe.Refund) -> bool:
    return getattr(refund.metadata, "payout_id", None) == payout.payout_id


def _to_refund(refund: stripe.Refund) -> GatewayRefund:
    return GatewayRefund(
        refund_id=refund.id,
        state=state_of(refund.status),
        amount=from_stripe(refund.amount, refund.currency),
        failure_code=getattr(refund, "failure_reason", None),
    )


def _seen(refund: stripe.Refund) -> GatewayRefundRecord:
    record = _to_refund(refund)
    reference, *others = references({"payment_intent": _id_of(refund.payment_intent), "charge": _id_of(refund.charge)})
    return GatewayRefundRecord(
        provider=PROVIDER,
        refund_id=record.refund_id,
        payment_reference=reference,
        other_references=tuple(others),
        payout_id=getattr(refund.metadata, "payout_id", None),
        amount=record.amount,
        state=record.state,
        created_at=datetime.fromtimestamp(refund.created, UTC),
    )


@contextmanager
def _translated_errors() -> Generator[None]:
    try:
        yield
    except stripe.StripeError as error:
        raise _translated(error) from error


def _translated(error: stripe.StripeError) -> DomainError:
    """Return the error that Stripe's error means for the payout; without a status there was no complete answer."""
    status = error.http_status
    if status is None:
        return AnswerLostError("Stripe did not answer: whether it paid is unknown until it is asked again")
    if _is_replayed(error):
        return StaleAnswerError(f"Stripe repeats a stored answer (HTTP {status}): the key cannot be used any more")
    if status >= _SERVER_ERROR and status != _BUSY:
        return AnswerLostError(f"Stripe failed with HTTP {status}: whether it paid is unknown until it is asked again")
    if status in _NOT_LET_IN:
        return GatewayUnavailableError(f"Stripe does not accept the API key (HTTP {status}): correct the setting")
    if status not in _REFUSED:  # 409, 429, 5xx, and whatever a proxy may return
        return GatewayUnavailableError(f"Stripe cannot serve the request now (HTTP {status})")
    code = _decline_code(error)
    return PayoutRefusedError(f"Stripe refuses the refund: {code} (request {error.request_id})", code)


def _is_replayed(answer: stripe.StripeError | stripe.StripeResponse | None) -> bool:
    headers = answer.headers if answer else None
    return (headers or {}).get("Idempotent-Replayed") == "true"


def _decline_code(error: stripe.StripeError) -> str:
    """Return the most specific of Stripe's codes, never its message, which may quote what a customer typed."""
    body = error.error
    words = (body.decline_code, body.code, body.type) if body else ()
    return next((word for word in words if word), "invalid_request_error")
