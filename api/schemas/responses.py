"""What the API shows of a case: the domain's case, what the database adds, and whose turn it is."""

from typing import Any, Literal
from urllib.parse import quote

from pydantic import AwareDatetime, Field

from domain.calendar import WindowName
from domain.cases.case import Case, NextStep
from domain.cases.case_lines import CaseLine
from domain.cases.case_money import CaseMoney, PaymentMoney
from domain.cases.evidence import EvidencePin, UploadTicket
from domain.enums import CaseState, ResolutionDecision
from domain.money import Money
from domain.order import Order
from domain.parcels import ScanKind
from domain.types import Sentence
from domain.value import Value
from policy.payments.case_money import case_money
from policy.returns import expects_soon, may_instruct_return, paid_unseen, takes_paid_goods


class EvidenceView(EvidencePin):
    """A piece of evidence, as announced, with the verdict about its upload."""

    filename: str
    content_type: str
    size: int = Field(description="bytes")
    why: str | None = Field(default=None, description="why it was refused")
    announced_at: AwareDatetime


class EvidenceTicket(UploadTicket):
    """A permission to upload one announced piece of evidence."""

    evidence_id: str
    filename: str


class EvidenceLink(Value):
    """A short-lived link to the verified version of a piece of evidence."""

    evidence_id: str
    url: str
    filename: str
    content_type: str
    sha256: str | None


class Amounts(CaseMoney):
    """The case's money: what it owes, and what became of that."""

    goods_asked: Money = Field(description="what was paid for the units of the case")
    refund_due: Money | None = Field(
        default=None, description="what fell due last, once it is known (R30, R31); `owed` is all that fell due so far"
    )
    postage_told: Money = Field(
        description="what the customer paid to send parcels back; it is borne, under review or refused (R30, R31)"
    )
    postage_borne: Money = Field(description="what the shop bears of it")
    postage_under_review: Money = Field(description="what an auditor has to decide about")
    postage_refused: Money = Field(description="what stays with the customer")
    postage_until: AwareDatetime | None = Field(
        default=None, description="until when more can be told after the payout; not set before it (R30)"
    )


class CaseItem(Case):
    """A case in a list."""

    last_messages: dict[str, str] = Field(default_factory=dict[str, str], exclude=True)
    process_version: int = Field(default=1, exclude=True)
    next_step: NextStep
    amounts: Amounts
    links: dict[str, str]


class CaseView(CaseItem):
    """A complete case; upload tickets are included only in the answer to the request that asked for them."""

    description: str | None = Field(
        default=None, description="the customer's own words; the warehouse does not see them"
    )
    evidence: tuple[EvidenceView, ...] = ()  # pyright: ignore[reportIncompatibleVariableOverride] - frozen, never assigned
    upload_tickets: tuple[EvidenceTicket, ...] = ()
    warnings: tuple[str, ...] = Field(default=(), description="possible mistakes in a request that was accepted")
    payments: tuple[PaymentMoney, ...] = Field(
        default=(), description="for auditors and finance: the payments of the order, with what went back for all cases"
    )
    allowed_resolutions: tuple[ResolutionDecision, ...] = Field(
        default=(), description="what the caller may decide now with POST resolution"
    )


class ParcelLine(Value):
    """What the warehouse still expects of a line."""

    sku: str
    product_name: str
    quantity: int
    outstanding: int
    image_url: str | None = None


class ParcelView(Value):
    """What a parcel should contain, and what the warehouse does with it next."""

    case_id: str
    return_code: str | None
    order_number: str
    state: CaseState
    expects: ScanKind | Literal["nothing"]
    message: Sentence
    lines: tuple[ParcelLine, ...]


class CaseListView(Value):
    """A page of cases, newest first."""

    items: tuple[CaseItem, ...]
    next_cursor: str | None = None


def parcel_view(case: Case, order: Order | None) -> ParcelView:
    """Return what the case's parcel should contain, and what the warehouse does next (R20, R25)."""
    expected = _expected(case)
    return ParcelView(
        case_id=case.case_id,
        return_code=case.return_code,
        order_number=case.order_number,
        state=case.state,
        expects=expected,
        message=_EXPECTS[expected],
        lines=tuple(_parcel_line(case, line, order) for line in case.lines),
    )


def amounts_of(case: Case) -> Amounts:
    """Return the case's money at a glance."""
    return Amounts(
        goods_asked=case.money(sum(unit.goods for line in case.lines for unit in line.units)),
        refund_due=case.refund_due.total if case.refund_due else None,
        **dict(case_money(case)),
        **_postage_of(case),
    )


def _postage_of(case: Case) -> dict[str, Any]:
    parcels, until = case.return_postage, case.deadline(WindowName.POSTAGE)
    return {
        "postage_told": case.money(sum(one.told.minor for one in parcels)),
        "postage_borne": case.money(sum(one.borne.minor for one in parcels)),
        "postage_under_review": case.money(sum(one.under_review.minor for one in parcels)),
        "postage_refused": case.money(sum(one.refused.minor for one in parcels)),
        "postage_until": until.when if until else None,
    }


def links_of(case: Case) -> dict[str, str]:
    """Return the paths of the case and of what belongs to it, by name."""
    path = f"/v1/refunds/{case.case_id}"
    label = {"label": f"{path}/label"} if may_instruct_return(case) else {}
    return {
        "self": path,
        "timeline": f"{path}/timeline",
        "order_cases": f"/v1/refunds?order_number={quote(case.order_number, safe='')}",
        **label,
    }


_EXPECTS: dict[ScanKind | Literal["nothing"], str] = {
    ScanKind.RECEIVED: "Record the receipt, then inspect the goods.",
    ScanKind.INSPECTED: "Already received: inspect the goods.",
    "nothing": "Nothing more is expected. Put it aside; an operator will find out whose it is.",
}


def _expected(case: Case) -> ScanKind | Literal["nothing"]:
    if case.state is CaseState.RECEIVED or case.rest_received_at:
        return ScanKind.INSPECTED
    if takes_paid_goods(case):
        return ScanKind.INSPECTED if case.paid_goods_received_at else ScanKind.RECEIVED
    return ScanKind.RECEIVED if expects_soon(case) else "nothing"


def _parcel_line(case: Case, line: CaseLine, order: Order | None) -> ParcelLine:
    sold = order.line(line.sku) if order else None
    return ParcelLine(
        sku=line.sku,
        product_name=line.product_name,
        quantity=line.quantity,
        outstanding=line.outstanding or paid_unseen(case, line),
        image_url=sold.image_url if sold else None,
    )
