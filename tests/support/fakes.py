"""Stand-ins behind ports, where a test is about something else or needs an answer on demand."""

import threading
from collections.abc import Callable
from datetime import datetime

from activities.ports.payment_gateway import GatewayRefund
from db.core.engine import Database
from db.orders.stock import StockTable
from domain.cases.evidence import EvidencePin
from domain.cases.exchange import Reservation
from domain.cases.payout import Payout
from domain.errors import AnswerLostError, PayoutRefusedError, StockUnavailableError
from domain.payment_events import GatewayRefundRecord
from domain.payout_state import PayoutState

PATIENCE_SECONDS = 20


class ObedientGateway:
    """A payment gateway that answers what the test told it to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.state = PayoutState.SUCCEEDED
        self.decline_code: str | None = None
        self.answers_to_lose = 0
        self.before_answering: Callable[[GatewayRefund], None] = lambda _refund: None
        self.refunds: dict[str, GatewayRefund] = {}
        self._failed: set[str] = set()

    def step(self, currency: str) -> int:
        return 1

    def refund(self, case_id: str, payout: Payout) -> GatewayRefund:
        if self.decline_code:
            raise PayoutRefusedError(f"refused: {self.decline_code}", self.decline_code)
        if payout.idempotency_key not in self.refunds:
            refund_id = f"re_{len(self.refunds) + 1}_{payout.payout_id}"
            self.refunds[payout.idempotency_key] = GatewayRefund(
                refund_id=refund_id, state=self.state, amount=payout.amount
            )
        if self.answers_to_lose:
            self.answers_to_lose -= 1
            raise AnswerLostError("the answer was lost")
        self.before_answering(self.refunds[payout.idempotency_key])
        return self.refunds[payout.idempotency_key]

    def fail(self) -> None:
        """Let every refund made so far fail, as a bank does days later."""
        self._failed |= {one.refund_id for one in self.refunds.values()}

    def find_refund(self, payout: Payout) -> GatewayRefund | None:
        mine = [one for one in self.refunds.values() if one.refund_id.endswith(payout.payout_id)]
        return next((one for one in mine if one.refund_id not in self._failed), None)

    def read_refund(self, refund_id: str) -> GatewayRefund:
        refund = next(one for one in self.refunds.values() if one.refund_id == refund_id)
        state = PayoutState.FAILED if refund_id in self._failed else self.state
        answer = refund.amend(state=state, failure_code="account_closed" if refund_id in self._failed else None)
        self.before_answering(answer)
        return answer

    def payment_ids(self, reference: str) -> tuple[str, ...]:
        return (reference,)

    def refunds_since(self, since: datetime) -> list[GatewayRefundRecord]:
        return []


class ForgetfulStock(StockTable):
    """Our own stock, whose answers come late or are lost when the test says so, after it did what it was asked."""

    answers_to_lose = 0

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        super().__init__(database, now)
        self.answers = threading.Event()
        self.answers.set()

    def reserve(self, reservation: Reservation) -> bool:
        is_held = super().reserve(reservation)
        assert self.answers.wait(PATIENCE_SECONDS), "the test never let the stock answer"
        self._lose()
        return is_held

    def release(self, reservation: Reservation) -> None:
        super().release(reservation)
        self._lose()

    def _lose(self) -> None:
        if self.answers_to_lose:
            self.answers_to_lose -= 1
            raise StockUnavailableError("the answer was lost")


class OpenVault:
    """A store whose pinned evidence matches until the test says otherwise."""

    def __init__(self) -> None:
        self.matches = True

    def still_matches(self, case_id: str, pin: EvidencePin) -> bool:
        return self.matches
