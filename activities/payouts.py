"""The activities that pay refunds out and check them, and the ports they need."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ports.payment_gateway import GatewayRefund, PaymentGateway
from domain import errors
from domain.cases.evidence import EvidencePin
from domain.cases.payout import Payout
from domain.enums import EvidenceStatus
from domain.payout_state import PayoutState
from domain.value import Value

KEY_LASTS = timedelta(days=1)
"""How long a key is sent again (chosen); after that, the gateway may be repeating one error for it (fault 5)."""
_CHANGED = "evidence is no longer what the auditor saw: audit it again"


class PayoutOrder(Value):
    """A payout to make, with the evidence that must still be what the auditor saw."""

    case_id: str
    order_number: str
    payout: Payout
    evidence: tuple[EvidencePin, ...] = ()


class PayoutBook(Protocol):
    """The payouts' records, in which every attempt is durable before the gateway is called."""

    def submitting(self, payout: Payout, at: datetime) -> Payout:
        """Record that the payout is being submitted; return its latest attempt with the time at which it first began.

        An attempt that was answered already is returned with its refund's id: what happened to that refund is up to
        the case and finance, never a reason for a new attempt (R36, R37). Raises CapExceededError if nothing is
        reserved for the payout any more, and ChargeDisputedError while a chargeback over its payment is open (R38).
        """
        ...

    def next_attempt(self, payout: Payout, at: datetime) -> Payout:
        """Record the next attempt of the payout, with a new idempotency key and begun now, and return it.

        Only to be called with proof that the payout's current attempt paid nothing. If a later attempt or an answer is
        recorded already, that is returned: two callers with the same proof must end up with the same key (fault 3).
        """
        ...


class EvidenceVault(Protocol):
    """The stored evidence."""

    def still_matches(self, case_id: str, pin: EvidencePin) -> bool:
        """Return whether the pinned version still exists with the pinned hash. Raises StoreUnavailableError."""
        ...


