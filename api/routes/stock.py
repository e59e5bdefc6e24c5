"""The products that goods may be exchanged for, as the shop states them (R39)."""

from typing import Annotated
from urllib.parse import quote

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
from domain.types import Sku

router = APIRouter(prefix="/v1/stock", tags=["stock"])
OfPath = Annotated[Sku, Path(description="the product's SKU", examples=["LAMP-OAK"])]


class ProductView(Product):
    """A product, with how many units were reserved for replacements."""

    reserved: int = Field(description="units reserved for replacements so far, including sent ones")


@router.put("/{sku:rest}", responses=answers(400, 401, 403, 413, 422, 503), summary="Create or update a product")
def put_product(
    _who: Storefront,
    sku: OfPath,
    body: Annotated[ProductBody, STRICT, Body(openapi_examples=examples.PRODUCT)],
    services: ServicesDep,
) -> ProductView:
    """Set how many units are available as replacements, and what a unit costs, by currency (R39).

    Reserved units are subtracted from `available` at once, so leave them out when you update it. A shop with a stock
    system of its own sets the prices here and gets a webhook for each reservation.
    """
    product = Product(sku=sku, **body.model_dump())
    services.stock.put(product)
    return ProductView(**product.model_dump(), reserved=services.stock.reserved(sku))


@router.get("/{sku:rest}", responses=answers(401, 404, 422, 503), summary="Show a product")
def get_product(_who: Caller, sku: OfPath, services: ServicesDep) -> ProductView:
    """Show the product, and how many units are available now."""
    product = services.stock.products([sku]).get(sku)
    if product is None:
        raise UnknownProductError(f"there is no product {sku}; create it with PUT /v1/stock/{quote(sku, safe='')}")
    return ProductView(**product.model_dump(), reserved=services.stock.reserved(sku))
