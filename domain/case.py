"""A refund case: what the workflow holds, the read model stores and `GET /v1/refunds/{case_id}` shows."""

from typing import Annotated, Self

from pydantic import AwareDatetime, Field, JsonValue, model_validator

from domain.calendar import Deadline
from domain.exchange import OutboundParcel, Replacement, Substitute
from domain.money import Money
from domain.order import Identifier, Quantity, Sku
from domain.request import CaseId, Sha256
from domain.value import Value
from domain.words import (
    ENDED_STATES,
    CaseState,
    Disposition,
    EvidenceStatus,
    InspectionVerdict,
    Party,
    PayoutState,
    Reason,
    ReplacementState,
    ResolutionAsked,
)

Code = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}$", examples=["signs_of_use"])]
RuleId = Annotated[str, Field(pattern=r"^R[0-9]{1,2}$")]
Actor = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\W_][\w ._@:/-]*$", examples=["王芳", "mei"])]
Count = Annotated[int, Field(ge=0, le=1000)]
PENDING_REPLACEMENT = frozenset({ReplacementState.PLANNED, ReplacementState.RESERVED})


class UnitShare(Value):
    """One reserved unit of a line and what was paid for it: goods with tax and discount, and outbound postage (R30)."""

    unit: Annotated[int, Field(ge=1, le=1000, description="number of the unit within its line")]
    goods: Annotated[int, Field(ge=0, description="minor units")]
    outbound_postage: Annotated[int, Field(ge=0, description="minor units")]


class CaseLine(Value):
    """A line of the case; its units are settled one by one (R26), accepted ones from the front.

    Of these the first are replaced, then come the paid ones: a unit is one or the other, never both (R39).
    """

    sku: Sku
    product_name: str
    quantity: Quantity
    units: tuple[UnitShare, ...] = ()
    accepted: Count = 0
    refused: Count = 0
    failed: Count = Field(default=0, description="inspected and not accepted: a human decides (R27, R28)")
    paid: Count = 0
    replaced: Count = Field(default=0, description="accepted units for which a replacement was sent (R39)")
    exchange_for: Substitute | None = Field(
        default=None, description="what its accepted units are replaced by, as long as that can be had (R39)"
    )
    part_paid: Count = Field(default=0, description="refused units for which a part was agreed and paid (R28)")

    @property
    def outstanding(self) -> int:
        """Units that the warehouse has not seen yet."""
        return self.quantity - self.accepted - self.refused - self.failed

    @property
    def settled(self) -> int:
        """Accepted units that were refunded or replaced."""
        return self.replaced + self.paid

    @model_validator(mode="after")
    def _settles_a_unit_once(self) -> Self:
        if self.settled > self.accepted:
            raise ValueError(f"{self.sku}: {self.settled} units refunded or replaced, {self.accepted} accepted (R39)")
        return self


class InspectedLine(Value):
    """What the warehouse found for units of one sku (R26)."""

    sku: Sku
    quantity: Quantity = 1
    verdict: InspectionVerdict
    disposition: Disposition | None = None


class Inspection(Value):
    """One inspection record (R25)."""

    inspected_at: AwareDatetime
    inspected_by: Actor
    lines: tuple[InspectedLine, ...]
    scan_id: str | None = None


class EvidencePin(Value):
    """A piece of evidence as the workflow knows it: the object's version and hash, never its name or content."""

    evidence_id: Identifier
    status: EvidenceStatus
    version_id: str | None = None
    sha256: Sha256 | None = None


class Shipment(Value):
    """The customer's parcel on its way back (R19); postage is what the customer paid for it."""

    carrier: Code
    tracking_number: str
    status: str
    registered_at: AwareDatetime
    last_moved_at: AwareDatetime
    last_event_at: AwareDatetime | None = Field(default=None, description="the courier's time of its last event")
    is_inspected: bool = Field(default=False, description="the parcel came in; what its courier says later is history")
    postage: Money | None = None


class RefundDue(Value):
    """What is owed to the customer and why (R30, R31): goods + outbound + return postage - label deduction = total."""

    goods: Money
    outbound_postage: Money
    return_postage: Money
    label_deduction: Money
    total: Money


REIMBURSEMENT = "reimbursement"
OUTSIDE = "outside"


class Payout(Value):
    """Money on its way to one payment of the order (R35), or a reimbursement outside it (R32)."""

    payout_id: str = Field(pattern=r"^rc_[0-9a-z]{8,40}-p[0-9]+$")
    provider: str
    payment_reference: str
    amount: Money
    attempt: Annotated[int, Field(ge=1)] = 1
    idempotency_key: str
    state: PayoutState = PayoutState.PLANNED
    gateway_refund_id: str | None = None
    failure_code: str | None = None
    submitted_at: AwareDatetime | None = None
    settled_at: AwareDatetime | None = None

    @property
    def is_outside(self) -> bool:
        """True for what finance pays by hand: return postage beyond the cap (R32), or to another account (R36)."""
        return self.provider == REIMBURSEMENT

    @property
    def is_postage_outside(self) -> bool:
        """True for return postage beyond the cap (R32), for which a case need not stay open."""
        return self.is_outside and self.payment_reference == OUTSIDE


class OtherAccount(Value):
    """Where to pay instead of the original payments, once two people say so; the account's data stay with finance."""

    reference: Identifier
    proposed_by: Actor


class Refusal(Value):
    """A rule's no: which rule, in words for the customer, with the deadline it names where it has one."""

    rule: RuleId
    code: Code
    says: str
    deadline: Deadline | None = None


class NextStep(Value):
    """Whose turn it is and what they can send; `send` maps a signal or call to an example body."""

    party: Party
    says: str
    by: AwareDatetime | None = None
    send: dict[str, JsonValue] = Field(default_factory=dict)


