"""A case whose rest does not come ends only once finance has paid what is owed outside the payments (R32, M11)."""

from collections.abc import Awaitable, Callable

import pytest

from domain.calendar import WindowName
from domain.enums import CaseState, ResolutionDecision
from tests.workflows.case_driver import OpenCase
from tests.workflows.postage_cases import GOODS, sent, tell
from tests.workflows.shop import Shop

BEYOND = 900


async def _expire(case: OpenCase) -> None:
    await case.elapsed("ship_by")
    await case.until_event("return_window_ended")


async def _withdraw(case: OpenCase) -> None:
    await case.withdraw()


async def _close_loss(case: OpenCase) -> None:
    await case.ship("SF-REST-1", status="exception", sub_status="lost")
    await case.resolve(ResolutionDecision.CLOSE)


async def awaiting_rest(shop: Shop) -> OpenCase:
    """A case that waits for its second unit while return postage of the first is owed outside the payment."""
    case = await sent(shop, units=2)
    await tell(case, 2 * GOODS + BEYOND)
    await case.inspect(("MUG", 1, "accepted"))
    await case.until_event("rest_awaited")
    await case.resolve(ResolutionDecision.ACCEPT)
    await case.until_event("rest_awaited", times=2)
    return case


@pytest.mark.parametrize(
    ("gives_up", "end"), [(_expire, "refunded"), (_withdraw, "refunded"), (_close_loss, "lost_in_return")]
)
async def test_m11_r32_a_case_whose_rest_does_not_come_waits_until_finance_has_paid_outside(
    shop: Shop, gives_up: Callable[[OpenCase], Awaitable[None]], end: str
) -> None:
    case = await awaiting_rest(shop)
    await gives_up(case)
    assert (case.state, case.case().is_open) == (CaseState.REIMBURSEMENT_DUE, True)
    assert case.case().deadline(WindowName.PAYOUT) is not None
    await case.resolve(ResolutionDecision.PAID, reference="wire-1")
    assert await case.ended() == end
    assert [one.amount.minor for one in case.case().payouts] == [GOODS, 2 * GOODS, BEYOND]
