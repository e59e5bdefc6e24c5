"""Decisions of auditors and finance about a case."""

from typing import Annotated

from fastapi import APIRouter, Body

from api.cases.case_access import FINANCE_ONLY, VisibleCase, show
from api.cases.case_messages import keep_note, send, stamp
from api.dependencies import ServicesDep
from api.http.auth import Auditor, AuditorOrFinance
from api.http.openapi import MESSAGE_ANSWERS
from api.problems.errors import ForbiddenError
from api.schemas import examples
from api.schemas.params import MessageKey
from api.schemas.requests import AuditBody, ResolutionBody
from api.schemas.responses import CaseView
from api.schemas.strict_json import STRICT
from config.keys import Role
from domain.cases.messages import AuditDecision, CaseResolution
from domain.cases.timeline import CaseEvent
from workflows.refund.workflow import RefundWorkflow

router = APIRouter(prefix="/v1/refunds/{case_id}", tags=["decisions"])


@router.post("/audit", responses=MESSAGE_ANSWERS, summary="Decide about a request")
async def decide_audit(
    who: Auditor,
    case: VisibleCase,
    body: Annotated[AuditBody, STRICT, Body(openapi_examples=examples.AUDIT)],
    services: ServicesDep,
    event_id: MessageKey = None,
) -> CaseView:
    """Approve, reject or ask for information (R13-R17, R23). The note is for the customer; only the database has it."""
    decided = body.model_dump(exclude={"note"})
    message = AuditDecision(**decided, has_text=body.note is not None, decided_by=who.name, **stamp(services, event_id))
    case = await send(services, case.case_id, RefundWorkflow.decide_audit, message)
    await keep_note(services, who, case, CaseEvent.AUDIT_NOTE, body.note)
    return await show(services, who, case)


@router.post("/resolution", responses=MESSAGE_ANSWERS, summary="Decide about a parked case")
async def resolve(
    who: AuditorOrFinance,
    case: VisibleCase,
    body: Annotated[ResolutionBody, STRICT, Body(openapi_examples=examples.RESOLUTION)],
    services: ServicesDep,
    event_id: MessageKey = None,
) -> CaseView:
    """Decide about units that failed the inspection (R27, R28), a lost parcel (R22), a blocked payout or a chargeback.

    Return postage above the review amount is borne (`accept`), refused (`refuse`), or borne in part (`partial_refund`
    with an amount), as soon as the case says so (R30). `reopen` reopens a request that a rule refused, as goodwill
    (R12). Only finance can send `other_account` and `paid`, which pay outside the gateway (R36).
    """
    if body.decision in FINANCE_ONLY and not who.may(Role.FINANCE):
        raise ForbiddenError(who.role, [Role.FINANCE])
    decided = body.model_dump(exclude={"note"})
    message = CaseResolution(**decided, decided_by=who.name, **stamp(services, event_id))
    case = await send(services, case.case_id, RefundWorkflow.resolve, message)
    await keep_note(services, who, case, CaseEvent.RESOLUTION_NOTE, body.note)
    return await show(services, who, case)
