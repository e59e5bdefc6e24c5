"""The products that goods may be exchanged for, as the shop states them (R39)."""

from typing import Annotated

from fastapi import APIRouter, Body, Path
from pydantic import Field

from api.dependencies import ServicesDep
from api.http.auth import Caller, Storefront
from api.http.openapi import answers
from api.schemas import examples
from api.schemas.requests import ProductBody
from api.schemas.strict_json import STRICT
from domain.cases.exchange import Product
from domain.errors import UnknownProductError
from domain.order import Sku

router = APIRouter(prefix="/v1/stock", tags=["stock"])
OfPath = Annotated[Sku, Path(description="of the product", examples=["LAMP-OAK"])]


class ProductView(Product):
    """A product and how much of it replacements took."""

    reserved: int = Field(description="units reserved so far for replacements, sent ones included")


@router.put("/{sku:path}", responses=answers(400, 401, 403, 413, 422, 503), summary="State a product")
def put_product(
    _who: Storefront,
    sku: OfPath,
    body: Annotated[ProductBody, STRICT, Body(openapi_examples=examples.PRODUCT)],
    services: ServicesDep,
) -> ProductView:
    """State how many units are free to replace returned ones, and what a unit costs, by currency (R39).

    What is reserved is taken off `available` at once: state it anew only with reservations counted. A shop whose own
    system keeps the stock states the prices here, and is asked for each reservation by webhook.
    """
    product = Product(sku=sku, **body.model_dump())
    services.stock.put(product)
    return ProductView(**product.model_dump(), reserved=services.stock.reserved(sku))


@router.get("/{sku:path}", responses=answers(401, 404, 422, 503), summary="Show a product")
def get_product(_who: Caller, sku: OfPath, services: ServicesDep) -> ProductView:
    """Show what is stated of the product, and how much of it is free now."""
    product = services.stock.products([sku]).get(sku)
    if product is None:
        raise UnknownProductError(f"no product {sku} is stated; the shop does that with PUT /v1/stock/{sku}")
    return ProductView(**product.model_dump(), reserved=services.stock.reserved(sku))
