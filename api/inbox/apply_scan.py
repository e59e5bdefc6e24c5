"""Applies a scan: to its case (once), as an unexpected parcel, refused, or to be sent again."""

from starlette.concurrency import run_in_threadpool
from starlette.types import Scope

from api.cases.case_messages import keep_note, send, stamp
from api.cases.uploads import announce, photo_ids, refuse_too_large
from api.dependencies import Services
from api.http.auth import Principal
from api.problems.errors import InvalidInputError, RefusedError, WrongStateError
from api.problems.problems import problem_from
from api.schemas.responses import EvidenceTicket
from api.schemas.scans import Scan, ScanAnswer, UnreadableScan
from domain.cases.case import Case
from domain.cases.messages import GoodsReceipt, WarehouseInspection
from domain.cases.timeline import CaseEvent
from domain.enums import CaseState
from domain.errors import DomainError, ScanReusedError, UnknownParcelError, WorkflowsUnavailableError
from domain.parcels import ScanKind, ScanStatus, UnexpectedParcel
from policy.parcels.parcel_codes import is_same_number, shown_code
from policy.returns import expects_soon, takes_paid_goods
from workflows.refund.workflow import RefundWorkflow


async def answer(services: Services, who: Principal, scan: Scan | UnreadableScan, scope: Scope) -> ScanAnswer:
    """Apply the scan and return the answer; a repeat of its id gets the answer of the first time and changes nothing.

    Raises DatabaseUnavailableError; every other failure is an answer.
    """
    if isinstance(scan, UnreadableScan):
        return _refused(scan, scan.why(), scope)
    try:
        known = await run_in_threadpool(services.scans.take_in, scan.scan_id, scan.digest, services.now())
    except ScanReusedError as reused:
        return _refused(scan, reused, scope)
    if known is None:
        said = await _applied_to_case(services, who, scan, scope)
        if said.status is not ScanStatus.RETRY:
            kept = said.amend(upload_tickets=())
            await run_in_threadpool(services.scans.answer, scan.scan_id, kept.model_dump_json(exclude_none=True))
        return said
    said = ScanAnswer.read(known)
    if said.status is not ScanStatus.APPLIED or said.case_id is None:
        return said
    return said.amend(
        upload_tickets=await announce(services, said.case_id, photo_ids(said.case_id, scan.scan_id, scan.photos))
    )


async def _applied_to_case(services: Services, who: Principal, scan: Scan, scope: Scope) -> ScanAnswer:
    cases: list[Case] = []
    try:
        cases = await run_in_threadpool(services.parcels.cases_of, scan.code)
        if scan.kind is ScanKind.RECEIVED:
            return await _received(services, who, scan, cases)
        return await _inspected(services, who, scan, cases)
    except WorkflowsUnavailableError as error:
        return _refused(scan, error, scope).amend(status=ScanStatus.RETRY)
    except WrongStateError as error:
        case = next(one for one in cases if one.case_id == error.case_id)
        status = ScanStatus.RETRY if expects_soon(case) else ScanStatus.REFUSED
        return _refused(scan, error, scope).amend(status=status)
    except DomainError as error:
        return _refused(scan, error, scope)


async def _received(services: Services, who: Principal, scan: Scan, cases: list[Case]) -> ScanAnswer:
    expecting = [one for one in cases if one.is_open or (expects_soon(one) and not _is_inspected(one, scan.code))]
    waiting = expecting or [one for one in cases if takes_paid_goods(one)]
    if len(waiting) > 1:
        return await _unexpected(services, who, scan, "several cases have this code")
    case = waiting[0] if waiting else None
    if case is None:
        why = f"its case has ended ({cases[-1].state})" if cases else await _why_unknown(services, scan.code)
        return await _unexpected(services, who, scan, why)
    message = GoodsReceipt(
        received_by=who.name,
        scan_id=scan.scan_id,
        scanned_at=scan.scanned_at,
        **stamp(services, f"receipt/{scan.scan_id}"),
    )
    try:
        case = await send(services, case.case_id, RefundWorkflow.record_receipt, message)
    except RefusedError as refused:
        if refused.refusal.rule != "R11":
            raise
        return await _unexpected(services, who, scan, f"{case.case_id} cannot be taken up again ({refused.message})")
    await keep_note(services, who, case, CaseEvent.RECEIPT_NOTE, scan.note)
    tickets = await _tickets(services, case.case_id, scan)
    return _applied(scan, case, _received_says(case)).amend(upload_tickets=tickets)