class TimelineEntry(Value):
    """Something that happened, in codes: free text stays in the database."""

    seq: Annotated[int, Field(ge=0)]
    at: AwareDatetime
    actor: str
    event: str
    rule: RuleId | None = None
    details: dict[str, JsonValue] = Field(default_factory=dict)


class Case(Value):
    """One refund case; `version` grows with every change, so that a later record always wins."""

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
    opened_at: AwareDatetime
    updated_at: AwareDatetime
    lines: tuple[CaseLine, ...] = ()
    evidence: tuple[EvidencePin, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    refusal: Refusal | None = None
    goodwill: bool = Field(default=False, description="reopened against a rule by an operator (R12)")
    approved_at: AwareDatetime | None = None
    approved_by: str | None = None
    return_code: str | None = Field(default=None, description="printed on the return label (R18)")
    return_address: tuple[str, ...] = Field(default=(), description="where to send the goods (R18)")
    return_waived: bool = False
    shop_paid_label: Money | None = Field(default=None, description="price of a label the shop gave (R31)")
    shipment: Shipment | None = None
    received_at: AwareDatetime | None = None
    rest_received_at: AwareDatetime | None = Field(
        default=None, description="another parcel came in while the first was decided about or paid (R26)"
    )
    inspections: tuple[Inspection, ...] = ()
    loss_accepted: bool = Field(default=False, description="paid without goods after a loss (R22)")
    agreed_amount: Money | None = Field(default=None, description="a partial refund agreed for refused units (R28)")
    refund_due: RefundDue | None = None
    rounds: Count = Field(default=0, description="how often something fell due; each is planned once")
    payouts: tuple[Payout, ...] = ()
    replacements: tuple[Replacement, ...] = ()
    sent: tuple[OutboundParcel, ...] = Field(default=(), description="parcels to the customer (R28, R39)")
    blocked_by: Code | None = None
    evidence_accepted: bool = Field(
        default=False, description="an auditor looked again at evidence that changed after the audit (fault 28)"
    )
    settled_by_dispute: str | None = Field(
        default=None, max_length=128, description="the lost dispute that returned the money instead of payouts (R38)"
    )
    other_account: OtherAccount | None = Field(
        default=None, description="another account that one person proposes to pay, and a second one approves (R36)"
    )
    asked_after: tuple[str, ...] = Field(
        default=(), description="payouts that their gateway has news of: it is asked how they stand (R37)"
    )
    overdue: bool = False
    awaits_more: bool = Field(default=False, description="an auditor asked for more information (R9)")
    taken: dict[str, str] = Field(
        default_factory=dict, description="what came under each event id, as kind and fingerprint: nothing counts twice"
    )
    answered: dict[str, str] = Field(
        default_factory=dict, description="fingerprint of the last message taken, by kind: the same again, same answer"
    )
    ended_at: AwareDatetime | None = None

    @property
    def is_open(self) -> bool:
        """True while somebody or something is still waited for."""
        return self.state not in ENDED_STATES and self.ended_at is None

    def deadline(self, what: str) -> Deadline | None:
        """Return the deadline of that name, or None."""
        return next((deadline for deadline in self.deadlines if deadline.what == what), None)

    @property
    def next_deadline(self) -> Deadline | None:
        """The earliest deadline that has not passed, or None."""
        pending = [deadline for deadline in self.deadlines if not deadline.passed]
        return min(pending, key=lambda deadline: deadline.when, default=None)

    @property
    def due(self) -> Deadline | None:
        """The deadline that whoever must act next has to keep: no reminder, and no window of somebody else."""
        others = {"ship_by"} if self.state is not CaseState.AWAITING_RETURN else set[str]()
        pending = [
            one for one in self.deadlines if not one.passed and "reminder" not in one.what and one.what not in others
        ]
        return min(pending, key=lambda one: one.when, default=None)

    @property
    def is_partly_paid(self) -> bool:
        """True when some of its units were settled already: paid in full (R26), as agreed (R28), or replaced (R39)."""
        return any(line.settled or line.part_paid for line in self.lines)

    def replacing(self, sku: str) -> int:
        """Return how many accepted units of the line await a replacement that is planned or reserved (R39)."""
        pending = (one for one in self.replacements if one.line_sku == sku and one.state in PENDING_REPLACEMENT)
        return sum(one.quantity for one in pending)

    @property
    def awaits_replacement(self) -> bool:
        """True while a replacement is to be reserved or sent (R39)."""
        return any(one.state in PENDING_REPLACEMENT for one in self.replacements)

    def with_line(self, line: CaseLine) -> Self:
        """Return the case with the line of the same sku replaced."""
        return self.amend(lines=tuple(line if old.sku == line.sku else old for old in self.lines))

    def with_replacement(self, replacement: Replacement) -> Self:
        """Return the case with the replacement of the same id replaced, or added."""
        known = {one.replacement_id: one for one in self.replacements}
        return self.amend(replacements=tuple({**known, replacement.replacement_id: replacement}.values()))

    def payout(self, payout_id: str) -> Payout | None:
        """Return the payout of that id, or None."""
        return next((payout for payout in self.payouts if payout.payout_id == payout_id), None)

    def with_payout(self, payout: Payout) -> Self:
        """Return the case with the payout of the same id replaced, or added."""
        others = [old for old in self.payouts if old.payout_id != payout.payout_id]
        return self.amend(payouts=tuple(sorted([*others, payout], key=lambda one: (len(one.payout_id), one.payout_id))))


class Standing(Value):
    """What the workflow answers to an update: where the case stands; the whole of it is in the read model by then."""

    case_id: CaseId
    version: Annotated[int, Field(ge=0)]
    state: CaseState
