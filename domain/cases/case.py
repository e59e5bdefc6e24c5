"""A refund case, as the workflow holds it, the database stores it and `GET /v1/refunds/{case_id}` shows it."""

from typing import Annotated, Self

from pydantic import AwareDatetime, Field, JsonValue

from domain.calendar import Deadline, WindowName
from domain.cases.case_lines import CaseLine, Inspection, ParcelPostage, Shipment
from domain.cases.evidence import EvidencePin
from domain.cases.exchange import PENDING, OutboundParcel, Replacement
from domain.cases.payment_balance import Amount, CountedReturn, Owed
from domain.cases.payout import OtherAccount, Payout, RefundDue
from domain.enums import ENDED_STATES, CaseState, Party, Reason, ResolutionAsked
from domain.money import Money
from domain.payout_state import BlockReason
from domain.request import CaseId
from domain.types import Code, Count, Identifier, RuleId, Sentence
from domain.value import Value

PROCESS_VERSION = 2
"""The version of the process that new runs follow; see `Case.process_version`."""


_OF_ANOTHER_PARTY = {
    WindowName.SHIP_BY: CaseState.AWAITING_RETURN,
    WindowName.RETURN_TO_CUSTOMER_TARGET: CaseState.RETURNING_TO_CUSTOMER,
}
"""Windows that keep running in other states than the one in which their party must act next."""
_ABOUT_MONEY = frozenset(
    {CaseState.PAYOUT_DUE, CaseState.PAYOUT_BLOCKED, CaseState.REIMBURSEMENT_DUE, CaseState.CHARGEBACK_HOLD}
)


class Refusal(Value):
    """A refusal: the rule, a text for the customer, and the deadline if the rule has one."""

    rule: RuleId
    code: Code
    message: Sentence
    deadline: Deadline | None = None


class NextStep(Value):
    """Whose turn it is and what they can send; `send` maps the name of a signal or call to an example body."""

    party: Party
    message: Sentence
    by: AwareDatetime | None = None
    send: dict[str, JsonValue] = Field(default_factory=dict)


