"""Inspection of the goods: what the warehouse may record, what follows from it, and what a human then decides."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from domain.cases.case import Case, Refusal
from domain.cases.case_lines import CaseLine, InspectedLine, Inspection
from domain.cases.messages import CaseResolution, WarehouseInspection
from domain.enums import Disposition, InspectionVerdict, Reason, ResolutionDecision
from domain.money import Money
from domain.policy_document import PolicyDocument
from policy.refund_amount import failed_value
from policy.returns import paid_unseen

_FOR_FAILED_UNITS = frozenset({ResolutionDecision.ACCEPT, ResolutionDecision.REFUSE, ResolutionDecision.PARTIAL_REFUND})


def check_inspection(case: Case, inspection: WarehouseInspection) -> Refusal | None:
    """Return why an inspection is refused: it names other goods, or more units than are outstanding; else None (R26).

    A sku that is not part of the case can be recorded as `unexpected`; `missing` units are not counted.
    """
    return _check_units(inspection, {line.sku: line.outstanding for line in case.lines})


def check_inspection_of_paid_goods(case: Case, inspection: WarehouseInspection) -> Refusal | None:
    """Return why an inspection of goods that were paid or replaced before they arrived is refused, or None (R22, R26).

    Such goods count at most as many units as were settled without them.
    """
    return _check_units(inspection, {line.sku: paid_unseen(case, line) for line in case.lines})


def _check_units(inspection: WarehouseInspection, expected_units: Mapping[str, int]) -> Refusal | None:
    expected = [line for line in inspection.lines if line.verdict is not InspectionVerdict.UNEXPECTED]
    unknown = [line.sku for line in expected if line.sku not in expected_units]
    if unknown:
        message = f"The case has no line {unknown[0]}: record it as unexpected."
        return Refusal(rule="R26", code="unknown_sku", message=message)
    excess = [sku for sku, seen in _seen(inspection).items() if seen > expected_units[sku]]
    if excess:
        message = (
            f"More units of {excess[0]} than the case still expects ({expected_units[excess[0]]}): count them again."
        )
        return Refusal(rule="R26", code="too_many_units", message=message)
    return None


def tally(case: Case, inspection: WarehouseInspection, at: datetime) -> Case:
    """Return the case with the inspection on record and its units counted by verdict (R25, R26).

    A unit counts as accepted or as failed; missing units stay outstanding, and unexpected goods appear in the record
    only. The inspection must have passed `check_inspection`.
    """
    lines = tuple(_tallied(line, inspection.lines) for line in case.lines)
    return on_record(case.amend(lines=lines), inspection, at)


def on_record(case: Case, inspection: WarehouseInspection, at: datetime) -> Case:
    """Return the case with the inspection on record, and nothing counted (R25)."""
    record = Inspection(
        inspected_at=at, inspected_by=inspection.inspected_by, lines=inspection.lines, scan_id=inspection.scan_id
    )
    return case.amend(inspections=(*case.inspections, record))


def needs_decision(case: Case) -> bool:
    """Return whether units failed the inspection: a human then decides, nothing is reduced silently (R27, R28)."""
    return any(line.failed for line in case.lines)


def allowed_resolutions(case: Case, policy: PolicyDocument) -> frozenset[ResolutionDecision]:
    """Return what a human may decide about failed units; only a seller's-fault case can be reclassified (R27, R28)."""
    if policy.is_sellers_fault(case.reason):
        return _FOR_FAILED_UNITS | {ResolutionDecision.RECLASSIFY}
    return _FOR_FAILED_UNITS


def check_resolution(case: Case, resolution: CaseResolution, policy: PolicyDocument) -> Refusal | None:
    """Return why a decision about failed units is refused, or None when it is allowed.

    R27: it must be one of the allowed decisions. R28: a partial refund must be positive, in the case's currency and at
    most what was paid for the failed units. R33: the order's payments must be able to pay it exactly.
    """
    allowed = allowed_resolutions(case, policy)
    if resolution.decision not in allowed:
        message = f"Decide one of: {', '.join(sorted(allowed))}."
        return Refusal(rule="R27", code="settlement_not_offered", message=message)
    return _judge_amount(case, resolution.amount) if resolution.amount is not None else None


