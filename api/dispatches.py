"""Parcels to the customer: replacements, and refused goods that go back."""

from typing import Annotated

from fastapi import APIRouter, Body

from api import examples
from api.bodies import DispatchBody
from api.case_access import VisibleCase, show
from api.keys import Warehouse
from api.messages import stamp, tell
from api.openapi import MESSAGE_ANSWERS
from api.params import MessageKey
from api.services import Wired
from api.strict_json import STRICT
from api.views import CaseView
from domain.messages import Dispatch
from policy.tracking import doubt
from workflows.refund import RefundWorkflow

router = APIRouter(prefix="/v1/refunds/{case_id}", tags=["returns"])


@router.post("/dispatch", responses=MESSAGE_ANSWERS, summary="Say what was sent to the customer")
async def record_dispatch(
    who: Warehouse,
    case: VisibleCase,
    body: Annotated[DispatchBody, STRICT, Body(openapi_examples=examples.DISPATCH)],
    services: Wired,
    event_id: MessageKey = None,
) -> CaseView:
    """Record a parcel with replacements (R39), or with refused goods on their way back (R28), and its tracking number.

    Only what is reserved for the case and not sent can be a replacement; a difference in price falls due with it.
    """
    message = Dispatch(**body.model_dump(), sent_by=who.name, **stamp(services, event_id))
    case = await tell(services, case.case_id, RefundWorkflow.record_dispatch, message)
    doubted = doubt(body.carrier, body.tracking_number)
    return (await show(services, who, case)).amend(warnings=(doubted,) if doubted else ())