@dataclass(frozen=True)
class PayoutActivities:
    """Submits payouts so that each is paid once, no matter how often and how concurrently it is tried.

    This is guaranteed because the key is durable before the gateway is called, every try uses the recorded key, and
    no key is sent, whether recorded or new, before the gateway's own list has proved that nothing was paid (I3).
    """

    book: PayoutBook
    gateways: Mapping[str, PaymentGateway]
    vault: EvidenceVault
    now: Callable[[], datetime]

    @activity.defn(name="submit_payout")
    def submit(self, order: PayoutOrder) -> Payout:
        """Submit the payout and return it as the gateway answered; a refund that failed at once has state `failed`.

        If the answer was lost, the state is `unknown`: the next submission finds out. Raises
        ApplicationError of type cap_exceeded, charge_disputed, evidence_changed, no_gateway or payout_refused (details:
        the decline code) when a retry cannot help; after any other error a retry is safe.
        """
        with _permanent_failures():
            gateway = self._gateway(order.payout)
            if not self._is_as_audited(order):
                return self._paid_before(gateway, order.payout, errors.EvidenceChangedError(_CHANGED))
            return self._pay(gateway, order)

    @activity.defn(name="check_payout")
    def check(self, order: PayoutOrder) -> Payout:
        """Return the payout in its current state at the gateway; unchanged if the gateway has no refund for it."""
        payout = order.payout
        with _permanent_failures():
            gateway, refund_id = self._gateway(payout), payout.gateway_refund_id
            refund = gateway.read_refund(refund_id) if refund_id else gateway.find_refund(payout)
            return self._with_refund(payout, refund) if refund else payout

    def _gateway(self, payout: Payout) -> PaymentGateway:
        if payout.provider not in self.gateways:
            raise errors.NoGatewayError(f"no gateway is set up for the payment provider {payout.provider!r}")
        return self.gateways[payout.provider]

    def _is_as_audited(self, order: PayoutOrder) -> bool:
        """Return False only if pinned evidence is known to differ (fault 28).

        A store that does not answer does not delay a payout (fault 22), because pinned evidence cannot be overwritten.
        """
        pins = [pin for pin in order.evidence if pin.status is EvidenceStatus.PINNED]
        try:
            return all(self.vault.still_matches(order.case_id, pin) for pin in pins)
        except errors.StoreUnavailableError as error:
            activity.logger.warning("payout %s continues with unchecked evidence: %s", order.payout.payout_id, error)
            return True

    def _paid_before(self, gateway: PaymentGateway, payout: Payout, otherwise: errors.DomainError) -> Payout:
        """Return the payout if an earlier try has made its refund; otherwise raise the error that forbids paying."""
        if refund := gateway.find_refund(payout):
            return self._with_refund(payout, refund)
        raise otherwise

    def _pay(self, gateway: PaymentGateway, order: PayoutOrder) -> Payout:
        try:
            payout = self.book.submitting(order.payout, self.now())
        except (errors.ChargeDisputedError, errors.CapExceededError) as forbidden:
            return self._paid_before(gateway, order.payout, forbidden)
        if payout.gateway_refund_id:
            return self._with_refund(payout, gateway.read_refund(payout.gateway_refund_id))
        # Neither a clock nor what is recorded here proves that nothing was sent: both may have been set back.
        if refund := gateway.find_refund(payout):
            return self._found(payout, refund)
        if self.now() - (payout.submitted_at or self.now()) >= KEY_LASTS:
            return self._with_new_key(gateway, order.case_id, payout)
        try:
            return self._refund(gateway, order.case_id, payout)
        except errors.StaleAnswerError:
            return self._reconcile(gateway, order.case_id, payout)

    def _refund(self, gateway: PaymentGateway, case_id: str, payout: Payout) -> Payout:
        """Return the payout as the gateway answered, or as `unknown` if the answer was lost (fault 1)."""
        try:
            return self._with_refund(payout, gateway.refund(case_id, payout))
        except errors.AnswerLostError as error:
            activity.logger.warning("payout %s is unknown: %s", payout.payout_id, error)
            return payout.amend(state=PayoutState.UNKNOWN)

    def _reconcile(self, gateway: PaymentGateway, case_id: str, payout: Payout) -> Payout:
        """Return the payout with the refund that the gateway has for it; only if there is none, pay with a new key."""
        refund = gateway.find_refund(payout)
        return self._found(payout, refund) if refund else self._with_new_key(gateway, case_id, payout)

    def _with_new_key(self, gateway: PaymentGateway, case_id: str, payout: Payout) -> Payout:
        """Return the payout as the gateway answered a new key; only to be called after a look-up that found nothing."""
        renewed = self.book.next_attempt(payout, self.now())
        if renewed.gateway_refund_id:
            return self._with_refund(renewed, gateway.read_refund(renewed.gateway_refund_id))
        return self._refund(gateway, case_id, renewed)

    def _found(self, payout: Payout, refund: GatewayRefund) -> Payout:
        """Return the recorded payout with the refund, which a try beside this one may have made under a newer key."""
        return self._with_refund(self.book.submitting(payout, self.now()), refund)

    def _with_refund(self, payout: Payout, refund: GatewayRefund) -> Payout:
        if refund.amount != payout.amount:
            message = f"refund {refund.refund_id} is {refund.amount}, but the payout is {payout.amount}"
            raise errors.PayoutRefusedError(message, "amount_differs")
        return payout.amend(
            state=refund.state,
            gateway_refund_id=refund.refund_id,
            failure_code=refund.failure_code,
            settled_at=(payout.settled_at or self.now()) if refund.state is PayoutState.SUCCEEDED else None,
        )


_FORBIDDEN = (
    errors.CapExceededError,
    errors.ChargeDisputedError,
    errors.EvidenceChangedError,
    errors.NoGatewayError,
)


@contextmanager
def _permanent_failures() -> Generator[None]:
    """Turn failures that a retry cannot help into non-retryable ApplicationErrors with the failure's code."""
    try:
        yield
    except _FORBIDDEN as error:
        raise ApplicationError(error.message, type=error.code, non_retryable=True) from error
    except errors.PayoutRefusedError as error:
        raise ApplicationError(error.message, error.decline_code, type=error.code, non_retryable=True) from error
