"""Through which payments a refund goes back, and what is paid outside them (R32, R33, R35)."""

from collections.abc import Sequence
from typing import NamedTuple

from domain.cases.payout import RefundDue


class Part(NamedTuple):
    """What one payout is for, in minor units.

    `label` is what a label took of its goods, `swapped` goods that it makes room for; neither is in the amount.
    """

    goods: int = 0
    postage: int = 0
    label: int = 0
    swapped: int = 0

    @property
    def amount(self) -> int:
        """Return what is paid."""
        return self.goods + self.postage


class Allocation(NamedTuple):
    """A refund split up: a part for each payment, what is paid outside them, and goods that no payment can take."""

    parts: tuple[Part, ...]
    outside: Part
    unplaced: int


def caps(captured: Sequence[int], gone: Sequence[int]) -> tuple[int, ...]:
    """Return how much may still go back through each payment: captured minus gone, never below zero (R32).

    Both in minor units and in the payments' fixed order; `gone` is refunded or planned over all cases, refunded by
    hand or lost by a dispute.
    """
    return tuple(max(0, paid - left) for paid, left in zip(captured, gone, strict=True))


def allocate(total: int, room: Sequence[int]) -> tuple[tuple[int, ...], int]:
    """Return the part of each payment and what has to go outside them, in minor units; together they are the total.

    R35: the payments are filled in their fixed order. R32: none beyond its room.
    """
    parts: list[int] = []
    left = total
    for space in room:
        parts.append(min(left, space))
        left -= parts[-1]
    return tuple(parts), left


def share_out(due: RefundDue, room: Sequence[int], postage_before: int) -> Allocation:
    """Return how a refund goes back: goods with outbound postage first, through the payments in their order (R35).

    R32: return postage goes through what room they leave, and the rest of it is a reimbursement outside. Over all cases
    of an order that rest is postage only: goods that find no room because an earlier case's return postage took it,
    `postage_before`, change places with it, and that postage is what goes outside. All in minor units; the parts, what
    is outside and what is unplaced add up to `due.total` (R33).
    """
    goods, unplaced = allocate(due.total.minor - due.return_postage.minor, room)
    left = [space - part for space, part in zip(room, goods, strict=True)]
    postage, beyond = allocate(due.return_postage.minor, left)
    swapped = min(unplaced, postage_before)
    bearer = next((place for place, part in enumerate(goods) if part), None)
    labels = [due.label_deduction.minor if place == bearer else 0 for place in range(len(room))]
    parts = tuple(Part(*part) for part in zip(goods, postage, labels, strict=True))
    return Allocation(parts, Part(postage=beyond + swapped, swapped=swapped), unplaced - swapped)
