"""Refunds by hand, disputes, other accounts and reimbursements, in any order, through both providers and currencies."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from domain.cases.messages import CaseResolution
from domain.enums import Reason, ResolutionDecision
from tests.chaos.accounts.checked import CheckedAccounts
from tests.chaos.machine import FAULTS

PROVIDERS, CURRENCIES = ("stripe", "paypal"), ("USD", "JPY", "KWD", "ISK", "HUF")
PRICES = (0, 1, 7, 1_000)
FAULTS_AT_ONCE = 2
PARTS = st.sampled_from([0.001, 0.25, 0.5, 0.9, 1.0])
WHICH = st.integers(min_value=0, max_value=9)
REASONS = st.sampled_from([Reason.PERSONAL, Reason.QUALITY])
STRIPES_ENDS = ("won", "lost", "lost", "under_review", "prevented", "warning_closed")
PAYPALS_ENDS = (
    "RESOLVED_BUYER_FAVOUR",
    "RESOLVED_SELLER_FAVOUR",
    "RESOLVED_WITH_PAYOUT",
    "CANCELED_BY_BUYER",
    "ACCEPTED",
    "DENIED",
    "NONE",
    "SOMETHING_NEW",
)
DECISIONS = st.sampled_from(list(ResolutionDecision))
PEOPLE = st.sampled_from(["wu", "lin", "Wu"])


class Accounts(CheckedAccounts):
    """One order, the cases about it, and all ways in which its money can go back."""

    @initialize(
        bought=st.tuples(
            st.sampled_from(PROVIDERS), st.sampled_from(CURRENCIES), st.sampled_from(PRICES), st.integers(1, 2)
        ),
        reason=REASONS,
        faults=st.lists(st.sampled_from(FAULTS), max_size=2),
    )
    def begin(self, bought: tuple[str, str, int, int], reason: Reason, faults: list[dict[str, Any]]) -> None:
        """Place an order with one or two payments of a provider, worth nothing at times, and ask for a unit."""
        self.place_order(*bought)
        self.env.parts.sandbox.plan(*faults)
        self.ask(reason, 1)

    @precondition(lambda self: self.free_units)
    @rule(reason=REASONS, units=st.integers(1, 2))
    def ask(self, reason: Reason, units: int) -> None:
        """Ask, be approved, send the goods with what it cost, and have them accepted."""
        self.bring_to_payout(reason, min(units, self.free_units))
        self.settle()

    @rule(which=WHICH, parcel=st.integers(1, 3), steps=st.sampled_from([0, 1, 5, 50_000]))
    def postage_is_told(self, which: int, parcel: int, steps: int) -> None:
        """Tell the postage of one of three parcels, at any time: a supplement after the payout, or above review."""
        self.tell_postage(self.case_ids[which % len(self.case_ids)], parcel, steps * self.step)
        self.settle()

    @rule(place=WHICH, part=PARTS)
    def refund_by_hand(self, place: int, part: float) -> None:
        if payment := self.payment(place):
            amount = self.part_of(min(self.room_at_gateway(payment), self.room_of_order()), part)
            self.hand_refund(payment, amount)
            self.settle()

    @rule(place=WHICH, part=PARTS, is_inquiry=st.booleans(), is_foreign=st.booleans())
    def dispute(self, place: int, part: float, is_inquiry: bool, is_foreign: bool) -> None:
        if payment := self.payment(place):
            amount = self.part_of(min(self.room_at_gateway(payment), self.room_of_order()), part)
            self.open_dispute(payment, amount, is_inquiry=is_inquiry, is_foreign=is_foreign)
            self.settle()

    @precondition(lambda self: self.disputes)
    @rule(which=WHICH, end=WHICH, part=PARTS)
    def dispute_goes_on(self, which: int, end: int, part: float) -> None:
        dispute = self.disputes[which % len(self.disputes)]
        if self.is_paypals:
            outcome = self.end_of(dispute, PAYPALS_ENDS, "CANCELED_BY_BUYER", end)
            returned = self.part_of(dispute.amount, part)
            self.decide(dispute, outcome=outcome, **({"amount_refunded": returned} if returned else {}))
        else:
            self.decide(dispute, status=self.end_of(dispute, STRIPES_ENDS, "warning_closed", end))
        self.settle()

    @rule(which=WHICH)
    def an_event_is_told_again(self, which: int) -> None:
        told = self.env.parts.sandbox.deliveries()[: self.env.events_so_far() - self.events_before]
        if told:
            self.env.parts.sandbox.resend(told[which % len(told)]["event_id"])
            self.settle()

    @rule(fault=st.sampled_from(FAULTS), times=st.integers(1, 3))
    def fault(self, fault: dict[str, Any], times: int) -> None:
        left = self.env.parts.sandbox.faults_left()
        if len(left) < FAULTS_AT_ONCE:  # every lost answer in a row doubles the wait for the next try
            self.env.parts.sandbox.plan(*left, {**fault, "times": times})

    @rule(which=WHICH, status=st.sampled_from(["succeeded", "failed", "canceled"]))
    def gateway_changes_its_mind(self, which: int, status: str) -> None:
        if refunds := self.counted_refunds():
            self.env.parts.sandbox.finish_refund(refunds[which % len(refunds)].id, status, None)
            self.settle()

    @rule(which=WHICH, decision=DECISIONS, by=PEOPLE, part=PARTS, named=WHICH)
    def finance_decides(self, which: int, decision: ResolutionDecision, by: str, part: float, named: int) -> None:
        self.resolve(self.case_ids[which % len(self.case_ids)], decision, by, part, named)
        self.settle()

    @rule(which=WHICH, named=WHICH)
    def finance_does_what_is_offered(self, which: int, named: int) -> None:
        case = self.case(self.case_ids[which % len(self.case_ids)])
        if offered := self.offered(case):
            self.resolve(case.case_id, offered[named % len(offered)], "wu", 1.0, named)
            self.settle()

    @rule(which=WHICH)
    def two_people_agree_on_another_account(self, which: int) -> None:
        case_id = self.case_ids[which % len(self.case_ids)]
        for person in ("wu", "lin"):
            self.tell(
                case_id,
                CaseResolution(decision=ResolutionDecision.OTHER_ACCOUNT, decided_by=person, reference="account-7"),
            )
        self.settle()

    @rule(which=WHICH)
    def finance_pays_outside(self, which: int) -> None:
        self.resolve(self.case_ids[which % len(self.case_ids)], ResolutionDecision.PAID, "lin", 1.0, 0)
        self.settle()
