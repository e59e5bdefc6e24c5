"""Money out: the one activity that moves it, and the ports it needs."""

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

_CHANGED = "evidence is no longer what the auditor saw: audit it again"
KEY_MEMORY_MARGIN = timedelta(hours=1)  # longer than a try can run, so that no key is forgotten during one


class PayoutOrder(Value):
    """One payout to be made, with the evidence that must still be what the auditor saw."""

    case_id: str
    order_number: str
    payout: Payout
    evidence: tuple[EvidencePin, ...] = ()


class PayoutBook(Protocol):
    """Where attempts are made durable before the gateway hears of them."""

    def submitting(self, payout: Payout, at: datetime) -> Payout:
        """Record that the payout is submitted and return its latest attempt, with when that one first began.

        One that was answered already is returned with its refund's id: what became of that refund is for the case to
        hear and for finance to decide about, never for a new attempt (R36, R37). Raises CapExceededError when nothing
        is set aside for it any more, ChargeDisputedError while a chargeback over its payment is open (R38).
        """
        ...

    def next_attempt(self, payout: Payout, at: datetime) -> Payout:
        """Record the attempt after the payout's with a new idempotency key, begun now, and return it.

        Called after proof that the payout's attempt paid nothing. When that attempt was followed or answered
        already, the recorded one is returned: two callers with the same proof must end up with the same key (fault 3).
        """
        ...


class EvidenceVault(Protocol):
    """Where evidence is kept."""

    def still_matches(self, case_id: str, pin: EvidencePin) -> bool:
        """Return whether the pinned version still exists with the pinned hash. Raises StoreUnavailableError."""
        ...


@dataclass(frozen=True)
class PayoutActivities:
    """Submits payouts so that each is paid once, however often and however concurrently it is tried.

    What makes it so: the key is durable before the gateway hears it, every try uses the recorded key, and a new key
    is used only after the gateway's own list proves that the ones before paid nothing.
    """

    book: PayoutBook
    gateways: Mapping[str, PaymentGateway]
    vault: EvidenceVault
    now: Callable[[], datetime]

    @activity.defn(name="submit_payout")
    def submit(self, order: PayoutOrder) -> Payout:
        """Return the payout as the gateway answered it; a refund that failed at once has state `failed`.

        A payout whose answer was lost is `unknown`: submitted again, it is looked up first. Raises ApplicationError of
        type cap_exceeded, charge_disputed, evidence_changed, no_gateway or payout_refused (details: the decline code)
        for good; whatever else is raised may pass, and trying again is safe.
        """
        with _permanent_failures():
            gateway = self._gateway(order.payout)
            if not self._is_as_audited(order):
                return self._paid_before(gateway, order.payout, errors.EvidenceChangedError(_CHANGED))
            return self._pay(gateway, order)

    @activity.defn(name="check_payout")
    def check(self, order: PayoutOrder) -> Payout:
        """Return the payout as it stands at the gateway now; unchanged when the gateway knows of none."""
        payout = order.payout
        with _permanent_failures():
            gateway, refund_id = self._gateway(payout), payout.gateway_refund_id
            refund = gateway.read_refund(refund_id) if refund_id else gateway.find_refund(payout)
            return self._told(payout, refund) if refund else payout

    def _gateway(self, payout: Payout) -> PaymentGateway:
        if payout.provider not in self.gateways:
            raise errors.NoGatewayError(f"no gateway is set up for the payment provider {payout.provider!r}")
        return self.gateways[payout.provider]

    def _is_as_audited(self, order: PayoutOrder) -> bool:
        """Return False only when pinned evidence is known to differ (fault 28).

        A store that does not answer holds no money back (fault 22): what was pinned cannot be overwritten.
        """
        pins = [pin for pin in order.evidence if pin.status is EvidenceStatus.PINNED]
        try:
            return all(self.vault.still_matches(order.case_id, pin) for pin in pins)
        except errors.StoreUnavailableError as error:
            activity.logger.warning("payout %s goes on with evidence unchecked: %s", order.payout.payout_id, error)
            return True

    def _paid_before(self, gateway: PaymentGateway, payout: Payout, otherwise: errors.DomainError) -> Payout:
        """Return the refund that an earlier try made before paying was forbidden, or raise why none may be made."""
        if refund := gateway.find_refund(payout):
            return self._told(payout, refund)
        raise otherwise

    def _pay(self, gateway: PaymentGateway, order: PayoutOrder) -> Payout:
        began = self.now()
        try:
            payout = self.book.submitting(order.payout, began)
        except errors.ChargeDisputedError as disputed:
            return self._paid_before(gateway, order.payout, disputed)
        if payout.gateway_refund_id:
            return self._told(payout, gateway.read_refund(payout.gateway_refund_id))
        if self._may_be_forgotten(gateway, payout):
            return self._reconcile(gateway, order.case_id, payout, began)
        # A key that was sent before may be forgotten however young it is: the gateway's own list is asked first.
        was_told = payout.attempt > 1 or (payout.submitted_at or began) < began
        if was_told and (refund := gateway.find_refund(payout)):
            return self._told(payout, refund)
        try:
            return self._refund(gateway, order.case_id, payout, began)
        except errors.StaleAnswerError:
            return self._reconcile(gateway, order.case_id, payout, began)

    def _refund(self, gateway: PaymentGateway, case_id: str, payout: Payout, began: datetime) -> Payout:
        """Return the payout as the gateway answered, `unknown` when its answer was lost (fault 1).

        To a key that was sent before, a gateway repeats its first answer: what became of the refund since is read.
        """
        try:
            refund = gateway.refund(case_id, payout)
            is_repeat = (payout.submitted_at or began) < began
            return self._told(payout, gateway.read_refund(refund.refund_id) if is_repeat else refund)
        except errors.AnswerLostError as error:
            activity.logger.warning("payout %s is unknown: %s", payout.payout_id, error)
            return payout.amend(state=PayoutState.UNKNOWN)

    def _may_be_forgotten(self, gateway: PaymentGateway, payout: Payout) -> bool:
        """Return whether the attempt's key is so old that the gateway could take it for a new one (fault 4)."""
        age = self.now() - (payout.submitted_at or self.now())
        return age >= gateway.capabilities.key_memory - KEY_MEMORY_MARGIN

    def _reconcile(self, gateway: PaymentGateway, case_id: str, payout: Payout, began: datetime) -> Payout:
        """Return the refund the gateway has for the payout; only when it has none, refund under a new key."""
        if refund := gateway.find_refund(payout):
            return self._told(self.book.submitting(payout, self.now()), refund)
        renewed = self.book.next_attempt(payout, self.now())
        if renewed.gateway_refund_id:
            return self._told(renewed, gateway.read_refund(renewed.gateway_refund_id))
        return self._refund(gateway, case_id, renewed, began)

    def _told(self, payout: Payout, refund: GatewayRefund) -> Payout:
        if refund.amount != payout.amount:
            message = f"refund {refund.refund_id} is {refund.amount}, the payout {payout.amount}"
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
    """Turn what trying again cannot mend into ApplicationErrors of the failure's code, never tried again."""
    try:
        yield
    except _FORBIDDEN as error:
        raise ApplicationError(error.message, type=error.code, non_retryable=True) from error
    except errors.PayoutRefusedError as error:
        raise ApplicationError(error.message, error.decline_code, type=error.code, non_retryable=True) from error
