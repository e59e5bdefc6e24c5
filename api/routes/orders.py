"""The shop's orders."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Response, status

from api.dependencies import ServicesDep
from api.http.auth import Storefront
from api.http.openapi import answers
from api.problems.errors import InvalidInputError
from api.schemas import examples
from api.schemas.params import OrderNumber
from api.schemas.requests import OrderBody
from api.schemas.strict_json import STRICT
from domain.order import Order

router = APIRouter(tags=["orders"])


@router.put(
    "/v1/orders/{order_number}",
    responses={status.HTTP_201_CREATED: {"model": Order}, **answers(400, 401, 403, 409, 413, 422, 503)},
    summary="Create or update an order",
)
def put_order(
    _who: Storefront,
    order_number: OrderNumber,
    body: Annotated[OrderBody, STRICT, Body(openapi_examples=examples.ORDER)],
    services: ServicesDep,
    response: Response,
) -> Order:
    """Create an order (201) or update it. Data that refund cases rely on can no longer be changed (409)."""
    if body.order_number not in {"", order_number}:
        raise InvalidInputError("order_number", f"must be {order_number} as in the path, or be omitted")
    stated: dict[str, Any] = dict(body.amend(order_number=order_number))
    order = Order(**stated)
    if services.orders.put(order):
        response.status_code = status.HTTP_201_CREATED
    return order
