"""The return slip, for the customer to print or to show (R18)."""

import logging
from hashlib import sha256
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Response
from starlette.concurrency import run_in_threadpool

from api.cases.case_access import VisibleCase
from api.dependencies import Services, ServicesDep
from api.http.auth import Caller
from api.http.openapi import answers
from domain.calendar import WindowName
from domain.cases.case import Case
from domain.errors import NoLabelError, StoreUnavailableError
from gateways.return_slips.return_slip import EDITION, ReturnSlip, SlipLine, pdf_of, png_of
from policy.returns import may_instruct_return

Language = Literal["en", "zh"]
Format = Literal["pdf", "png"]
MEDIA_TYPES: dict[str, str] = {"pdf": "application/pdf", "png": "image/png"}
MAKERS = {"pdf": pdf_of, "png": png_of}
router = APIRouter(prefix="/v1/refunds/{case_id}", tags=["returns"])
log = logging.getLogger("api")


@router.get(
    "/label",
    response_class=Response,
    responses={200: {"content": {one: {} for one in MEDIA_TYPES.values()}}, **answers(401, 404, 409, 422, 503)},
    summary="Get the return slip",
)
async def get_label(
    _who: Caller,
    case: VisibleCase,
    services: ServicesDep,
    written: Annotated[Format, Query(alias="format")] = "pdf",
    language: Annotated[
        Language | None, Query(description="default: the first supported one of Accept-Language")
    ] = None,
    accept_language: Annotated[str, Header(max_length=200)] = "",
) -> Response:
    """Get the return slip as PDF or PNG: return code as QR and Code128, address, goods, and the last day to send it.

    409 if the return is not approved yet, or if no goods have to come back.
    """
    if case.return_code is None or not may_instruct_return(case):
        raise NoLabelError(f"the case is {case.state}: there is a return slip only for an approved return of goods")
    slip = _slip(case, case.return_code, language or _preferred(accept_language))
    content = await run_in_threadpool(_kept, services, case.case_id, slip, written)
    name = f'{"inline" if written == "png" else "attachment"}; filename="{slip.return_code}.{written}"'
    return Response(content, media_type=MEDIA_TYPES[written], headers={"Content-Disposition": name})


def _slip(case: Case, return_code: str, language: Language) -> ReturnSlip:
    ship_by = case.deadline(WindowName.SHIP_BY)
    return ReturnSlip(
        return_code=return_code,
        order_number=case.order_number,
        lines=tuple(SlipLine(**line.model_dump(include=set(SlipLine.model_fields))) for line in case.lines),
        return_address=case.return_address,
        ship_by=ship_by.last_day if ship_by else None,
        language=language,
    )


def _kept(services: Services, case_id: str, slip: ReturnSlip, written: Format) -> bytes:
    """Return the slip from the store, or create and store it; it is created even if the store does not answer."""
    name = f"{sha256(slip.model_dump_json().encode()).hexdigest()[:16]}-{EDITION}.{written}"
    try:
        if kept := services.store.slip(case_id, name):
            return kept
        content = MAKERS[written](slip)
        services.store.keep_slip(case_id, name, content, MEDIA_TYPES[written])
    except StoreUnavailableError as error:
        log.warning("the return slip of %s could not be stored: %s", case_id, error.message)
        return MAKERS[written](slip)
    return content


def _preferred(accept_language: str) -> Language:
    for one in accept_language.lower().split(","):
        if one.strip().startswith(("zh", "en")):
            return "zh" if one.strip().startswith("zh") else "en"
    return "en"
