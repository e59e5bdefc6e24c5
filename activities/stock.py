"""Reserves replacements in the stock and releases them; every call is safe to repeat (R39)."""

from typing import Protocol

from pydantic import Field
from temporalio import activity

from domain.cases.exchange import Replacement, Reservation
from domain.enums import HoldReason, ReplacementState
from domain.value import Value


class StockOrder(Value):
    """The replacements of a case that are to be reserved or released."""

    case_id: str
    order_number: str
    replacements: tuple[Replacement, ...]
    value: int = Field(default=0, description="what was paid for the replaced goods, in minor units")


class StockResult(Value):
    """The stock's answer by replacement, or why it was not asked: the money is disputed (R38) or went back (R32)."""

    states: dict[str, ReplacementState]
    hold_reason: HoldReason | None = None


class Stock(Protocol):
    """The shop's stock: our own table, or the shop's system."""

    def reserve(self, reservation: Reservation) -> bool:
        """Reserve the units and return True, or return False if there are not enough; a repeat gets the same answer.

        A released reservation is not made again. Raises StockUnavailableError.
        """
        ...

    def release(self, reservation: Reservation) -> None:
        """Release the units, once; succeeds even if they were never reserved. Raises StockUnavailableError."""
        ...


class OpenDisputes(Protocol):
    """The disputes over an order's payments that are still open."""

    def holds(self, order_number: str) -> bool:
        """Return whether a dispute over a payment of the order is open."""
        ...


class RefundableBalance(Protocol):
    """What is left of an order's payments to refund."""

    def left_for_goods(self, order_number: str) -> int:
        """Return how much of the captured money is neither refunded nor committed, in minor units (R32)."""
        ...


class StockActivities:
    """The activities that call the stock."""

    def __init__(self, stock: Stock, disputes: OpenDisputes, balance: RefundableBalance) -> None:
        self._stock = stock
        self._disputes = disputes
        self._balance = balance

    @activity.defn(name="reserve_replacements")
    def reserve(self, order: StockOrder) -> StockResult:
        """Reserve each replacement and return which ones are reserved and which are out of stock.

        Nothing is reserved if the money for the goods is disputed or went back another way; the customer would get
        both.
        """
        if self._disputes.holds(order.order_number):
            return StockResult(states={}, hold_reason=HoldReason.CHARGE_DISPUTED)
        if self._balance.left_for_goods(order.order_number) < order.value:
            return StockResult(states={}, hold_reason=HoldReason.REFUNDED_EXTERNALLY)
        return StockResult(states={one.replacement_id: self._reserved(order, one) for one in order.replacements})

    @activity.defn(name="release_replacements")
    def release(self, order: StockOrder) -> StockResult:
        """Release each replacement to the stock."""
        for one in order.replacements:
            self._stock.release(_reservation(order, one))
        return StockResult(states={one.replacement_id: ReplacementState.RELEASED for one in order.replacements})

    def _reserved(self, order: StockOrder, one: Replacement) -> ReplacementState:
        is_held = self._stock.reserve(_reservation(order, one))
        return ReplacementState.RESERVED if is_held else ReplacementState.OUT_OF_STOCK


def _reservation(order: StockOrder, one: Replacement) -> Reservation:
    return Reservation(
        reservation_id=one.replacement_id,
        case_id=order.case_id,
        order_number=order.order_number,
        sku=one.sku,
        quantity=one.quantity,
    )
