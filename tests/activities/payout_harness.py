"""The payout activities over the real sandbox, with a book and a vault that the test looks into."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock

from temporalio.testing import ActivityEnvironment

from activities.payouts import PayoutActivities, PayoutOrder
from domain.cases.evidence import EvidencePin
from domain.cases.payout import Payout
from domain.enums import EvidenceStatus
from domain.errors import GatewayUnavailableError, StoreUnavailableError
from domain.payout_state import PayoutState
from gateways.payments.stripe.gateway import StripeGateway

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
PIN = EvidencePin(evidence_id="ev_1", status=EvidenceStatus.PINNED, version_id="v1", sha256="0" * 64)
MANY_TRIES = 30


class PaperBook:
    """A PayoutBook on paper: what the database does, for tests that are about the gateway."""

    def __init__(self) -> None:
        self.payouts: dict[str, Payout] = {}
        self._lock = Lock()

    def submitting(self, payout: Payout, at: datetime) -> Payout:
        with self._lock:
            recorded = self.payouts.get(payout.payout_id, payout)
            latest = payout if payout.attempt > recorded.attempt else recorded
            return self._write(latest, latest.submitted_at or at)

    def next_attempt(self, payout: Payout, at: datetime) -> Payout:
        with self._lock:
            recorded = self.payouts[payout.payout_id]
            if recorded.attempt > payout.attempt or recorded.gateway_refund_id:
                return recorded
            attempt = payout.attempt + 1
            return self._write(recorded.amend(attempt=attempt, idempotency_key=f"{payout.payout_id}/a{attempt}"), at)

    def _write(self, payout: Payout, submitted_at: datetime) -> Payout:
        self.payouts[payout.payout_id] = payout.amend(state=PayoutState.SUBMITTING, submitted_at=submitted_at)
        return self.payouts[payout.payout_id]


class Vault:
    """Evidence that matches until the test says otherwise."""

    def __init__(self) -> None:
        self.matches = True
        self.is_down = False

    def still_matches(self, case_id: str, pin: EvidencePin) -> bool:
        if self.is_down:
            raise StoreUnavailableError("the evidence store did not answer")
        return self.matches


class PayoutHarness:
    """The activities as a worker runs them, at a time the test sets."""

    def __init__(self, sandbox, **gateway_options) -> None:
        self.book = PaperBook()
        self.vault = Vault()
        self.time = START
        self.gateway = StripeGateway(sandbox.api_key, sandbox.url, **gateway_options)
        self._desk = PayoutActivities(self.book, {"stripe": self.gateway}, self.vault, lambda: self.time)

    def submit(self, order: PayoutOrder) -> Payout:
        return ActivityEnvironment().run(self._desk.submit, order)

    def check(self, order: PayoutOrder, payout: Payout) -> Payout:
        return ActivityEnvironment().run(self._desk.check, order.amend(payout=payout))

    def pass_time(self, delta: timedelta) -> None:
        self.time += delta

    def persist(self, order: PayoutOrder, between: Callable[[], None] = lambda: None) -> tuple[Payout, int]:
        """Try as Temporal does, without its waiting; return the payout and how many tries failed."""
        for failed in range(MANY_TRIES):
            try:
                payout = self.submit(order)
            except GatewayUnavailableError:
                between()
                continue
            if payout.state is not PayoutState.UNKNOWN:
                return payout, failed
            between()
        raise AssertionError(f"no answer after {MANY_TRIES} tries")

    def lose(self, order: PayoutOrder) -> None:
        """Submit while the answer gets lost."""
        assert self.submit(order).state is PayoutState.UNKNOWN
