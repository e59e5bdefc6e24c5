"""How a refund is split over the original payments, and what is paid outside them (R32, R33, R35)."""

from collections.abc import Sequence
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


def allocate(total: int, room: Sequence[int]) -> tuple[tuple[int, ...], int]:
    """Return what each payment takes and what is left to pay outside them, in minor units; together they are the total.

    R35: the payments are filled in their fixed order. R32: none takes more than its room.
    """
    parts: list[int] = []
    left = total
    for space in room:
        parts.append(min(left, space))
        left -= parts[-1]
    return tuple(parts), left


def share_out(due: RefundDue, room: Sequence[int], postage_before: int) -> Allocation:
    """Return how a refund goes back: first goods and outbound postage, through the payments in their order (R35).

    R32: return postage uses the room that is left, and the rest of it becomes a reimbursement outside the payments.
    Only postage ever goes outside: if return postage of an earlier case (`postage_before`) has taken the room of these
    goods, the two change places, and that postage is reimbursed outside instead. All amounts are in minor units; the
    parts, the part outside and the unplaced goods add up to `due.total` (R33).
    """
    goods, unplaced = allocate(due.total.minor - due.return_postage.minor, room)
    left = [space - part for space, part in zip(room, goods, strict=True)]
    postage, beyond = allocate(due.return_postage.minor, left)
    swapped = min(unplaced, postage_before)
    with_label = next((place for place, part in enumerate(goods) if part), None)
    labels = [due.label_deduction.minor if place == with_label else 0 for place in range(len(room))]
    parts = tuple(Part(*part) for part in zip(goods, postage, labels, strict=True))
    return Allocation(parts, Part(postage=beyond + swapped, swapped=swapped), unplaced - swapped)
