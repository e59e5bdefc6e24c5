"""A parcel's five events, in any order and any number of times, leave the case in one final state (fault 14)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import permutations

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.service import RPCError, RPCStatusCode

from domain.cases.messages import CourierTracking, GoodsReceipt
from domain.enums import CaseState, CourierStatus
from domain.payout_state import PayoutState
from tests.chaos.scale import IS_WHOLE
from tests.support.factories import inspection, usd
from tests.workflows.case_driver import OpenCase
from tests.workflows.shop import Shop

EVENTS = ("registered", "in_transit", "delivered", "received", "inspected")
NUMBER = "SF1234567"


def sayings(case: OpenCase) -> dict[str, Callable[[], Awaitable[object]]]:
    """Return how each event is told: people by updates, the courier by signals."""
    happened = case.intake.received_at

    def tracking(status: CourierStatus, hours: int) -> CourierTracking:
        return CourierTracking(
            carrier="sf_express",
            tracking_number=NUMBER,
            status=status,
            occurred_at=happened + timedelta(hours=hours),
            event_id=f"17track:{status}",
        )

    async def hear(message: CourierTracking) -> None:
        await case.handle.signal("courier_tracking", message)

    return {
        "registered": lambda: case.ship(NUMBER, event_id="form-1"),
        "in_transit": lambda: hear(tracking(CourierStatus.IN_TRANSIT, 1)),
        "delivered": lambda: hear(tracking(CourierStatus.DELIVERED, 2)),
        "received": lambda: case.say("record_receipt", GoodsReceipt(received_by="wang", event_id="receipt/1")),
        "inspected": lambda: case.say("record_inspection", inspection(("MUG", 1, "accepted")).amend(event_id="scan/1")),
    }


async def tell(say: Callable[[], Awaitable[object]]) -> None:
    """Say it; what comes after the case has ended is refused, as the state or the workflow is gone."""
    try:
        await say()
    except WorkflowUpdateFailedError:
        return
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


async def lived(shop: Shop, order: tuple[str, ...]) -> tuple[object, ...]:
    """Let a case hear the events in this order, each twice or three times, and return how it ends."""
    case = await shop.open()
    await case.audit()
    say = sayings(case)
    for place, event in enumerate(order):
        await tell(say[event])
        await tell(say[event])
        await tell(say[order[place // 2]])  # and something that was told before comes again
    assert await case.ended() == CaseState.REFUNDED
    ended = case.case()
    return (
        ended.state,
        tuple((line.sku, line.accepted, line.paid, line.failed, line.refused) for line in ended.lines),
        tuple((payout.amount, payout.state, payout.attempt) for payout in ended.payouts),
        len(ended.inspections),
        ended.received_at is not None,
        case.events().count("inspected"),
    )


ORDERS = list(permutations(EVENTS))


@pytest.mark.parametrize("order", ORDERS if IS_WHOLE else ORDERS[::5], ids="-".join)
async def test_fault_14_every_order_of_a_parcel_s_events_with_repeats_ends_alike(
    shop: Shop, order: tuple[str, ...]
) -> None:
    assert await lived(shop, order) == (
        CaseState.REFUNDED,
        (("MUG", 1, 1, 0, 0),),
        ((usd(1033), PayoutState.SUCCEEDED, 1),),
        1,
        True,
        1,
    )
