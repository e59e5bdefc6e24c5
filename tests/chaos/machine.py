"""Open, decide, ship, inspect, pay, fault and webhook, in any order and repetition, against the model ledger."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from db.payouts.disputes import Disputes
from domain.cases.evidence import EvidencePin
from domain.cases.messages import (
    AuditDecision,
    CaseResolution,
    CourierTracking,
    Dispatch,
    DisputeUpdate,
    EvidenceReport,
    Withdrawal,
)
from domain.enums import AuditVerdict, CaseState, DispatchedGoods, EvidenceStatus, Reason, ResolutionDecision
from domain.payment_events import DisputeStatus
from tests.chaos.checked_machine import CheckedMachine
from tests.chaos.model import POSTAGE, ModelCase
from tests.support.factories import dispute as dispute_facts
from tests.support.factories import inspection, usd
from tests.support.invariants import PAID_NOTHING

FAULTS: list[dict[str, Any]] = [
    {"kind": "drop_answer_after_commit"},
    {"kind": "drop_answer_before_commit"},
    {"kind": "stored_500"},
    {"kind": "stored_500", "executed": True},
    {"kind": "busy", "status": 409},
    {"kind": "busy", "status": 429},
    {"kind": "busy", "status": 503},
    {"kind": "busy", "status": 503, "on": "refund.list"},
    {"kind": "decline", "code": "lost_or_stolen_card"},
    {"kind": "outcome", "status": "pending"},
    {"kind": "outcome", "status": "requires_action"},
    {"kind": "outcome", "status": "failed", "failure_reason": "expired_or_canceled_card"},
]
REASONS = st.sampled_from([Reason.PERSONAL, Reason.QUALITY])
WHICH = st.integers(min_value=0, max_value=9)
SHA = "a" * 64


class Refunding(CheckedMachine):
    """One order and the cases people open over it."""

    @initialize(units=st.integers(1, 3), reason=REASONS, faults=st.lists(st.sampled_from(FAULTS), max_size=2))
    def begin_with_money(self, units: int, reason: Reason, faults: list[dict[str, Any]]) -> None:
        self.chaos_env.kill_env.sandbox.plan(*faults)
        self.straight_to_payout(units, reason, False)

    @rule(units=st.integers(1, 3), reason=REASONS, exchange=st.booleans())
    def open(self, units: int, reason: Reason, exchange: bool) -> None:
        intake = self.model.intake(units, reason, exchange=exchange)
        standing = self.chaos_env.open(intake)
        self.model.cases.append(ModelCase(intake, units, is_rejected=standing.state is CaseState.REJECTED))
        if reason is not Reason.PERSONAL:
            pin = EvidencePin(evidence_id="e1", status=EvidenceStatus.PINNED, version_id="v1", sha256=SHA)
            self._tell(self.model.cases[-1], "report_evidence", EvidenceReport(pins=(pin,)))

    @rule(which=WHICH, decision=st.sampled_from(["approve", "approve", "approve", "reject", "request_information"]))
    def decide(self, which: int, decision: str) -> None:
        code = None if decision == "approve" else "other"
        note = None if decision == "approve" else "Because."
        said = AuditDecision(decision=AuditVerdict(decision), reason_code=code, note=note, decided_by=self._somebody())
        self._tell(self._case(which), "decide_audit", said, "approved" if decision == "approve" else None)

    @rule(which=WHICH)
    def ship(self, which: int) -> None:
        self._tell(
            self._case(which),
            "register_shipment",
            CourierTracking(carrier="sf_express", tracking_number="SF1234567", postage=usd(POSTAGE)),
        )

    @rule(which=WHICH, accepted=st.integers(0, 3), failed=st.integers(0, 1))
    def inspect(self, which: int, accepted: int, failed: int) -> None:
        case = self._case(which)
        found = [("MUG", units, verdict) for units, verdict in ((accepted, "accepted"), (failed, "used")) if units]
        by = self._somebody()
        if found and self._tell(case, "record_inspection", inspection(*found, inspected_by=by), "inspected"):
            assert accepted + failed <= case.outstanding, "more units inspected than were asked for"
            self._accept(case, accepted)
            case.failed += failed

    @rule(
        which=WHICH,
        decision=st.sampled_from(
            [
                ResolutionDecision.ACCEPT,
                ResolutionDecision.REFUSE,
                ResolutionDecision.RETRY,
                ResolutionDecision.RETRY,
                ResolutionDecision.PAY,
            ]
        ),
    )
    def resolve(self, which: int, decision: ResolutionDecision) -> None:
        case = self._case(which)
        was = self.chaos_env.case(case.case_id).state
        if not self._tell(case, "resolve", CaseResolution(decision=decision, decided_by=self._somebody())):
            return
        if was is CaseState.INSPECTION_FAILED and decision is ResolutionDecision.ACCEPT:
            units, case.failed = case.failed, 0
            self._accept(case, units)
        if was is CaseState.INSPECTION_FAILED and decision is ResolutionDecision.REFUSE:
            case.refused, case.failed = case.refused + case.failed, 0

    @rule(which=WHICH, goods=st.sampled_from(list(DispatchedGoods)))
    def dispatch(self, which: int, goods: DispatchedGoods) -> None:
        number = f"SF-{self.told}-OUT"
        parcel = Dispatch(goods=goods, carrier="sf_express", tracking_number=number, sent_by=self._somebody())
        self._tell(self._case(which), "record_dispatch", parcel)

    @rule(which=WHICH)
    def withdraw(self, which: int) -> None:
        self._tell(self._case(which), "withdraw", Withdrawal())

    @precondition(lambda self: self.last)
    @rule()
    def repeat(self) -> None:
        assert self.last
        self.chaos_env.tell(*self.last)

    @rule(fault=st.sampled_from(FAULTS), times=st.integers(1, 3))
    def fault(self, fault: dict[str, Any], times: int) -> None:
        left = self.chaos_env.kill_env.sandbox.faults_left()
        self.chaos_env.kill_env.sandbox.plan(*left, {**fault, "times": times})

    @rule()
    def forget_keys(self) -> None:
        self.chaos_env.kill_env.sandbox.forget_keys()

    @rule(units=st.integers(1, 3), reason=REASONS, exchange=st.booleans())
    def straight_to_payout(self, units: int, reason: Reason, exchange: bool) -> None:
        self.open(units, reason, exchange)
        newest = len(self.model.cases) - 1
        self.decide(newest, "approve")
        self.ship(newest)
        self.inspect(newest, units, 0)

    @rule()
    def pay(self) -> None:
        """Let everything that is under way come to an answer."""
        self.chaos_env.await_quiet(self._case_ids())

    @rule(which=WHICH, status=st.sampled_from(["succeeded", "failed", "canceled"]))
    def gateway_changes_its_mind(self, which: int, status: str) -> None:
        refunds = self.chaos_env.gateway(self.model.order).refunds
        movable = [one for one in refunds if one.state not in PAID_NOTHING]
        if movable:
            self.chaos_env.kill_env.sandbox.finish_refund(movable[which % len(movable)].refund_id, status, None)

    @rule(which=WHICH, times=st.integers(1, 3))
    def webhook(self, which: int, times: int) -> None:
        """Tell a case, once or more often, that one of its refunds changed; it may be outdated."""
        refunds = [one for one in self.chaos_env.gateway(self.model.order).refunds if one.payout_id]
        for _ in range(times if refunds else 0):
            self._tell_update_of(refunds[which % len(refunds)])

    @rule(place=st.integers(0, 1), status=st.sampled_from(list(DisputeStatus)))
    def dispute(self, place: int, status: DisputeStatus) -> None:
        """Tell of a chargeback over a payment; its updates may come in any order, and more than once."""
        self.chaos_env.await_quiet(self._case_ids())
        payment = self.model.order.payments[place]
        told = dispute_facts(
            status,
            payment.reference,
            minor=payment.amount,
            dispute_id=f"dp_{payment.reference}",
            changed_at=datetime.now(UTC),
        )
        for case_id in Disputes(self.chaos_env.kill_env.database).record(told):
            self.chaos_env.signal(self._of(case_id).intake, "dispute_update", DisputeUpdate(dispute=told))
        self.disputed.pop(payment.reference, None)
        if self._standing(payment) is not DisputeStatus.WON:  # late updates do not open it again
            self.disputed[payment.reference] = len(self._refunds_of(payment.reference))
