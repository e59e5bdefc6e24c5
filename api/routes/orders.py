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
from domain.errors import UnknownOrderError
from domain.order import Order

router = APIRouter(tags=["orders"])


@router.put(
    "/v1/orders/{order_number:part}",
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
    """Create an order (201) or update it. Data that refund cases rely on can no longer be changed (409).

    A parcel without `delivered_at` is followed: its courier's events set it (R4), and an update that leaves it out
    keeps that. A time that you state stands.
    """
    if body.order_number not in {"", order_number}:
        raise InvalidInputError("order_number", f"must be {order_number} as in the path, or be omitted")
    stated: dict[str, Any] = dict(body.amend(order_number=order_number))
    order = Order(**stated)
    if services.orders.put(order, services.now()):
        response.status_code = status.HTTP_201_CREATED
    return services.orders.get(order_number) or order


@router.get("/v1/orders/{order_number}", responses=answers(401, 403, 404, 422, 503), summary="Read an order")
def get_order(_who: Storefront, order_number: OrderNumber, services: ServicesDep) -> Order:
    """Return the order as it is recorded, with what couriers report of its parcels (R4)."""
    order = services.orders.get(order_number)
    if order is None:
        raise UnknownOrderError(f"there is no order {order_number}: PUT /v1/orders/{order_number} records one")
    return order
