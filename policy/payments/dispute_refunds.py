"""Refunds by which a lost dispute returned its money: the same money, which a provider reports twice (R38)."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from domain.cases.payment_balance import PaymentReturn, ReturnWay

MADE_WITHIN = timedelta(hours=1)
"""How long after a dispute was decided its refund may be made (chosen: providers make it at once)."""


class ReportedReturn(NamedTuple):
    """A return as the provider reported it, and what shows whether a refund is the money of a dispute.

    `at` is when a refund was made, or when a dispute last changed; `is_reversal` means that the provider took it back.
    """

    money: PaymentReturn
    at: datetime
    opened_at: datetime | None = None
    refund_ids: tuple[str, ...] = ()
    is_reversal: bool = False


def merge_dispute_refunds(reported: Sequence[ReportedReturn]) -> list[PaymentReturn]:
    """Return a payment's returns in their order, without refunds by which a lost dispute returned its money (R38).

    These are the refunds that the dispute names; otherwise one that the provider reversed; otherwise one of the same
    amount, made while the dispute was open. A reversal without a lost dispute counts as a refund (R32). A dispute in
    another currency than its refunds counts as much as they do.
    """
    refunds = [one for one in reported if one.money.way is ReturnWay.EXTERNAL_REFUND]
    lost = [one for one in reported if one.money.way is ReturnWay.DISPUTE and one.money.is_final]
    same: dict[str, list[ReportedReturn]] = {}
    for look in (_named, _reversed, _alike):
        for dispute in (one for one in lost if one.money.return_id not in same):
            known = [one for found in same.values() for one in found]
            if found := list(look(dispute, [one for one in refunds if one not in known])):
                same[dispute.money.return_id] = found
    dropped = [one for found in same.values() for one in found]
    return [_merged(one.money, same.get(one.money.return_id, [])) for one in reported if one not in dropped]


def _named(dispute: ReportedReturn, refunds: Sequence[ReportedReturn]) -> Iterator[ReportedReturn]:
    return (one for one in refunds if one.money.return_id in dispute.refund_ids)


def _reversed(dispute: ReportedReturn, refunds: Sequence[ReportedReturn]) -> Sequence[ReportedReturn]:
    reversals = [one for one in refunds if one.is_reversal]
    return sorted(reversals, key=lambda one: one.money.amount != dispute.money.amount)[:1]


def _alike(dispute: ReportedReturn, refunds: Sequence[ReportedReturn]) -> Sequence[ReportedReturn]:
    began = dispute.opened_at
    if began is None:
        return []
    ends = dispute.at + MADE_WITHIN
    return [one for one in refunds if one.money.amount == dispute.money.amount and began <= one.at <= ends][:1]


def _merged(money: PaymentReturn, refunds: Sequence[ReportedReturn]) -> PaymentReturn:
    if not refunds:
        return money
    parts = [one.money for one in refunds]
    counted = dict(money.counted)
    for case_id, minor in (each for part in parts for each in part.counted.items()):
        counted[case_id] = counted.get(case_id, 0) + minor
    is_in_theirs = any(part.amount.currency == money.amount.currency for part in parts)
    amount = money.amount if is_in_theirs else parts[0].amount.amend(minor=sum(part.amount.minor for part in parts))
    return money.amend(amount=amount, counted=counted, other_ids=tuple(part.return_id for part in parts))
