"""What the state machine asserts: I1 to I7 and the model ledger after every step, and full agreement at the end."""

import sys
from datetime import UTC, datetime

from hypothesis.stateful import RuleBasedStateMachine, invariant

from db.orders.stock import StockTable
from db.payouts.disputes import Disputes
from domain.cases.case import Case
from domain.cases.messages import Message, RefundUpdate
from domain.enums import CaseState, ReplacementState, ResolutionAsked
from domain.order import Payment
from domain.payment_events import DisputeStatus, GatewayRefundRecord
from domain.payout_state import PayoutState
from tests.chaos.chaos_environment import ChaosEnvironment
from tests.chaos.model import STOCK, ModelCase, model_order
from tests.chaos.scale import IS_WHOLE
from tests.support.assertions import assert_present
from tests.support.invariants import PAID_NOTHING, Books, assert_invariants, broken

TOLD_EVERY = 50
PROMISED = frozenset({ReplacementState.RESERVED, ReplacementState.SENT})


class CheckedMachine(RuleBasedStateMachine):
    """An order, its cases, and what must be true of them."""

    def __init__(self, chaos_env: ChaosEnvironment) -> None:
        super().__init__()
        self.chaos_env = chaos_env
        number = next(chaos_env.numbers)
        if IS_WHOLE and number % TOLD_EVERY == 0:
            sys.stdout.write(f"{number} mixtures played\n")
        self.model = model_order(number)
        self.told = 0
        self.last: tuple[str, str, Message] | None = None
        self.disputed: dict[str, int] = {}  # how many refunds a payment had when its dispute was opened or lost
        self.answered: list[tuple[str, str]] = []
        chaos_env.place(self.model.order)
        self.stock.put(self.model.cup)

    @invariant()
    def i1_to_i7(self) -> None:
        books = self._books_that_hold()
        self._look_at_replacements()
        for one in self.model.cases:
            mine = [refund for refund in books.gateway.counted if str(refund.payout_id).startswith(one.case_id)]
            paid = sum(refund.amount.minor for refund in mine)
            assert paid <= one.owed, f"{paid} refunded for {one.case_id}, {one.owed} owed"

    @invariant()
    def r39_a_unit_is_promised_once_and_refunded_or_replaced(self) -> None:
        self._look_at_replacements()
        known = [one for case in self._recorded() for one in case.replacements]
        promised = sum(one.quantity for one in known if one.state in PROMISED)
        giving_back = sum(one.quantity for one in known if one.state is ReplacementState.RELEASING)
        left = self.stock.products([self.model.cup.sku])[self.model.cup.sku].available
        assert STOCK - promised - giving_back <= left <= STOCK - promised, f"{left} left, {promised} promised: {known}"
        for case in self._recorded():
            sent = sum(one.quantity for one in case.replacements if one.state is ReplacementState.SENT)
            line = case.lines[0]
            assert line.replaced == sent
            assert line.paid + line.replaced <= line.accepted

    @invariant()
    def r38_nothing_goes_out_of_a_disputed_payment(self) -> None:
        for reference, before in self.disputed.items():
            assert len(self._refunds_of(reference)) <= before, f"{reference} is disputed and was refunded"

    def teardown(self) -> None:
        """Heal the gateway and let everything end: books, cases, gateway and model must agree then."""
        try:
            self.chaos_env.kill_env.sandbox.plan()
            self.chaos_env.await_quiet(self._case_ids())
            self._tell_all_updates()
            self.chaos_env.await_quiet(self._case_ids())
            self._assert_settled()
        finally:
            self.chaos_env.kill_env.sandbox.plan()
            self.chaos_env.terminate(self._case_ids())

    def _assert_settled(self) -> None:
        books = self._books_that_hold()
        for one in self.model.cases:
            case = self.chaos_env.case(one.case_id)
            planned = sum(payout.amount.minor for payout in case.payouts if payout.state is not PayoutState.CANCELED)
            if case.state in {CaseState.REFUNDED, CaseState.EXCHANGED} and case.settled_by_dispute is None:
                assert planned == one.owed, f"{one.case_id}: {planned} paid or owed by us, {one.owed} by the model"
            states = {payout.payout_id: payout.state for payout in case.payouts if not payout.is_outside}
            for refund in books.gateway.refunds:
                if states.get(refund.payout_id or "") is PayoutState.SUCCEEDED and refund.state in PAID_NOTHING:
                    counted = [each.payout_id for each in books.gateway.counted]
                    assert refund.payout_id in counted, f"{refund.payout_id} is shown as paid and was {refund.state}"

    def _look_at_replacements(self) -> None:
        """Let the model know what became of each replacement: sent, or refunded instead."""
        exchanging = [one for one in self.model.cases if one.intake.resolution is ResolutionAsked.EXCHANGE]
        self.chaos_env.await_stock([one.case_id for one in exchanging])
        for one in exchanging:
            for replacement in self.chaos_env.case(one.case_id).replacements:
                one.settle(replacement, shipped=self._is_shipped(one))

    def _accept(self, case: ModelCase, units: int) -> None:
        """Count the units as accepted: to be replaced when the case says so, else to be paid."""
        recorded = self.chaos_env.case(case.case_id)
        planned = sum(one.quantity for one in recorded.replacements)
        if planned > case.exchanged:
            case.exchange(units, planned)
            self._look_at_replacements()
        else:
            case.accept(units, shipped=self._is_shipped(case))

    def _recorded(self) -> list[Case]:
        return [self.chaos_env.case(one.case_id) for one in self.model.cases]

    @property
    def stock(self) -> StockTable:
        return StockTable(self.chaos_env.kill_env.database, lambda: datetime.now(UTC))

    def _tell_all_updates(self) -> None:
        for refund in self.chaos_env.gateway(self.model.order).refunds:
            self._tell_update_of(refund)

    def _tell_update_of(self, refund: GatewayRefundRecord) -> None:
        case = next(one for one in self.model.cases if str(refund.payout_id).startswith(one.case_id))
        event_id = f"stripe:{refund.refund_id}:{refund.state}"
        update = RefundUpdate(payout_id=assert_present(refund.payout_id), refund_id=refund.refund_id, event_id=event_id)
        self.chaos_env.signal(case.intake, "refund_update", update)

    def _books_that_hold(self) -> Books:
        """Return the books once I1 to I7 hold; they are read one after the other, so one more look may be needed."""
        books = self.chaos_env.books(self.model.order, answered=self.answered)
        if broken(books):
            books = self.chaos_env.books(self.model.order, answered=self.answered)
            assert_invariants(books)
        return books

    def _tell(self, case: ModelCase, update: str, message: Message, event: str | None = None) -> bool:
        """Say something to the case; what it took must be told in its timeline (I7)."""
        self.told += 1
        self.last = (case.case_id, update, message.amend(event_id=f"said-{self.told}"))
        is_taken = self.chaos_env.tell(*self.last) is None
        if is_taken and event:
            self.answered.append((case.case_id, event))
        return is_taken

    def _somebody(self) -> str:
        """Return a new name: the same words from the same person again would be a repeat, which changes nothing."""
        return f"person-{self.told}"

    def _case(self, which: int) -> ModelCase:
        return self.model.cases[which % len(self.model.cases)]

    def _of(self, case_id: str) -> ModelCase:
        return next(one for one in self.model.cases if one.case_id == case_id)

    def _refunds_of(self, reference: str) -> list[GatewayRefundRecord]:
        return [one for one in self.chaos_env.gateway(self.model.order).refunds if one.payment_reference == reference]

    def _standing(self, payment: Payment) -> DisputeStatus:
        (dispute,) = Disputes(self.chaos_env.kill_env.database).of(payment.provider, payment.reference)
        return dispute.status

    def _case_ids(self) -> list[str]:
        return [one.case_id for one in self.model.cases]

    def _is_shipped(self, case: ModelCase) -> bool:
        shipment = self.chaos_env.case(case.case_id).shipment
        return shipment is not None and shipment.postage is not None
