"""What must be true of an order's money, whichever way it goes."""

from collections.abc import Sequence

from hypothesis.stateful import invariant

from domain.cases.case import Case
from domain.enums import CaseState, Reason, ResolutionDecision
from domain.payout_state import PayoutState
from tests.chaos.accounts.moves import AccountsMoves
from tests.support.invariants import Books, assert_invariants, broken, read_books

DECISIONS_AT_MOST = 6
PAID = frozenset({CaseState.REFUNDED, CaseState.EXCHANGED, CaseState.CLOSED})
FIRST_RESORTS = (
    ResolutionDecision.ACCEPT,
    ResolutionDecision.PAID,
    ResolutionDecision.PAY,
    ResolutionDecision.RETRY,
    ResolutionDecision.CLOSE,
)
LAST_RESORTS = (ResolutionDecision.ACCEPT, ResolutionDecision.PAID, ResolutionDecision.CLOSE, ResolutionDecision.RETRY)


class CheckedAccounts(AccountsMoves):
    """Cases and money, looked at after every step, and brought to their end."""

    @invariant()
    def i1_to_i7(self) -> None:
        if not self.case_ids:
            return
        if broken(self._books()):
            self.settle()
            assert_invariants(self._books())

    @invariant()
    def nobody_has_more_than_was_captured_and_borne(self) -> None:
        if self.case_ids and not self._is_foreign_money_gone():
            assert self.given() <= self.bound(), f"{self.given()} went back, {self.bound()} is the most"

    @invariant()
    def every_cent_owed_is_paid_or_somebodys_task(self) -> None:
        for case in self.cases():
            owed = case.owed.goods + case.owed.postage if case.owed else 0
            on_its_way = sum(one.amount.minor for one in case.payouts if one.counts)
            paid = sum(one.amount.minor for one in case.payouts if one.counts and one.state is PayoutState.SUCCEEDED)
            counted = sum(one.amount.minor for one in case.counted)
            waived = case.waived.minor if case.waived else 0
            assert on_its_way + counted + waived <= owed, f"{case.case_id}: more than the {owed} owed"
            if not case.is_open:
                assert case.state in PAID, f"{case.case_id} is {case.state}"
                assert paid + counted + waived == owed, (
                    f"{case.case_id} ended with {owed - paid - counted - waived} due"
                )
                assert case.state is CaseState.CLOSED or not waived, f"{case.case_id} is {case.state}, {waived} waived"

    @invariant()
    def r31_no_postage_is_borne_for_personal_reasons(self) -> None:
        for case in self.cases():
            assert case.reason is not Reason.PERSONAL or not (case.owed and case.owed.postage)

    @invariant()
    def what_counts_went_back(self) -> None:
        if self.case_ids and not self._is_foreign_money_gone():
            counted = sum(one.amount.minor for case in self.cases() for one in case.counted)
            made = sum(one.amount for one in self.counted_refunds() if one.id in self.by_hand)
            gone = made + sum(one.amount for one in self.disputes)
            assert counted <= gone, f"{counted} counted, {gone} went back another way"

    def _books(self) -> Books:
        numbers = [self.order.order_number]
        return read_books(self.env.books(self.order), self.env.parts.database, numbers, by_hand=self.by_hand)

    def _is_foreign_money_gone(self) -> bool:
        return any(one.currency.upper() != self.currency for one in self.disputes)

    def teardown(self) -> None:
        """Heal the gateway and let everything end: no case is left that nobody can bring to its end."""
        try:
            self.env.parts.sandbox.plan()
            self._end_what_is_open()
            for resorts in (FIRST_RESORTS, LAST_RESORTS):
                for _ in range(DECISIONS_AT_MOST):
                    for case in (one for one in self.cases() if one.is_open):
                        self._bring_on(case, resorts)
            left = [f"{one.state} {one.blocked_by} {one.payouts} {one.counted}" for one in self.cases() if one.is_open]
            assert not left, f"nothing brings these to their end: {left}"
            self.i1_to_i7()
            self.nobody_has_more_than_was_captured_and_borne()
            self.every_cent_owed_is_paid_or_somebodys_task()
        finally:
            self.env.parts.sandbox.plan()
            self.env.chaos.terminate(self.case_ids)

    def _end_what_is_open(self) -> None:
        for refund in self.counted_refunds():
            if refund.status != "succeeded":
                self.env.parts.sandbox.finish_refund(refund.id, "succeeded")
        for dispute in self.disputes:
            if dispute.status not in {"won", "lost", "warning_closed", "prevented"}:
                self.decide(
                    dispute, **({"outcome": "RESOLVED_SELLER_FAVOUR"} if self.is_paypals else {"status": "won"})
                )
        if self.case_ids:
            self.settle()

    def _bring_on(self, case: Case, resorts: Sequence[ResolutionDecision]) -> None:
        for refund in self.counted_refunds():
            if refund.status != "succeeded":
                self.env.parts.sandbox.finish_refund(refund.id, "succeeded")
        offered = self.offered(case)
        next_one = next((one for one in resorts if one in offered), None)
        if next_one:
            self.resolve(case.case_id, next_one, "zhao", 1.0, 0)
        self.settle()
