"""How a refund is split over the original payments, and what is paid outside them (R32, R33, R35)."""

from collections.abc import Iterable, Sequence
from math import lcm
from typing import NamedTuple

from domain.cases.payout import RefundDue


class Part(NamedTuple):
    """What one payout consists of, in minor units.

    `label` is the price of a return label that was deducted from the goods. `swapped` is goods for which this payment
    took the room of earlier return postage; that postage is reimbursed outside. The amount contains neither.
    """

    goods: int = 0
    postage: int = 0
    label: int = 0
    swapped: int = 0

    @property
    def amount(self) -> int:
        """Return the amount to pay, in minor units."""
        return self.goods + self.postage


class Allocation(NamedTuple):
    """A refund split up: a part per payment, what is paid outside them, and goods for which no payment has room."""

    parts: tuple[Part, ...]
    outside: Part
    unplaced: int


def caps(captured: Sequence[int], gone: Sequence[int]) -> tuple[int, ...]:
    """Return how much may still go back through each payment: captured minus gone, never below zero (R32).

    Both are in minor units and in the payments' fixed order. `gone` is what all cases have refunded or planned, plus
    what was refunded by hand or lost in a dispute.
    """
    return tuple(max(0, paid - left) for paid, left in zip(captured, gone, strict=True))


def common_step(steps: Iterable[int]) -> int:
    """Return the coarsest step of an order's payments: multiples of it can be paid through each of them (R33)."""
    return lcm(*steps)


def allocate(total: int, room: Sequence[int], steps: Sequence[int] = ()) -> tuple[tuple[int, ...], int]:
    """Return what each payment takes and what is left to pay outside them, in minor units; together they are the total.

    R35: the payments are filled in their fixed order. R32: none takes more than its room. R33: each takes a multiple
    of its step, one if none are given. What does not fit into the common step goes to payments with a finer one.
    """
    fine = steps or [1] * len(room)
    coarse = common_step(fine)
    odd, rest = _filled(total % coarse, room, fine)
    left = [space - part for space, part in zip(room, odd, strict=True)]
    most, rest = _filled(total - total % coarse + rest, left, [coarse] * len(room))
    left = [space - part for space, part in zip(left, most, strict=True)]
    last, rest = _filled(rest, left, fine)
    return tuple(sum(parts) for parts in zip(odd, most, last, strict=True)), rest


def share_out(due: RefundDue, room: Sequence[int], postage_before: int, steps: Sequence[int] = ()) -> Allocation:
    """Return how a refund goes back: first goods and outbound postage, through the payments in their order (R35).

    R32: return postage uses the room that is left, and the rest of it becomes a reimbursement outside the payments.
    Otherwise only postage ever goes outside: if return postage of an earlier case (`postage_before`) has taken the room
    of these goods, the two change places, and that postage is reimbursed outside instead. R33: `steps` are what each
    payment pays multiples of; goods for which there is room, but no payment that pays them exactly, go outside too. All
    amounts are in minor units; the parts, the part outside and the unplaced goods add up to `due.total`.
    """
    goods, unplaced = allocate(due.total.minor - due.return_postage.minor, room, steps)
    left = [space - part for space, part in zip(room, goods, strict=True)]
    uneven = min(unplaced, sum(left)) if steps else 0
    postage, beyond = allocate(due.return_postage.minor, left, steps)
    swapped = min(unplaced - uneven, postage_before)
    with_label = next((place for place, part in enumerate(goods) if part), None)
    labels = [due.label_deduction.minor if place == with_label else 0 for place in range(len(room))]
    parts = tuple(Part(*part) for part in zip(goods, postage, labels, strict=True))
    outside = Part(goods=uneven, postage=beyond + swapped, swapped=swapped)
    return Allocation(parts, outside, unplaced - uneven - swapped)


def _filled(total: int, room: Sequence[int], steps: Sequence[int]) -> tuple[list[int], int]:
    parts: list[int] = []
    left = total
    for space, step in zip(room, steps, strict=True):
        part = min(left, space)
        parts.append(part - part % step)
        left -= parts[-1]
    return parts, left
