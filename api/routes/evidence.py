"""The customer's photos and videos."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Response
from starlette.concurrency import run_in_threadpool

from api.cases.case_access import VisibleCase, show
from api.cases.case_ids import mint_evidence_id
from api.cases.case_messages import send, stamp
from api.cases.uploads import announce, refuse_too_large, take_upload
from api.dependencies import Services, ServicesDep
from api.http.auth import Caller, Principal, Storefront, only
from api.http.openapi import MESSAGE_ANSWERS, answers
from api.problems.errors import TooMuchEvidenceError, WrongStateError
from api.schemas import examples
from api.schemas.params import EvidenceNumber
from api.schemas.requests import EvidenceBody
from api.schemas.responses import CaseView, EvidenceLink
from api.schemas.strict_json import STRICT
from config.keys import Role
from db.cases.evidence import EvidenceRecord
from domain.cases.case import Case
from domain.cases.evidence import EvidencePin
from domain.cases.messages import EvidenceReport
from domain.cases.timeline import CaseEvent
from domain.enums import CaseState, EvidenceStatus
from domain.errors import EvidenceRefusedError, UnknownEvidenceError
from domain.request import AnnouncedEvidence
from workflows.refund.workflow import RefundWorkflow

MAX_EVIDENCE = 20
TAKING = frozenset({CaseState.INFORMATION_REQUESTED, CaseState.UNDER_AUDIT})

router = APIRouter(prefix="/v1/refunds/{case_id}/evidence", tags=["evidence"])
Uploader = Annotated[Principal, Depends(only(Role.STOREFRONT, Role.WAREHOUSE))]


@router.post("", responses=MESSAGE_ANSWERS, summary="Announce more evidence")
async def announce_evidence(
    who: Storefront,
    case: VisibleCase,
    body: Annotated[EvidenceBody, STRICT, Body(openapi_examples=examples.EVIDENCE)],
    services: ServicesDep,
) -> CaseView:
    """Get write-once upload tickets. A file that is announced already gets a fresh one, as the old one may expire."""
    refuse_too_large("evidence", body.evidence)
    _refuse_unless_taking(case)
    items = await run_in_threadpool(_named, services, case.case_id, body.evidence)
    tickets = await announce(services, case.case_id, items)
    known = {pin.evidence_id for pin in case.evidence}
    pins = tuple(EvidencePin(evidence_id=one, status=EvidenceStatus.ANNOUNCED) for one in items if one not in known)
    if pins:
        message = EvidenceReport(pins=pins, **stamp(services, None))
        case = await send(services, case.case_id, RefundWorkflow.report_evidence, message)
    return await show(services, who, case, tickets)


@router.post(
    "/{evidence_id:part}/uploaded",
    responses=answers(401, 403, 404, 409, 422, 503),
    summary="Confirm an upload",
)
async def confirm_upload(
    who: Uploader, case: VisibleCase, evidence_id: EvidenceNumber, services: ServicesDep
) -> CaseView:
    """Have the upload checked by size, type and content, and its version pinned; a 422 says why it is refused."""
    record = await run_in_threadpool(services.evidence.get, case.case_id, evidence_id)
    known = next((pin for pin in case.evidence if pin.evidence_id == evidence_id), None)
    if known and known.status is EvidenceStatus.ANNOUNCED:
        _refuse_unless_taking(case)
    record = await run_in_threadpool(take_upload, services, record)
    if known is None:
        await run_in_threadpool(_note_photo, services, who, record)
    elif known != record.pin:
        case = await _report(services, record)
    if record.status is EvidenceStatus.REFUSED:
        raise EvidenceRefusedError(f"{record.why}; announce the file again to get a new ticket")
    return await show(services, who, case)


@router.get("/{evidence_id:part}", responses=answers(401, 404, 422, 503), summary="Get a link to a piece of evidence")
def link_to_evidence(
    _who: Caller, case: VisibleCase, evidence_id: EvidenceNumber, services: ServicesDep, response: Response
) -> EvidenceLink:
    """Get a link that downloads the verified version and is valid for some minutes."""
    record = services.evidence.get(case.case_id, evidence_id)
    if record.version_id is None:
        raise UnknownEvidenceError(f"evidence {evidence_id} is {record.status}: it has no verified upload")
    response.headers["Cache-Control"] = "no-store"
    item = record.item
    url = services.store.link(case.case_id, evidence_id, record.version_id, item.content_type)
    return EvidenceLink(
        evidence_id=evidence_id, url=url, filename=item.filename, content_type=item.content_type, sha256=record.sha256
    )


def _refuse_unless_taking(case: Case) -> None:
    if case.state not in TAKING:
        raise WrongStateError(
            case.case_id, case.state, f"the case is in the state {case.state} and accepts no evidence"
        )


def _named(services: Services, case_id: str, items: Sequence[AnnouncedEvidence]) -> dict[str, AnnouncedEvidence]:
    """Return the files by id: known ids for files that are announced already, new ones for the others."""
    standing = [one for one in services.evidence.all(case_id) if one.status is not EvidenceStatus.REFUSED]
    awaited = {one.item: one.evidence_id for one in standing if one.status is EvidenceStatus.ANNOUNCED}
    fresh = {mint_evidence_id(services.now()): item for item in dict.fromkeys(items) if item not in awaited}
    if len(standing) + len(fresh) > MAX_EVIDENCE:
        raise TooMuchEvidenceError(f"a case can have at most {MAX_EVIDENCE} files, this one has {len(standing)}")
    return {**{awaited[item]: item for item in items if item in awaited}, **fresh}


async def _report(services: Services, record: EvidenceRecord) -> Case:
    receipt = stamp(services, f"evidence/{record.evidence_id}/{record.status}")
    message = EvidenceReport(pins=(record.pin,), **receipt)
    return await send(services, record.case_id, RefundWorkflow.report_evidence, message)


def _note_photo(services: Services, who: Principal, record: EvidenceRecord) -> None:
    """Note a photo of the warehouse in the timeline; the refund itself does not need it."""
    at = record.settled_at or record.announced_at
    details = {"evidence_id": record.evidence_id}
    services.cases.note(record.case_id, at, who.name, CaseEvent.of_photo(record.status), dict(details))
