"""Calls of the warehouse's devices: what a parcel should contain, batches of scans, and unexpected parcels."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.cases.case_messages import send, stamp
from api.dependencies import ServicesDep
from api.http.auth import Warehouse
from api.http.openapi import MESSAGE_ANSWERS, answers
from api.inbox.apply_scan import answer
from api.schemas import examples
from api.schemas.responses import ParcelView, parcel_view
from api.schemas.scans import AnyScan, ScanAnswer
from api.schemas.strict_json import STRICT
from domain.cases.messages import GoodsReceipt
from domain.errors import UnknownParcelError
from domain.parcel_labels.label_text import TEXT_LENGTH_MAX
from domain.parcels import UnexpectedParcel
from domain.request import CaseId
from domain.types import ScanId
from domain.value import Value
from workflows.refund.workflow import RefundWorkflow

BATCH_MAX = 50
router = APIRouter(prefix="/v1/warehouse", tags=["warehouse"])
ParcelCode = Annotated[str, Path(min_length=1, max_length=TEXT_LENGTH_MAX, examples=["RMA-0000-0000-0000"])]
ParcelId = Annotated[ScanId, Path()]


class ScansBody(Value):
    """Scans in the order in which they were made."""

    scans: tuple[AnyScan, ...] = Field(min_length=1, max_length=BATCH_MAX)


class ScansView(Value):
    """One answer per scan, in the same order."""

    results: tuple[ScanAnswer, ...]


class UnexpectedView(Value):
    """Parcels that no case expected, the oldest first."""

    items: tuple[UnexpectedParcel, ...]


class MatchBody(Value):
    """The case to which the parcel belongs."""

    case_id: CaseId


@router.get(
    "/parcels/{code:rest}", responses=answers(401, 403, 404, 409, 422, 503), summary="Show what a parcel should contain"
)
async def show_parcel(_who: Warehouse, code: ParcelCode, services: ServicesDep) -> ParcelView:
    """Show what the case with this return code or tracking number expects from the warehouse.

    The code is whatever a scanner reads, percent-encoded. A label that can mean parcels of different cases is answered
    409 `ambiguous-code`, with its `candidates`.
    """
    cases = await run_in_threadpool(services.parcels.cases_of, code)
    case = next((one for one in reversed(cases) if one.is_open), cases[-1] if cases else None)
    if case is None:
        raise UnknownParcelError("no case has this code: check it, or record the parcel as received anyway")
    order = await run_in_threadpool(services.orders.get, case.order_number)
    return parcel_view(case, order)


@router.post("/scans", responses=answers(400, 401, 403, 413, 422, 503), summary="Send scans")
async def send_scans(
    who: Warehouse,
    body: Annotated[ScansBody, STRICT, Body(openapi_examples=examples.SCANS)],
    services: ServicesDep,
    request: Request,
) -> ScansView:
    """Process each scan separately (R20, R21, R25); a repeated `scan_id` gets the answer of the first time."""
    return ScansView(results=tuple([await answer(services, who, scan, request.scope) for scan in body.scans]))


@router.get("/unexpected", responses=answers(401, 403, 422, 503), summary="List unexpected parcels")
async def list_unexpected(
    _who: Warehouse,
    services: ServicesDep,
    is_open: Annotated[bool, Query(alias="open", description="false: also list matched ones")] = True,  # noqa: FBT002
) -> UnexpectedView:
    """List the parcels that no case expected and that are not matched with a case yet (R21)."""
    return UnexpectedView(items=tuple(await run_in_threadpool(lambda: services.parcels.unexpected(open_only=is_open))))


@router.post("/unexpected/{parcel_id:part}/match", responses=MESSAGE_ANSWERS, summary="Match a parcel with its case")
async def match_unexpected(
    who: Warehouse,
    parcel_id: ParcelId,
    body: Annotated[MatchBody, STRICT, Body(openapi_examples=examples.MATCH)],
    services: ServicesDep,
) -> UnexpectedParcel:
    """Record the parcel as received for the case; it then waits for inspection. This pays nothing (R21).

    A case that has ended without its goods is taken up again: expired, withdrawn, or its loss closed. Goods whose loss
    was paid are only recorded.

    A parcel that is matched already is returned unchanged.
    """
    parcel = await run_in_threadpool(services.parcels.unexpected_one, parcel_id)
    if parcel.matched_at is not None:
        return parcel
    received = stamp(services, f"receipt/{parcel_id}")
    message = GoodsReceipt(received_by=parcel.received_by, scan_id=parcel_id, matched_by=who.name, **received)
    await send(services, body.case_id, RefundWorkflow.record_receipt, message)
    return await run_in_threadpool(services.parcels.match, parcel_id, body.case_id, who.name, services.now())
