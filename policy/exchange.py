"""Exchange: what goods can be exchanged for, what is reserved and sent, and when a refund replaces it (R39)."""

from collections.abc import Collection, Mapping, Sequence

from domain.cases.case import Case, Refusal
from domain.cases.case_lines import CaseLine
from domain.cases.exchange import PENDING, Product, Replacement, Substitute
from domain.enums import ReplacementState, ResolutionDecision
from domain.money import Money, to_decimal_text
from domain.order import Order, UnitShare
from domain.request import RequestedLine
from policy.units.replaced_units import successor

RESOLUTIONS_BEFORE_SENDING = frozenset({ResolutionDecision.PAY})
"""What a human can decide while a replacement is about to be sent: the goods are refunded instead (R39)."""
_TURNS_INTO_REFUND = frozenset({ReplacementState.OUT_OF_STOCK, ReplacementState.RELEASING})
Products = Mapping[str, Product]


def check_exchange_request(case: Case, products: Products) -> Refusal | None:
    """Return why an exchange is refused: the product is unknown, has no price or costs more than was paid; else None.

    R39: the shop does not collect a difference. When the replacement costs less, the difference is refunded. What was
    paid for a unit that is a replacement itself is less the difference that was refunded for it.
    """
    refusals = (_judge_line(case, line, line.exchange_for, products) for line in case.lines if line.exchange_for)
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


def _judge_line(case: Case, line: CaseLine, wanted: Substitute, products: Products) -> Refusal | None:
    if wanted.sku == line.sku:
        return None
    if wanted.sku not in products:
        message = f"The shop has no product {wanted.sku} to exchange for. Check the sku, or ask for a refund."
        return Refusal(rule="R39", code="unknown_replacement", message=message)
    if wanted.price is None:
        message = f"{wanted.sku} has no price in {case.currency}: choose another product, or ask for a refund."
        return Refusal(rule="R39", code="replacement_not_priced", message=message)
    paid = case.money(_paid_for_each(line.units[: line.quantity]))
    return _dearer(line.sku, wanted.sku, paid, wanted.price) if wanted.price.minor > paid.minor else None


def _paid_for_each(units: Sequence[UnitShare]) -> int:
    """Return what was paid for a unit; of alike units the most, which differ by a cent, of others the least."""
    alike: dict[tuple[str | None, int], int] = {}
    for one in units:
        key = (one.ordered_as, one.generation)
        alike[key] = max(one.goods, alike.get(key, 0))
    return min(alike.values(), default=0)


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
    cheaper = [_difference(unit.goods, price.minor, case.payment_step) if price is not None else 0 for unit in units]
    return Replacement(
        replacement_id=next_replacement_id(case),
        line_sku=line.sku,
        sku=wanted.sku,
        quantity=len(units),
        difference=case.money(sum(cheaper)),
        units=tuple(successor(unit, line, wanted.sku, part) for unit, part in zip(units, cheaper, strict=True)),
    )


def next_replacement_id(case: Case) -> str:
    """Return the id of the next replacement of the case."""
    return f"{case.case_id}-x{len(case.replacements) + 1}"


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
