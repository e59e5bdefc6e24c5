"""The return of the goods: sent by the customer, received and inspected by the warehouse, or withdrawn."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Body

from api.cases.case_access import VisibleCase, show
from api.cases.case_messages import keep_note, send, stamp
from api.cases.uploads import announce, photo_ids, refuse_too_large
from api.dependencies import ServicesDep
from api.http.auth import Storefront, Warehouse
from api.http.openapi import MESSAGE_ANSWERS, answers
from api.inbox.apply_events import apply_parked_events
from api.schemas import examples
from api.schemas.params import MessageKey
from api.schemas.requests import InspectionBody, ReceiptBody, ShipmentBody
from api.schemas.responses import CaseView
from api.schemas.strict_json import STRICT
from domain.cases.messages import CourierTracking, GoodsReceipt, WarehouseInspection, Withdrawal
from domain.cases.timeline import CaseEvent
from policy.parcels.return_postage import postage_warning
from policy.parcels.tracking_numbers import check_digit_warning
from workflows.refund.workflow import RefundWorkflow

router = APIRouter(prefix="/v1/refunds/{case_id}", tags=["returns"])


@router.post("/shipment", responses=MESSAGE_ANSWERS, summary="Register the return parcel")
async def register_shipment(  # noqa: PLR0913, PLR0917 - what a route stands on
    who: Storefront,
    case: VisibleCase,
    body: Annotated[ShipmentBody, STRICT, Body(openapi_examples=examples.SHIPMENT)],
    services: ServicesDep,
    later: BackgroundTasks,
    event_id: MessageKey = None,
) -> CaseView:
    """Register courier and tracking number of the parcel, and what the customer paid for it (R19, R30).

    Each parcel has postage of its own, the latest amount counts, and postage is also taken after the receipt and within
    the policy's working days after the payout. A number with a wrong check digit is accepted with a warning, and so is
    postage that is the customer's (R31). Earlier events of the courier are applied now.
    """
    message = CourierTracking(**body.model_dump(), **stamp(services, event_id))
    case = await send(services, case.case_id, RefundWorkflow.register_shipment, message)
    later.add_task(apply_parked_events, services, body.tracking_number)
    warnings = (check_digit_warning(body.carrier, body.tracking_number), postage_warning(case, body.tracking_number))
    return (await show(services, who, case)).amend(warnings=tuple(one for one in warnings if one))


@router.post("/receipt", responses=MESSAGE_ANSWERS, summary="Record that a parcel was received")
async def record_receipt(
    who: Warehouse,
    case: VisibleCase,
    body: Annotated[ReceiptBody, STRICT, Body(openapi_examples=examples.RECEIPT)],
    services: ServicesDep,
) -> CaseView:
    """Record that the warehouse has the goods; nothing else counts as receipt (R20). An expired case revives (R19)."""
    received = stamp(services, f"receipt/{body.scan_id}")
    message = GoodsReceipt(received_by=who.name, scan_id=body.scan_id, **received)
    case = await send(services, case.case_id, RefundWorkflow.record_receipt, message)
    return await show(services, who, case)


@router.post("/inspection", responses=MESSAGE_ANSWERS, summary="Record an inspection")
async def record_inspection(
    who: Warehouse,
    case: VisibleCase,
    body: Annotated[InspectionBody, STRICT, Body(openapi_examples=examples.INSPECTION)],
    services: ServicesDep,
) -> CaseView:
    """Record verdict and disposition of each unit (R25-R29). A repeat of the scan_id gets the same answer."""
    refuse_too_large("photos", body.photos)
    message = WarehouseInspection(
        lines=body.lines, scan_id=body.scan_id, inspected_by=who.name, **stamp(services, f"scan/{body.scan_id}")
    )
    case = await send(services, case.case_id, RefundWorkflow.record_inspection, message)
    await keep_note(services, who, case, CaseEvent.INSPECTION_NOTE, body.note)
    tickets = await announce(services, case.case_id, photo_ids(case.case_id, body.scan_id, body.photos))
    return await show(services, who, case, tickets)


@router.post("/withdrawal", responses=answers(401, 403, 404, 409, 422, 503), summary="Withdraw the request")
async def withdraw(who: Storefront, case: VisibleCase, services: ServicesDep, event_id: MessageKey = None) -> CaseView:
    """End the case at the customer's request, as long as the warehouse does not have the goods (R24)."""
    message = Withdrawal(withdrawn_by=who.name, **stamp(services, event_id))
    case = await send(services, case.case_id, RefundWorkflow.withdraw, message)
    return await show(services, who, case)
