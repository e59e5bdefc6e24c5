"""Cases with return postage, each brought to where its test begins, and what became of them."""

from uuid import uuid4

from domain.cases.messages import CourierTracking
from domain.enums import CaseState, Reason
from domain.money import Money
from tests.support.factories import order_line, payment
from tests.workflows.case_driver import OpenCase
from tests.workflows.open_states import until_state
from tests.workflows.refund_cases import approved
from tests.workflows.shop import Shop

CURRENCIES = ["USD", "JPY", "KWD", "ISK", "HUF"]
GOODS = 200_000
FAR_ABOVE = 2_000_000


def money(minor: int, currency: str = "USD") -> Money:
    return Money(minor=minor, currency=currency)


async def sent(shop: Shop, currency: str = "USD", reason: Reason = Reason.QUALITY, units: int = 1) -> OpenCase:
    """A case that waits for goods of an order with room for much postage in its payment."""
    lines = (order_line(quantity=units, unit_price=GOODS),)
    paid = (payment(f"pi_{uuid4().hex[:8]}", 3 * GOODS),)
    order = await shop.order(lines=lines, outbound_postage=0, currency=currency, payments=paid)
    return await approved(shop, reason, order=order, lines=(("MUG", units),))


async def tell(case: OpenCase, minor: int, number: str = "SF1234567") -> None:
    await case.ship(number, postage=money(minor, case.case().currency))


async def tell_late(case: OpenCase, minor: int, number: str = "SF1234567") -> None:
    tracking = CourierTracking(
        carrier="sf_express",
        tracking_number=number,
        postage=money(minor, case.case().currency),
        received_at=await case.now(),
    )
    await case.revive_by("register_shipment", tracking)


def paid(shop: Shop) -> list[int]:
    return [one.amount.minor for one in shop.gateway.refunds.values()]


def postage(case: OpenCase) -> list[tuple[int, int, int]]:
    """What is borne, under review and refused of each parcel's postage."""
    return [(one.borne.minor, one.under_review.minor, one.refused.minor) for one in case.case().return_postage]


async def reviewed(shop: Shop, currency: str = "USD", minor: int = FAR_ABOVE) -> OpenCase:
    """A case whose goods are paid and whose postage waits for an auditor."""
    case = await sent(shop, currency)
    await tell(case, minor)
    await case.inspect(("MUG", 1, "accepted"))
    await until_parked(case)
    return case


async def until_parked(case: OpenCase) -> None:
    await until_state(case, CaseState.PAYOUT_BLOCKED)
    assert case.case().blocked_by == "postage_review"


async def ended(shop: Shop, currency: str = "USD", reason: Reason = Reason.QUALITY) -> OpenCase:
    case = await sent(shop, currency, reason)
    await case.ship()
    await case.inspect(("MUG", 1, "accepted"))
    assert await case.ended() == "refunded"
    return case
