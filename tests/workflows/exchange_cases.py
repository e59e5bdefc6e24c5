"""Cases that ask for an exchange, each brought to where its test begins, and the stock that they draw on."""

from datetime import UTC, datetime
from typing import Unpack

from domain.cases.exchange import Product
from domain.cases.messages import DisputeUpdate
from domain.enums import Reason, ResolutionAsked
from domain.payment_events import DisputeStatus
from tests.support.factories import dispute
from tests.workflows.case_driver import OpenCase
from tests.workflows.refund_cases import approved, due
from tests.workflows.shop import RequestChanges, Shop


def stock(shop: Shop, sku: str = "MUG", available: int = 9, **prices: int) -> None:
    shop.stock.put(Product(sku=sku, product_name=sku.lower(), available=available, prices=prices))


def available(shop: Shop, sku: str = "MUG") -> int:
    return shop.stock.products([sku])[sku].available


def states(case: OpenCase) -> list[str]:
    return [one.state.value for one in case.case().replacements]


async def asked(shop: Shop, reason: Reason = Reason.PERSONAL, **more: Unpack[RequestChanges]) -> OpenCase:
    """A case that asks for an exchange and is approved."""
    return await approved(shop, reason, ResolutionAsked.EXCHANGE, **more)


async def inspected(shop: Shop, reason: Reason = Reason.PERSONAL, **more: Unpack[RequestChanges]) -> OpenCase:
    return await due(shop, reason, ResolutionAsked.EXCHANGE, **more)


async def reserved(shop: Shop, reason: Reason = Reason.PERSONAL, **more: Unpack[RequestChanges]) -> OpenCase:
    case = await inspected(shop, reason, **more)
    await case.until_event("replacement_reserved")
    return case


def dispute_update(case: OpenCase, status: DisputeStatus, minor: int = 10_299) -> DisputeUpdate:
    number = case.intake.order_number
    told = dispute(status, f"pi_{number}", minor=minor, dispute_id=f"dp_{number}", changed_at=datetime.now(UTC))
    return DisputeUpdate(dispute=told, event_id=f"stripe:evt_{status}")
