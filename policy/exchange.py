"""Exchange: what goods can be exchanged for, what is reserved and sent, and when a refund replaces it (R39)."""

from collections.abc import Collection, Mapping
from datetime import datetime

from domain.cases.case import Case, Refusal
from domain.cases.case_lines import CaseLine, UnitShare
from domain.cases.exchange import PENDING, OutboundParcel, Product, Replacement, Substitute
from domain.cases.messages import Dispatch
from domain.enums import DispatchedGoods, ReplacementState, ResolutionAsked, ResolutionDecision
from domain.money import Money, to_decimal_text
from domain.order import Order
from domain.request import CaseIntake, RequestedLine
from policy.parcels.parcel_codes import is_same_number
from policy.refund_amount import unit_shares
from policy.returns import check_send_back

RESOLUTIONS_BEFORE_SENDING = frozenset({ResolutionDecision.PAY})
"""What a human can decide while a replacement is about to be sent: the goods are refunded instead (R39)."""
_TURNS_INTO_REFUND = frozenset({ReplacementState.OUT_OF_STOCK, ReplacementState.RELEASING})
Products = Mapping[str, Product]


def check_exchange_request(order: Order, intake: CaseIntake, products: Products) -> Refusal | None:
    """Return why an exchange is refused: the product is unknown, has no price or costs more than was paid; else None.

    R39: the shop does not collect a difference. When the replacement costs less, the difference is refunded.
    """
    if intake.resolution is not ResolutionAsked.EXCHANGE:
        return None
    refusals = (_judge_line(order, line, products) for line in intake.lines)
    return next((refusal for refusal in refusals if refusal), None)


def substitute(order: Order, asked: RequestedLine, products: Products) -> Substitute:
    """Return the product that replaces the line's units, at its price on the day of the request."""
    sku = asked.exchange_for or asked.sku
    sold, product = order.line(asked.sku), products.get(sku)
    if sku == asked.sku:
        return Substitute(sku=sku, product_name=sold.product_name if sold else "")
    price = product.prices.get(order.currency) if product else None
    return Substitute(
        sku=sku,
        product_name=product.product_name if product else "",
        price=Money(minor=price, currency=order.currency) if price is not None else None,
    )


def plan(case: Case) -> Case:
    """Return the case with a replacement planned for the accepted units of each line that is to be exchanged (R39)."""
    for line in case.lines:
        units = line.units[line.settled + case.replacing(line.sku) : line.accepted]
        if line.exchange_for and units:
            case = case.with_replacement(_planned(case, line, line.exchange_for, units))
    return case


def awaits_stock(case: Case) -> bool:
    """Return whether a planned replacement still waits for the stock's answer."""
    return any(one.state is ReplacementState.PLANNED for one in case.replacements)


def answered(case: Case, states: Mapping[str, ReplacementState]) -> Case:
    """Return the case after the stock's answer: a line whose replacement is not in stock is refunded instead (R39)."""
    for one in case.replacements:
        answer = states.get(one.replacement_id)
        if answer is not None and _is_next_state(one.state, answer):
            case = _with(case, one, answer)
    return case


def give_up(case: Case) -> Case:
    """Return the case without its unsent replacements: their stock is released and the goods are refunded."""
    return _given_up(case, PENDING)


def never_reserved_given_up(case: Case) -> Case:
    """Return the case without replacements that are not reserved: their money went back another way (R32)."""
    return _given_up(case, {ReplacementState.PLANNED})


def check_dispatch(case: Case, dispatch: Dispatch) -> Refusal | None:
    """Return why a reported parcel is refused, namely that the case has nothing like it to send, or None (R28, R39)."""
    if dispatch.goods is DispatchedGoods.REFUSED_GOODS:
        return check_send_back(case, dispatch)
    if _in_parcel(case, dispatch):
        return None
    if awaits_stock(case):
        message = "The stock has not confirmed the replacement yet: report the parcel again in a moment."
        return Refusal(rule="R39", code="stock_has_not_answered", message=message)
    if dispatch.sku:
        message = (
            f"No replacement {dispatch.sku} is waiting to be sent: check the sku, or leave it out to mean all of them."
        )
    else:
        message = "No replacement is waiting to be sent: do not send any goods."
    return Refusal(rule="R39", code="no_replacement_reserved", message=message)


