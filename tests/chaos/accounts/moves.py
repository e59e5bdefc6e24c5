"""How a machine moves the money of an order, by every way, and looks at what became of it."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import httpx2
from hypothesis.stateful import RuleBasedStateMachine

from db.cases.submissions import Submission
from db.orders.orders import Orders
from domain.cases.case import Case
from domain.cases.evidence import EvidencePin
from domain.cases.messages import AuditDecision, CaseResolution, CourierTracking, EvidenceReport, Message
from domain.enums import AuditVerdict, CaseState, EvidenceStatus, Reason, ResolutionAsked, ResolutionDecision
from domain.money import Money
from domain.order import Payment
from domain.payout_state import PayoutState
from domain.request import AnnouncedEvidence, CaseIntake, RefundRequest, RequestedLine
from gateways.payments.registry import payment_step
from local.payment_sandbox.disputes import Dispute
from local.payment_sandbox.records import Refund
from policy import payout_rules
from tests.chaos.accounts.environment import AccountsEnvironment
from tests.chaos.scale import IS_WHOLE
from tests.support.factories import inspection, order, order_line, payment

UNITS, POSTAGE, OUTBOUND, TOLD_EVERY = 4, 5, 3, 50
FAILED = frozenset({"failed", "canceled"})
SHA = "a" * 64
PAID = frozenset({CaseState.REFUNDED, CaseState.EXCHANGED, CaseState.CLOSED})
LAST_RESORTS = (ResolutionDecision.PAID, ResolutionDecision.PAY, ResolutionDecision.RETRY, ResolutionDecision.CLOSE)


class AccountsMoves(RuleBasedStateMachine):
    """An order, its cases, and the money that went back by any way."""

    def __init__(self, env: AccountsEnvironment) -> None:
        super().__init__()
        self.env = env
        self.number = next(env.chaos.numbers)
        if IS_WHOLE and self.number % TOLD_EVERY == 0:
            sys.stdout.write(f"{self.number} mixtures of ways played\n")
        self.case_ids: list[str] = []
        self.by_hand: set[str] = set()
        self.told = 0
        self.events_before = env.events_so_far()

    def place_order(self, provider: str, currency: str, price: int, payments: int) -> None:
        """Place an order of four units, each worth `price` of the provider's steps, and capture its payments."""
        self.provider, self.currency, self.step = provider, currency, payment_step(provider, currency)
        line = order_line(quantity=UNITS, unit_price=price * self.step)
        outbound = OUTBOUND * self.step if price else 0
        total = line.paid + outbound
        first = total // (3 * self.step) * self.step if payments > 1 else 0
        amounts = [one for one in (first, total - first) if one]
        names = [f"{'pi_' if provider == 'stripe' else ''}W{self.number:07d}X{place}" for place in range(len(amounts))]
        parts = tuple(payment(name, amount, provider) for name, amount in zip(names, amounts, strict=True))
        for part in parts:
            self.env.parts.sandbox.capture(part.reference, part.amount, currency)
        self.order = order(
            f"W-{self.number:07d}",
            now=datetime.now(UTC),
            currency=currency,
            lines=(line,),
            outbound_postage=outbound,
            payments=parts,
        )
        Orders(self.env.parts.database).put(self.order)
        self.free_units = UNITS

    def bring_to_payout(self, reason: Reason, units: int) -> None:
        case_id = f"rc_w{self.number:07d}c{len(self.case_ids):02d}"
        self.case_ids.append(case_id)
        self.free_units -= units
        self.env.chaos.open(self._submitted(case_id, reason, units))
        if reason is not Reason.PERSONAL:
            pin = EvidencePin(evidence_id=f"{case_id}-e1", status=EvidenceStatus.PINNED, version_id="v1", sha256=SHA)
            self.tell(case_id, EvidenceReport(pins=(pin,)), "report_evidence")
        self.tell(case_id, AuditDecision(decision=AuditVerdict.APPROVE, decided_by="mei"), "decide_audit")
        self.tell_postage(case_id, 1, 0 if reason is Reason.PERSONAL else POSTAGE * self.step)
        self.tell(case_id, inspection(("MUG", units, "accepted"), inspected_by="wang"), "record_inspection")

    def tell_postage(self, case_id: str, parcel: int, amount: int) -> None:
        """Tell of a parcel on its way back, and of what the customer paid to send it."""
        number = f"SF{case_id[-9:].upper()}{parcel}"
        postage = self.money(amount) if amount else None
        self.tell(
            case_id, CourierTracking(carrier="sf_express", tracking_number=number, postage=postage), "register_shipment"
        )

    def _submitted(self, case_id: str, reason: Reason, units: int) -> CaseIntake:
        """Record the submission as the API does, and return what the case is opened with."""
        photos = (AnnouncedEvidence(filename="crack.png", content_type="image/png", size=10),)
        submission = Submission(
            case_id=case_id,
            principal="storefront",
            idempotency_key=case_id,
            body_sha256=SHA,
            request=RefundRequest(
                order_number=self.order.order_number,
                customer_id=self.order.customer_id,
                reason=reason,
                resolution=ResolutionAsked.REFUND,
                lines=(RequestedLine(sku="MUG", quantity=units),),
                evidence=() if reason is Reason.PERSONAL else photos,
            ),
            evidence_ids=() if reason is Reason.PERSONAL else (f"{case_id}-e1",),
            received_at=datetime.now(UTC),
        )
        self.env.services.submissions.claim(submission)
        return submission.intake

    def payment(self, place: int) -> Payment | None:
        return self.order.payments[place % len(self.order.payments)] if self.order.payments else None

    def room_at_gateway(self, of: Payment) -> int:
        """Return what a payment's gateway would still refund, or a bank take."""
        refunded = sum(one.amount for one in self.env.ledger.refunds(of.reference) if one.status not in FAILED)
        return of.amount - refunded - sum(one.taken for one in self.env.ledger.disputes.all(of.reference))

    def room_of_order(self) -> int:
        """Return how much may still go back for the order, by all ways together."""
        return self.bound() - self.given()

    def bound(self) -> int:
        borne = sum(case.owed.postage for case in self.cases() if case.owed)
        return sum(one.amount for one in self.order.payments) + borne

    def given(self) -> int:
        """Return what the customer has, by the gateways' own books and by what finance paid outside."""
        outside = [one for case in self.cases() for one in case.payouts if one.is_outside and not one.released]
        paid = sum(one.amount.minor for one in outside if one.state is PayoutState.SUCCEEDED)
        return paid + sum(one.amount for one in self.counted_refunds()) + sum(one.taken for one in self.disputes)

    def part_of(self, amount: int, part: float) -> int:
        """Return a part of the amount in whole steps, at least one if there is as much."""
        steps = max(0, amount) // self.step
        return max(min(1, steps), int(steps * part)) * self.step

    def hand_refund(self, of: Payment, amount: int) -> None:
        if amount and (made := self._asked("/sandbox/dashboard/refunds", reference=of.reference, amount=amount)):
            self.by_hand.add(made["id"])

    def open_dispute(self, of: Payment, amount: int, *, is_inquiry: bool, is_foreign: bool) -> None:
        if not amount or any(one.payment == of.reference and one.status == "needs_response" for one in self.disputes):
            return
        more: dict[str, Any] = {"status": "warning_needs_response"} if is_inquiry else {}
        more |= {"currency": "EUR", "takes": amount} if is_foreign else {}
        self._asked("/sandbox/disputes", reference=of.reference, amount=amount, **more)

    def decide(self, dispute: Dispute, **verdict: Any) -> None:
        """Let the dispute go on, if it still can, and take no more than there is."""
        if dispute.status in {"won", "warning_closed"} and not dispute.taken:
            return
        self._asked(f"/sandbox/disputes/{dispute.id}", **verdict)

    def end_of(self, dispute: Dispute, ends: Sequence[str], of_inquiry: str, which: int) -> str:
        """Return how the dispute ends; an inquiry takes nothing in this game."""
        return of_inquiry if dispute.status.startswith("warning") else ends[which % len(ends)]

    def resolve(self, case_id: str, decision: ResolutionDecision, by: str, part: float, named: int) -> bool:
        amount = reference = None
        names = [*sorted(self.by_hand), *self.dispute_ids()]
        match decision:
            case ResolutionDecision.OTHER_ACCOUNT:
                reference = "account-7"
            case ResolutionDecision.PAID:
                reference = f"bank-{self.told}"
            case ResolutionDecision.COUNT_REFUND:
                reference = names[named % len(names)] if names else "re_nowhere"
                amount = self.money(self.part_of(self.bound(), part) or 1) if part < 1 else None
            case ResolutionDecision.PARTIAL_REFUND:
                amount = self.money(self.step)
            case _:
                pass
        said = CaseResolution(decision=decision, decided_by=by, amount=amount, reference=reference)
        return self.tell(case_id, said)

    def offered(self, case: Case) -> list[ResolutionDecision]:
        waits = case.state in {CaseState.PAYOUT_BLOCKED, CaseState.CHARGEBACK_HOLD, CaseState.REIMBURSEMENT_DUE}
        return sorted(payout_rules.allowed_resolutions(case)) if waits else []

    def tell(self, case_id: str, message: Message, update: str = "resolve") -> bool:
        self.told += 1
        stamped = message.amend(event_id=f"said-{self.told}")
        return self.env.chaos.tell(case_id, update, stamped) is None

    def settle(self) -> None:
        self.env.settle(self.case_ids)

    def case(self, case_id: str) -> Case:
        return self.env.chaos.case(case_id)

    def cases(self) -> list[Case]:
        return [self.case(one) for one in self.case_ids]

    def money(self, minor: int) -> Money:
        return Money(minor=minor, currency=self.currency)

    @property
    def is_paypals(self) -> bool:
        return self.provider == "paypal"

    @property
    def disputes(self) -> list[Dispute]:
        return [one for part in self.order.payments for one in self.env.ledger.disputes.all(part.reference)]

    def dispute_ids(self) -> list[str]:
        known = [self.env.services.disputes.of(self.provider, one.reference) for one in self.order.payments]
        return sorted(one.dispute_id for several in known for one in several)

    def counted_refunds(self) -> list[Refund]:
        made = [one for part in self.order.payments for one in self.env.ledger.refunds(part.reference)]
        return [one for one in made if one.status not in FAILED]

    def _asked(self, path: str, **body: Any) -> dict[str, Any] | None:
        """Return the sandbox's answer, or None when the provider would refuse that."""
        try:
            return self.env.parts.sandbox.call("POST", path, body)
        except httpx2.HTTPStatusError as error:
            if error.response.status_code in {409, 422}:
                return None
            raise
