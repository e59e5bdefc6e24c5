"""The findings of reconciliation, for operators to see and close."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query
from starlette.concurrency import run_in_threadpool

from api.dependencies import ServicesDep
from api.http.auth import AuditorOrFinance, Bookkeeper
from api.http.openapi import answers
from api.schemas import examples
from api.schemas.requests import Note
from api.schemas.strict_json import STRICT
from domain.findings import Finding
from domain.types import FindingId
from domain.value import Value

router = APIRouter(prefix="/v1/findings", tags=["findings"])
FindingIdPath = Annotated[FindingId, Path()]


class FindingsView(Value):
    """Findings, the oldest first."""

    items: tuple[Finding, ...]


class ClosingBody(Value):
    """Why a finding can be closed."""

    note: Note


@router.get("", responses=answers(401, 403, 422, 503), summary="List findings")
async def list_findings(
    _who: AuditorOrFinance,
    services: ServicesDep,
    is_open: Annotated[bool, Query(alias="open", description="false: also list closed ones")] = True,  # noqa: FBT002
) -> FindingsView:
    """List the differences between the gateways' refunds, the ledger and the cases that are not closed yet."""
    return FindingsView(items=tuple(await run_in_threadpool(lambda: services.findings.page(open_only=is_open))))


@router.post(
    "/{finding_id:rest}/close", responses=answers(400, 401, 403, 404, 413, 422, 503), summary="Close a finding"
)
async def close_finding(
    who: Bookkeeper,
    finding_id: FindingIdPath,
    body: Annotated[ClosingBody, STRICT, Body(openapi_examples=examples.CLOSING)],
    services: ServicesDep,
) -> Finding:
    """Close the finding with a note; one that is closed already is returned unchanged."""
    return await run_in_threadpool(services.findings.close, finding_id, who.name, body.note, services.now())