def is_known_parcel(case: Case, dispatch: Dispatch) -> bool:
    """Return whether exactly this parcel was reported before."""
    of_kind = [one for one in case.sent if one.goods is dispatch.goods]
    return any(is_same_number(one.tracking_number, dispatch.tracking_number) for one in of_kind)


def dispatched(case: Case, dispatch: Dispatch, at: datetime) -> Case:
    """Return the case with the parcel on its way.

    The units that it replaces count as replaced from now on (R39). Refused units of the parcel's sku, or of all lines,
    no longer have to be sent back (R28).
    """
    parcel = OutboundParcel(
        goods=dispatch.goods,
        carrier=dispatch.carrier,
        tracking_number=dispatch.tracking_number,
        sent_at=at,
        sent_by=dispatch.sent_by,
    )
    if dispatch.goods is DispatchedGoods.REFUSED_GOODS:
        lines = (line.amend(to_send_back=0) if dispatch.sku in {None, line.sku} else line for line in case.lines)
        return case.amend(lines=tuple(lines), sent=(*case.sent, parcel))
    in_parcel = _in_parcel(case, dispatch)
    for one in in_parcel:
        line = next(line for line in case.lines if line.sku == one.line_sku)
        case = case.with_line(line.amend(replaced=line.replaced + one.quantity))
        case = case.with_replacement(one.amend(state=ReplacementState.SENT, tracking_number=dispatch.tracking_number))
    return case.amend(sent=(*case.sent, parcel))


def _judge_line(order: Order, asked: RequestedLine, products: Products) -> Refusal | None:
    if asked.exchange_for in {None, asked.sku}:
        return None
    wanted = substitute(order, asked, products)
    if wanted.sku not in products:
        message = f"The shop has no product {wanted.sku} to exchange for. Check the sku, or ask for a refund."
        return Refusal(rule="R39", code="unknown_replacement", message=message)
    if wanted.price is None:
        message = f"{wanted.sku} has no price in {order.currency}: choose another product, or ask for a refund."
        return Refusal(rule="R39", code="replacement_not_priced", message=message)
    paid = max((unit.goods for unit in unit_shares(order, asked.sku)), default=0)
    return (
        _dearer(asked.sku, wanted.sku, wanted.price.amend(minor=paid), wanted.price)
        if (wanted.price.minor > paid)
        else None
    )


def _dearer(sku: str, wanted: str, paid: Money, price: Money) -> Refusal:
    message = (
        f"{wanted} costs {_written(price)}, {_written(price - paid)} more than was paid for {sku}. "
        "A difference cannot be collected yet: choose a product that costs no more, or ask for a refund."
    )
    return Refusal(rule="R39", code="replacement_dearer", message=message)


def _written(money: Money) -> str:
    return f"{money.currency} {to_decimal_text(money)}"


def _planned(case: Case, line: CaseLine, wanted: Substitute, units: tuple[UnitShare, ...]) -> Replacement:
    price = wanted.price
    cheaper = sum(_difference(unit.goods, price.minor, case.payment_step) for unit in units) if price is not None else 0
    return Replacement(
        replacement_id=f"{case.case_id}-x{len(case.replacements) + 1}",
        line_sku=line.sku,
        sku=wanted.sku,
        quantity=len(units),
        difference=case.money(cheaper),
    )


def _difference(paid: int, price: int, step: int) -> int:
    """Return by how much the replacement is cheaper, rounded up to a step that the payments can pay (R33, R39)."""
    cheaper = max(0, paid - price)
    return min(paid, cheaper + -cheaper % step)


def _given_up(case: Case, states: Collection[ReplacementState]) -> Case:
    for one in case.replacements:
        case = _with(case, one, ReplacementState.RELEASING) if one.state in states else case
    return case


def _is_next_state(known: ReplacementState, answer: ReplacementState) -> bool:
    if known is ReplacementState.RELEASING:
        return answer is ReplacementState.RELEASED
    return known is ReplacementState.PLANNED and answer is not known


def _with(case: Case, one: Replacement, state: ReplacementState) -> Case:
    case = case.with_replacement(one.amend(state=state))
    if state not in _TURNS_INTO_REFUND:
        return case
    line = next(line for line in case.lines if line.sku == one.line_sku)
    return case.with_line(line.amend(exchange_for=None))


def _in_parcel(case: Case, dispatch: Dispatch) -> tuple[Replacement, ...]:
    return tuple(
        one for one in case.replacements if one.state is ReplacementState.RESERVED and dispatch.sku in {None, one.sku}
    )