def apply_resolution(case: Case, resolution: CaseResolution) -> Case:
    """Return the case with its failed units accepted or refused as a human decided (R27, R28).

    `reclassify` accepts them as a `personal` return (R31 then decides the postage, unless other units were accepted
    before); `refuse` sends them back at the
    customer's cost; `partial_refund` refuses them too and adds the agreed amount, and only those that the inspection
    disposed of as `return_to_customer` go back, too. Any other decision leaves the case unchanged. The resolution must
    have passed `check_resolution`.
    """
    match resolution.decision:
        case ResolutionDecision.ACCEPT:
            return _with_failed_accepted(case)
        case ResolutionDecision.RECLASSIFY:
            is_accepted = any(line.accepted for line in case.lines)
            return _with_failed_accepted(case).amend(
                reason=Reason.PERSONAL, accepted_as=case.reason if is_accepted else case.accepted_as
            )
        case ResolutionDecision.REFUSE:
            return _with_failed_refused(case, _all_failed)
        case ResolutionDecision.PARTIAL_REFUND:
            return _with_failed_refused(case, _kept_by_customer).amend(
                agreed_amount=_sum(case.agreed_amount, resolution.amount)
            )
        case _:
            return case


def _seen(inspection: WarehouseInspection) -> Counter[str]:
    seen: Counter[str] = Counter()
    for line in inspection.lines:
        seen[line.sku] += line.quantity if line.verdict.is_of_seen_units else 0
    return +seen


def _tallied(line: CaseLine, inspected: tuple[InspectedLine, ...]) -> CaseLine:
    seen = [one for one in inspected if one.sku == line.sku and one.verdict.is_of_seen_units]
    accepted = sum(one.quantity for one in seen if one.verdict is InspectionVerdict.ACCEPTED)
    failed = sum(one.quantity for one in seen) - accepted
    return line.amend(accepted=line.accepted + accepted, failed=line.failed + failed)


def _judge_amount(case: Case, amount: Money) -> Refusal | None:
    if amount.currency != case.currency:
        message = f"amount: the case is in {case.currency}, not in {amount.currency}."
        return Refusal(rule="R28", code="amount_currency", message=message)
    most = failed_value(case)
    if most == 0:
        message = "amount: nothing was paid for the failed units; accept or refuse them."
        return Refusal(rule="R28", code="amount_out_of_range", message=message)
    if not 0 < amount.minor <= most:
        message = f"amount: 1 to {most} minor units of {case.currency}, which is what was paid for the failed units."
        return Refusal(rule="R28", code="amount_out_of_range", message=message)
    return _judge_step(case, amount.minor, most)


def _judge_step(case: Case, amount: int, most: int) -> Refusal | None:
    """Return why the amount cannot be paid exactly, with the nearest ones that can, or None (R33).

    The whole value of the failed units is always allowed, because it may contain the rest of the order.
    """
    step = case.payment_step
    if amount % step == 0 or amount == most:
        return None
    below, above = amount - amount % step, min(most, amount - amount % step + step)
    nearest = f"{below} or {above}" if below else f"{above}"
    message = (
        f"amount: the order's payments can be refunded in steps of {step} minor units of {case.currency}: "
        f"agree on {nearest}."
    )
    return Refusal(rule="R33", code="amount_not_payable", message=message)


def _with_failed_accepted(case: Case) -> Case:
    lines = (line.amend(accepted=line.accepted + line.failed, failed=0) for line in case.lines)
    return case.amend(lines=tuple(lines))


def _with_failed_refused(case: Case, going_back: Callable[[Case, CaseLine], int]) -> Case:
    lines = (
        line.amend(
            refused=line.refused + line.failed, failed=0, to_send_back=line.to_send_back + going_back(case, line)
        )
        for line in case.lines
    )
    return case.amend(lines=tuple(lines))


def _all_failed(_case: Case, line: CaseLine) -> int:
    return line.failed


def _kept_by_customer(case: Case, line: CaseLine) -> int:
    """Return how many of the failed units are to go back to the customer by their disposition; the last ones failed."""
    found = [one for record in case.inspections for one in record.lines if one.sku == line.sku]
    failed = [
        one.disposition
        for one in found
        if one.verdict.is_of_seen_units and one.verdict is not InspectionVerdict.ACCEPTED
        for _ in range(one.quantity)
    ]
    return failed[len(failed) - line.failed :].count(Disposition.RETURN_TO_CUSTOMER)


def _sum(agreed: Money | None, amount: Money | None) -> Money | None:
    return agreed + amount if agreed is not None and amount is not None else amount
