"""Opening a case: the request is checked rule by rule, and the new case is built from it (R1-R11, R41)."""

from pydantic import JsonValue

from domain.calendar import Deadline, WorkCalendar
from domain.cases.case import PROCESS_VERSION, Case, Refusal
from domain.cases.case_lines import CaseLine
from domain.cases.evidence import EvidencePin
from domain.cases.timeline import CaseEvent, TimelineEntry
from domain.enums import CaseState, EvidenceStatus, ResolutionAsked
from domain.order import Order
from domain.policy_document import PolicyDocument
from domain.request import CaseIntake, RequestedLine
from policy import exchange
from policy.deadlines import compute, windows_of
from policy.exchange import Products
from policy.request import assess, awaits_uploads, missing_evidence
from policy.units.order_units import UnitsInCases, on_offer, order_units
from policy.units.request_windows import line_windows

Opened = tuple[Case, tuple[TimelineEntry, ...]]
UNKNOWN_CURRENCY = "XXX"


def opened(  # noqa: PLR0913, PLR0917 - what a verdict about a request depends on
    intake: CaseIntake,
    order: Order | None,
    products: Products,
    policy: PolicyDocument,
    calendar: WorkCalendar,
    payment_step: int = 1,
    in_cases: UnitsInCases | None = None,
) -> Opened:
    """Return the new case and its first timeline entries.

    The case is either refused with the rule, or open with its first windows (R7, R41) and with every unit of its
    lines to choose from. `products` are the ones that the goods may be exchanged for (R39); `payment_step` is what the
    order's payments pay multiples of, in minor units (R33); `in_cases` is what other cases say of the order's units.
    """
    case = _draft(intake, order, products, policy).amend(payment_step=payment_step)
    units = order_units(order, payment_step, in_cases or UnitsInCases()) if order else ()
    windows = line_windows(intake, units, policy, calendar)
    judged = assess(order, intake, policy, windows)
    if isinstance(judged, Refusal):
        return refused(case, judged)
    ready = {one.sku: [unit for unit, _ in one.ready] for one in windows}
    case = case.amend(lines=on_offer(case.lines, ready))
    if refusal := exchange.check_exchange_request(case, products):
        return refused(case, refusal)
    windows_now = tuple(spec.since(intake.received_at) for spec in windows_of(case.state, policy))
    case = case.amend(deadlines=(judged.amend(passed=True), *(compute(window, calendar) for window in windows_now)))
    return case, (_entry(case, CaseEvent.CASE_OPENED, "R41", {"policy_version": policy.version, **_window(judged)}),)


def refused(case: Case, refusal: Refusal) -> Opened:
    """Return the case as refused: it stays on record, holds no units and has no open deadlines (R3)."""
    case = case.amend(
        state=CaseState.REJECTED,
        refusal=refusal,
        deadlines=(),
        lines=tuple(line.amend(units=()) for line in case.lines),
        ended_at=case.opened_at,
    )
    window = _window(refusal.deadline) if refusal.deadline else {}
    return case, (_entry(case, CaseEvent.REQUEST_REFUSED, refusal.rule, {"code": refusal.code, **window}),)


def _draft(intake: CaseIntake, order: Order | None, products: Products, policy: PolicyDocument) -> Case:
    is_exchange = intake.resolution is ResolutionAsked.EXCHANGE
    evidence = tuple(EvidencePin(evidence_id=one, status=EvidenceStatus.ANNOUNCED) for one in intake.evidence_ids)
    missing = missing_evidence(intake.reason, policy, evidence) or awaits_uploads(intake.reason, policy, evidence)
    return Case(
        case_id=intake.case_id,
        version=1,
        order_number=intake.order_number,
        customer_id=intake.customer_id,
        currency=order.currency if order else UNKNOWN_CURRENCY,
        state=CaseState.INFORMATION_REQUESTED if missing else CaseState.UNDER_AUDIT,
        reason=intake.reason,
        reason_asked=intake.reason,
        resolution=intake.resolution,
        policy_version=policy.version,
        process_version=PROCESS_VERSION,
        opened_at=intake.received_at,
        updated_at=intake.received_at,
        lines=tuple(_line(order, line, products if is_exchange else None) for line in intake.lines),
        evidence=evidence,
    )


def _line(order: Order | None, asked: RequestedLine, products: Products | None) -> CaseLine:
    sold = order.line(asked.sku) if order else None
    return CaseLine(
        sku=asked.sku,
        product_name=sold.product_name if sold else "",
        quantity=asked.quantity,
        exchange_for=exchange.substitute(order, asked, products) if order and products is not None else None,
    )


def _entry(case: Case, event: CaseEvent, rule: str, details: dict[str, JsonValue]) -> TimelineEntry:
    return TimelineEntry(seq=0, at=case.opened_at, actor="customer", event=event, rule=rule, details=details)


def _window(deadline: Deadline) -> dict[str, JsonValue]:
    return {"deadline": deadline.when.isoformat(), "provisional": deadline.provisional}