def _is_inspected(case: Case, code: str) -> bool:
    """Return whether the code is the number of a parcel whose goods were inspected before; it holds no others."""
    parcel = case.shipment
    return parcel is not None and parcel.is_inspected and is_same_number(parcel.tracking_number, shown_code(code))


def _received_says(case: Case) -> str:
    if case.state is CaseState.RECEIVED:
        return "Received. The goods can be inspected now."
    if case.paid_goods_received_at:
        return "Received. These goods were paid for without waiting for them: inspect them; nothing more is paid."
    if case.rest_received_at:
        return "Received. The goods can be inspected once the first parcel is settled."
    return "Already received; nothing more is expected for this case."


async def _why_unknown(services: Services, code: str) -> str:
    sent_by = await run_in_threadpool(services.parcels.cases_in_either_direction, code)
    return f"{sent_by[-1].case_id} sent it to the customer" if sent_by else "no case has this code"


async def _inspected(services: Services, who: Principal, scan: Scan, cases: list[Case]) -> ScanAnswer:
    if not scan.lines:
        raise InvalidInputError("lines", "send what was found, at least one line")
    refuse_too_large("photos", scan.photos)
    case = next((one for one in reversed(cases) if one.is_open), cases[-1] if cases else None)
    if case is None:
        raise UnknownParcelError("no case has this code: record the parcel as received; an operator will find its case")
    message = WarehouseInspection(
        lines=scan.lines,
        scan_id=scan.scan_id,
        scanned_at=scan.scanned_at,
        inspected_by=who.name,
        **stamp(services, f"scan/{scan.scan_id}"),
    )
    case = await send(services, case.case_id, RefundWorkflow.record_inspection, message)
    await keep_note(services, who, case, CaseEvent.INSPECTION_NOTE, scan.note)
    tickets = await _tickets(services, case.case_id, scan)
    return _applied(scan, case, _OUTCOMES.get(case.state, "Recorded.")).amend(upload_tickets=tickets)


async def _tickets(services: Services, case_id: str, scan: Scan) -> tuple[EvidenceTicket, ...]:
    return await announce(services, case_id, photo_ids(case_id, scan.scan_id, scan.photos))


async def _unexpected(services: Services, who: Principal, scan: Scan, why: str) -> ScanAnswer:
    """Record the parcel as unexpected, for an operator (R21)."""
    parcel = UnexpectedParcel(
        parcel_id=scan.scan_id, code=shown_code(scan.code), why=why, received_by=who.name, received_at=services.now()
    )
    await run_in_threadpool(services.parcels.expect_nothing_of, parcel)
    message = f"Recorded as an unexpected parcel, because {why}. Put it aside; an operator will find out whose it is."
    return ScanAnswer(scan_id=scan.scan_id, status=ScanStatus.UNEXPECTED, message=message)


def _applied(scan: Scan, case: Case, message: str) -> ScanAnswer:
    return ScanAnswer(
        scan_id=scan.scan_id, status=ScanStatus.APPLIED, message=message, case_id=case.case_id, state=case.state
    )


def _refused(scan: Scan | UnreadableScan, error: DomainError, scope: Scope) -> ScanAnswer:
    problem = problem_from(error, scope)
    return ScanAnswer(
        scan_id=scan.scan_id,
        status=ScanStatus.REFUSED,
        message=error.message,
        case_id=problem.case_id,
        state=problem.state,
        problem=problem,
    )


_OUTCOMES = {
    CaseState.PAYOUT_DUE: "Inspected. The refund is on its way.",
    CaseState.REPLACEMENT_DUE: "Inspected. The replacement is sent once it is reserved.",
    CaseState.INSPECTION_FAILED: "Inspected. An auditor decides about the units that were not accepted.",
    CaseState.IN_TRANSIT: "Inspected. The rest is still expected.",
    CaseState.AWAITING_RETURN: "Inspected. The rest is still expected.",
}
