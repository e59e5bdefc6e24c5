"""Parcels to the customer: replacements, and refused goods that are sent back."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Body

from api.cases.case_access import VisibleCase, show
from api.cases.case_messages import send, stamp
from api.dependencies import ServicesDep
from api.http.auth import Warehouse
from api.http.openapi import MESSAGE_ANSWERS
from api.inbox.apply_events import apply_parked_events
from api.schemas import examples
from api.schemas.params import MessageKey
from api.schemas.requests import DispatchBody
from api.schemas.responses import CaseView
from api.schemas.strict_json import STRICT
from domain.cases.messages import Dispatch
from policy.parcels.tracking_numbers import check_digit_warning
from workflows.refund.workflow import RefundWorkflow

router = APIRouter(prefix="/v1/refunds/{case_id}", tags=["returns"])


@router.post("/dispatch", responses=MESSAGE_ANSWERS, summary="Record a parcel to the customer")
async def record_dispatch(  # noqa: PLR0913, PLR0917 - what a route stands on
    who: Warehouse,
    case: VisibleCase,
    body: Annotated[DispatchBody, STRICT, Body(openapi_examples=examples.DISPATCH)],
    services: ServicesDep,
    later: BackgroundTasks,
    event_id: MessageKey = None,
) -> CaseView:
    """Record a parcel with replacements (R39) or with refused goods (R28), and its tracking number.

    Only a replacement that is reserved for the case and not sent yet can be recorded; a difference in price then falls
    due. Later events of the courier appear in the timeline.
    """
    message = Dispatch(**body.model_dump(), sent_by=who.name, **stamp(services, event_id))
    case = await send(services, case.case_id, RefundWorkflow.record_dispatch, message)
    later.add_task(apply_parked_events, services, body.tracking_number)
    doubted = check_digit_warning(body.carrier, body.tracking_number)
    return (await show(services, who, case)).amend(warnings=(doubted,) if doubted else ())
