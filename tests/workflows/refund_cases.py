"""Cases that ask for their money or for other goods, each brought to where its test begins."""

from typing import Unpack

from domain.enums import Reason, ResolutionAsked
from domain.order import Order, Parcel
from tests.support.factories import usd
from tests.workflows.case_driver import OpenCase
from tests.workflows.shop import RequestChanges, Shop


async def approved(
    shop: Shop,
    reason: Reason = Reason.PERSONAL,
    resolution: ResolutionAsked = ResolutionAsked.REFUND,
    **more: Unpack[RequestChanges],
) -> OpenCase:
    """A case that waits for its goods."""
    evidence = ["e1"] if reason is not Reason.PERSONAL else []
    case = await shop.open(reason, resolution=resolution, evidence=evidence, **more)
    if evidence:
        await case.pin("e1")
    await case.audit()
    return case


async def due(
    shop: Shop,
    reason: Reason = Reason.PERSONAL,
    resolution: ResolutionAsked = ResolutionAsked.REFUND,
    **more: Unpack[RequestChanges],
) -> OpenCase:
    """A case whose goods were accepted."""
    case = await approved(shop, reason, resolution, **more)
    await case.ship(postage=usd(600))
    await case.inspect(*((line.sku, line.quantity, "accepted") for line in case.intake.lines))
    return case


def parcels_of_mugs(order: Order) -> tuple[Parcel, ...]:
    """Return the order's parcels as if they had held nothing but mugs."""
    return tuple(parcel.amend(skus=("MUG",)) for parcel in order.parcels)
