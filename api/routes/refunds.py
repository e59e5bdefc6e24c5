"""Refund cases: opened, shown, listed."""

import json
from contextlib import suppress
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Body, Query, Response, status
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.cases.case_access import VisibleCase, item_of, recorded, show
from api.cases.case_ids import mint_case_id, mint_evidence_id
from api.cases.uploads import open_tickets, refuse_too_large
from api.dependencies import Services, ServicesDep
from api.http.auth import Caller, Principal, Storefront
from api.http.openapi import answers
from api.problems.errors import RefusedError
from api.schemas import examples
from api.schemas.params import CreationKey
from api.schemas.responses import CaseListView, CaseView
from api.schemas.strict_json import STRICT
from config.keys import Role
from db.cases.cases import CaseFilter
from db.cases.submissions import Claimed, Submission
from domain.cases.case import Case
from domain.enums import CaseState, Party
from domain.errors import WorkflowsUnavailableError
from domain.request import RefundRequest
from domain.types import Identifier
from domain.value import Value
from workflows.client.availability import NotRunningError

router = APIRouter(prefix="/v1/refunds", tags=["refunds"])


class ListQuery(Value):
    """Which cases to list."""

    state: CaseState | None = None
    order_number: Identifier | None = None
    awaiting: Party | None = Field(default=None, description="who must act next")
    overdue: bool | None = None
    cursor: Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9_=-]+$")] | None = Field(
        default=None, description="the next_cursor of the previous page"
    )


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses={status.HTTP_200_OK: {"model": CaseView}, **answers(400, 401, 403, 409, 413, 422, 503)},
    summary="Request a refund",
)
async def open_refund(
    who: Storefront,
    key: CreationKey,
    body: Annotated[RefundRequest, STRICT, Body(openapi_examples=examples.REFUND)],
    services: ServicesDep,
    response: Response,
) -> CaseView:
    """Open a case, which the policy checks at once; the answer contains upload tickets for the evidence.

    If you are not sure that the request arrived, repeat it with the same key: you get the same case (200), and nothing
    is lost or done twice. A refusal (422) names the rule and, if there is one, the deadline; it stays on record as a
    case.
    """
    refuse_too_large("evidence", body.evidence)
    claimed = await run_in_threadpool(services.submissions.claim, _submission(services, who, key, body))
    case = await _opened(services, claimed)
    if case.state is CaseState.REJECTED and case.refusal:
        raise RefusedError(case.refusal, case.case_id, recorded=True)
    response.status_code = status.HTTP_201_CREATED if claimed.is_new else status.HTTP_200_OK
    response.headers["Location"] = f"/v1/refunds/{case.case_id}"
    tickets = await open_tickets(services, case.case_id) if case.evidence else ()
    return await show(services, who, case, tickets)


@router.get("/{case_id}", responses=answers(401, 404, 422, 503), summary="Show a case")  # noqa: FAST003 - VisibleCase takes it
async def get_refund(who: Caller, case: VisibleCase, services: ServicesDep) -> CaseView:
    """Show the recorded case: state, amounts, deadlines, payouts, and whose turn it is."""
    return await show(services, who, case)


@router.get("", responses=answers(401, 422, 503), summary="List cases")
def list_refunds(who: Caller, wanted: Annotated[ListQuery, Query()], services: ServicesDep) -> CaseListView:
    """List cases page by page, newest first; a storefront sees only cases that it opened."""
    principal = who.name if who.role is Role.STOREFRONT else None
    page = services.cases.page(CaseFilter(**dict(wanted), principal=principal))
    return CaseListView(items=tuple(item_of(case) for case in page.cases), next_cursor=page.next_cursor)


def _submission(services: Services, who: Principal, key: str, request: RefundRequest) -> Submission:
    at = services.now()
    return Submission(
        idempotency_key=key,
        principal=who.name,
        body_sha256=_digest(request),
        case_id=mint_case_id(at),
        request=request,
        evidence_ids=tuple(mint_evidence_id(at) for _ in request.evidence),
        received_at=at,
    )


def _digest(request: RefundRequest) -> str:
    """Return a hash of the request's content, which depends neither on its spelling nor on the release."""
    said = request.model_dump(mode="json", exclude_defaults=True)
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()


async def _opened(services: Services, claimed: Claimed) -> Case:
    """Return the case of a submission, and start it unless it is recorded (its start may have been lost, fault 17)."""
    if not claimed.is_new and (case := await run_in_threadpool(services.cases.case, claimed.case_id)):
        return case
    with suppress(NotRunningError):  # it was terminated while it was asked; a new run opens the case
        await services.workflows.open(claimed.intake)
        return await recorded(services, claimed.case_id)
    try:
        await services.workflows.open(claimed.intake.without_customer)
    except NotRunningError:
        raise WorkflowsUnavailableError("Temporal does not know the namespace, or lost the case; try again") from None
    return await recorded(services, claimed.case_id)