class Case(Value):
    """One refund case; `version` grows with every change, so that the latest record always wins."""

    case_id: CaseId
    version: Annotated[int, Field(ge=0)] = 0
    order_number: Identifier
    customer_id: Identifier
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    state: CaseState
    reason: Reason
    reason_asked: Reason
    resolution: ResolutionAsked
    policy_version: str
    process_version: Annotated[int, Field(ge=1)] = Field(
        default=1,
        description="version of the process that this run follows: opening records it in the history, so that a run "
        "which an earlier release began gives Temporal the same commands until it ends (fault 24)",
    )
    payment_step: Annotated[int, Field(ge=1)] = Field(
        default=1,
        description="step in minor units in which the order's payments can be refunded, and its shares were cut (R33)",
    )
    opened_at: AwareDatetime
    updated_at: AwareDatetime
    lines: tuple[CaseLine, ...] = ()
    evidence: tuple[EvidencePin, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    refusal: Refusal | None = None
    goodwill: bool = Field(
        default=False, description="an operator reopened the case after a refusal, a rejection or an expiry (R12)"
    )
    rejected_by: str | None = Field(default=None, description="auditor who rejected, and may not reopen it (R12)")
    approved_at: AwareDatetime | None = None
    approved_by: str | None = None
    return_code: str | None = Field(default=None, description="printed on the return label (R18)")
    return_address: tuple[str, ...] = Field(default=(), description="where to send the goods (R18)")
    return_waived: bool = False
    shop_paid_label: Money | None = Field(
        default=None, description="price of a return label that the shop paid for (R31)"
    )
    shipment: Shipment | None = None
    return_postage: tuple[ParcelPostage, ...] = Field(
        default=(), description="what the customer paid to send each parcel back, and what of it the shop bears (R30)"
    )
    accepted_as: Reason | None = Field(
        default=None, description="reason for which units were accepted before the rest was reclassified (R27, R30)"
    )
    received_at: AwareDatetime | None = None
    rest_received_at: AwareDatetime | None = Field(
        default=None,
        description="when another parcel arrived while the first one was being decided about or paid (R26)",
    )
    paid_goods_received_at: AwareDatetime | None = Field(
        default=None, description="when goods arrived that had been paid or replaced without them (R22, R23)"
    )
    inspections: tuple[Inspection, ...] = ()
    loss_accepted: bool = Field(default=False, description="the case is paid although the parcel was lost (R22)")
    agreed_amount: Money | None = Field(default=None, description="partial refund agreed for refused units (R28)")
    refund_due: RefundDue | None = None
    owed: Owed | None = Field(
        default=None, description="all that has fallen due so far; not set in cases that release 0.1.0 opened"
    )
    counted: tuple[CountedReturn, ...] = Field(
        default=(), description="money that went back without a payout and counts as paid for the case (R32, R38)"
    )
    waived: Money | None = Field(default=None, description="what was still owed when finance closed the case (R43)")
    label_deducted: Amount = Field(
        default=0, description="how much of the shop-paid label was deducted so far, in minor units (R31)"
    )
    paid_at: AwareDatetime | None = Field(
        default=None,
        description="when the goods were last paid or replaced; return postage can be told from then on "
        "until the deadline `postage` (R30)",
    )
    ends_in: CaseState | None = Field(
        default=None,
        description="state in which the case had ended before it was taken up for money or a replacement (R30, R37)",
    )
    payout_plan_count: Count = Field(default=0, description="how often money fell due; each time is planned once")
    payouts: tuple[Payout, ...] = ()
    replacements: tuple[Replacement, ...] = ()
    sent: tuple[OutboundParcel, ...] = Field(default=(), description="parcels to the customer (R28, R39)")
    blocked_by: BlockReason | None = None
    evidence_accepted: bool = Field(
        default=False, description="an auditor accepted evidence that had changed after the audit (fault 28)"
    )
    settled_by_dispute: str | None = Field(
        default=None,
        max_length=128,
        description="the lost dispute that returned the money instead of the payouts (R38)",
    )
    other_account: OtherAccount | None = Field(
        default=None,
        description="account to pay instead, proposed by one person and to be approved by a second one (R36)",
    )
    refund_checks: tuple[str, ...] = Field(
        default=(), description="payouts that a gateway reported as changed, so that it is asked for their state (R37)"
    )
    overdue: bool = False
    awaits_more: bool = Field(default=False, description="an auditor asked for more information (R9)")
    processed_events: dict[str, str] = Field(
        default_factory=dict,
        description="kind and fingerprint of each message by event id, so that none is applied twice",
    )
    last_messages: dict[str, str] = Field(
        default_factory=dict,
        description="fingerprint of the last applied message by kind, so that a repeat gets the same answer",
    )
    ended_at: AwareDatetime | None = None

    @property
    def is_open(self) -> bool:
        """True until the case has ended."""
        return self.state not in ENDED_STATES and self.ended_at is None

    def deadline(self, what: WindowName) -> Deadline | None:
        """Return the deadline of that name, or None."""
        return next((deadline for deadline in self.deadlines if deadline.what == what), None)

    @property
    def next_deadline(self) -> Deadline | None:
        """The earliest deadline that has not passed, or None."""
        pending = [deadline for deadline in self.deadlines if not deadline.passed]
        return min(pending, key=lambda deadline: deadline.when, default=None)

    @property
    def due(self) -> Deadline | None:
        """The earliest deadline of the party that must act next, without reminders and other parties' windows."""
        others = {what for what, state in _OF_ANOTHER_PARTY.items() if state is not self.state}
        others |= {what for what in WindowName if what.is_payout and self.state not in _ABOUT_MONEY}
        others |= {WindowName.POSTAGE} if self.decides_postage else {WindowName.POSTAGE, WindowName.POSTAGE_REVIEW}
        pending = [
            one for one in self.deadlines if not one.passed and not one.what.is_reminder and one.what not in others
        ]
        return min(pending, key=lambda one: one.when, default=None)

    @property
    def is_partly_paid(self) -> bool:
        """True if some units are already settled: paid in full (R26), paid in part (R28) or replaced (R39)."""
        return any(line.settled or line.part_paid for line in self.lines)

    def replacing(self, sku: str) -> int:
        """Return how many accepted units of the line wait for a planned or reserved replacement (R39)."""
        pending = (one for one in self.replacements if one.line_sku == sku and one.state in PENDING)
        return sum(one.quantity for one in pending)

    @property
    def awaits_replacement(self) -> bool:
        """True while a replacement still has to be reserved or sent (R39)."""
        return any(one.state in PENDING for one in self.replacements)

    @property
    def has_settled_goods(self) -> bool:
        """True once units are accepted that do not wait for a replacement: their way back is then borne (R30)."""
        return any(line.accepted > self.replacing(line.sku) for line in self.lines)

    @property
    def postage_to_settle(self) -> tuple[ParcelPostage, ...]:
        """The postage of the parcels whose goods are settled, without one whose goods are still to come (R30)."""
        if not self.has_settled_goods:
            return ()
        is_coming = self.shipment and not self.shipment.is_inspected and any(one.outstanding for one in self.lines)
        coming = self.shipment.tracking_number if self.shipment and is_coming else None
        return tuple(one for one in self.return_postage if one.tracking_number != coming)

    @property
    def postage_under_review(self) -> Money | None:
        """The return postage that an auditor has to decide about now, or None (R30)."""
        minor = sum(one.under_review.minor for one in self.postage_to_settle)
        return self.money(minor) if minor else None

    @property
    def decides_postage(self) -> bool:
        """True while the case waits for nothing else than the decision about its return postage (R30)."""
        return self.state is CaseState.PAYOUT_BLOCKED and self.blocked_by is BlockReason.POSTAGE_REVIEW

    @property
    def sends_back(self) -> bool:
        """True while refused units have to go back to the customer (R28); a run of release 0.1.0 ends before that."""
        return self.process_version > 1 and any(line.to_send_back for line in self.lines)

    def money(self, minor: int) -> Money:
        """Return the amount in the case's currency."""
        return Money(minor=minor, currency=self.currency)

    def with_line(self, line: CaseLine) -> Self:
        """Return the case with the line of the same sku replaced."""
        return self.amend(lines=tuple(line if old.sku == line.sku else old for old in self.lines))

    def with_replacement(self, replacement: Replacement) -> Self:
        """Return the case with this replacement added, or put in place of the one with the same id."""
        known = {one.replacement_id: one for one in self.replacements}
        return self.amend(replacements=tuple({**known, replacement.replacement_id: replacement}.values()))

    def payout(self, payout_id: str) -> Payout | None:
        """Return the payout with that id, or None."""
        return next((payout for payout in self.payouts if payout.payout_id == payout_id), None)

    def with_payout(self, payout: Payout) -> Self:
        """Return the case with this payout added, or put in place of the one with the same id."""
        others = [old for old in self.payouts if old.payout_id != payout.payout_id]
        return self.amend(payouts=tuple(sorted([*others, payout], key=lambda one: (len(one.payout_id), one.payout_id))))


class CaseStatus(Value):
    """The workflow's answer to an update: the case's version and state; the whole case is in the database by then."""

    case_id: CaseId
    version: Annotated[int, Field(ge=0)]
    state: CaseState
