"""One case in each state that somebody or something still has to leave, and what makes it go on from there."""

from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple

from domain.cases.messages import RefundUpdate
from domain.enums import CaseState, Reason, ResolutionDecision
from domain.payout_state import PayoutState
from tests.support.factories import order_line
from tests.support.waiting import until
from tests.workflows.case_driver import OpenCase
from tests.workflows.exchange_cases import reserved, stock
from tests.workflows.refund_cases import approved, due
from tests.workflows.shop import Shop

S = CaseState


class OpenState(NamedTuple):
    """How a case comes into a state, what is said to it there, and the state that it has then."""

    bring: Callable[[Shop], Coroutine[Any, Any, OpenCase]]
    go_on: Callable[[Shop, OpenCase], Coroutine[Any, Any, Any]]
    then: CaseState


async def _incomplete(shop: Shop) -> OpenCase:
    return await shop.open(Reason.QUALITY, evidence=["e1"])


async def _sent(shop: Shop, **more: Any) -> OpenCase:
    case = await approved(shop)
    await case.ship(**more)
    return case


async def _received(shop: Shop) -> OpenCase:
    case = await _sent(shop)
    await case.receive()
    return case


async def _faultless(shop: Shop) -> OpenCase:
    case = await approved(shop, Reason.QUALITY)
    await case.ship()
    await case.inspect(("MUG", 1, "no_defect_found"))
    return case


async def _refused(shop: Shop) -> OpenCase:
    case = await _faultless(shop)
    await case.resolve(ResolutionDecision.REFUSE)
    return case


async def _exchanging(shop: Shop) -> OpenCase:
    stock(shop)
    return await reserved(shop)


async def _pending(shop: Shop) -> OpenCase:
    shop.gateway.state = PayoutState.PENDING
    case = await due(shop)
    await case.until_event("payout_pending")
    return case


async def _declined(shop: Shop, code: str) -> OpenCase:
    shop.gateway.decline_code = code
    case = await due(shop)
    await until_state(case, S.CHARGEBACK_HOLD if code == "charge_disputed" else S.PAYOUT_BLOCKED)
    shop.gateway.decline_code = None
    return case


async def _owed_outside(shop: Shop) -> OpenCase:
    order = await shop.order(lines=(order_line(quantity=1),), outbound_postage=0)
    return await due(shop, Reason.QUALITY, order=order)


async def _settle(shop: Shop, case: OpenCase) -> None:
    shop.gateway.state = PayoutState.SUCCEEDED
    [payout] = case.case().payouts
    refund_id = payout.gateway_refund_id or "re_0"
    await case.handle.signal("refund_update", RefundUpdate(payout_id=payout.payout_id, refund_id=refund_id))


async def until_state(case: OpenCase, state: CaseState) -> None:
    """Wait until the record of the case has the state."""

    async def recorded() -> CaseState:
        return case.state

    await until(recorded, lambda found: found is state)


OPEN_STATES: dict[CaseState, OpenState] = {
    S.INFORMATION_REQUESTED: OpenState(_incomplete, lambda _, case: case.pin("e1"), S.UNDER_AUDIT),
    S.UNDER_AUDIT: OpenState(lambda shop: shop.open(), lambda _, case: case.audit(), S.AWAITING_RETURN),
    S.AWAITING_RETURN: OpenState(approved, lambda _, case: case.ship(), S.IN_TRANSIT),
    S.IN_TRANSIT: OpenState(_sent, lambda _, case: case.receive(), S.RECEIVED),
    S.LOST_IN_RETURN: OpenState(
        lambda shop: _sent(shop, status="exception", sub_status="lost"),
        lambda _, case: case.resolve(ResolutionDecision.PAY),
        S.REFUNDED,
    ),
    S.RECEIVED: OpenState(_received, lambda _, case: case.inspect(("MUG", 1, "accepted")), S.REFUNDED),
    S.INSPECTION_FAILED: OpenState(_faultless, lambda _, case: case.resolve(ResolutionDecision.RECLASSIFY), S.REFUNDED),
    S.RETURNING_TO_CUSTOMER: OpenState(
        _refused, lambda _, case: case.dispatch(goods="refused_goods"), S.RETURNING_TO_CUSTOMER
    ),
    S.REPLACEMENT_DUE: OpenState(_exchanging, lambda _, case: case.dispatch(), S.EXCHANGED),
    S.PAYOUT_DUE: OpenState(_pending, _settle, S.REFUNDED),
    S.PAYOUT_BLOCKED: OpenState(
        lambda shop: _declined(shop, "account_closed"),
        lambda _, case: case.resolve(ResolutionDecision.RETRY),
        S.REFUNDED,
    ),
    S.REIMBURSEMENT_DUE: OpenState(
        _owed_outside,
        lambda _, case: case.resolve(ResolutionDecision.PAID, reference="wire-1"),
        S.REFUNDED,
    ),
    S.CHARGEBACK_HOLD: OpenState(
        lambda shop: _declined(shop, "charge_disputed"),
        lambda _, case: case.resolve(ResolutionDecision.RETRY),
        S.REFUNDED,
    ),
}
