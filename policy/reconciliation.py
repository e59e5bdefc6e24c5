"""Reconciliation: a gateway's refunds and our payouts laid beside each other, in both directions."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from domain.case import Payout
from domain.findings import Finding, FindingKind
from domain.gateway_events import GatewayEvent, SeenRefund
from domain.value import Value
from domain.words import PayoutState
from policy import findings as words
from policy.findings import Booked
from policy.payouts import PAID_NOTHING

APPLIED_WITHIN = timedelta(minutes=15)
_LOOKED_FOR = frozenset(
    {
        FindingKind.UNKNOWN_REFUND,
        FindingKind.SECOND_REFUND,
        FindingKind.MISSING_REFUND,
        FindingKind.STATE_DIFFERS,
        FindingKind.AMOUNT_DIFFERS,
        FindingKind.CASE_DIFFERS,
    }
)
_HOLDS_A_REFUND = frozenset({PayoutState.SUCCEEDED, PayoutState.PENDING, PayoutState.ACTION_REQUIRED})
_ON_ITS_WAY = _HOLDS_A_REFUND - {PayoutState.SUCCEEDED} | {PayoutState.SUBMITTING, PayoutState.UNKNOWN}


class Stale(Value):
    """A payout whose gateway tells something else than the books; a finding once its case has asked in vain."""

    case_id: str
    payout_id: str
    refund_id: str
    finding: Finding


class Comparison(Value):
    """What a comparison shows: findings, refunds that take room beside the payouts (R32), and what is stale."""

    findings: tuple[Finding, ...] = ()
    strangers: tuple[SeenRefund, ...] = ()
    stale: tuple[Stale, ...] = ()

    def __add__(self, other: "Comparison") -> "Comparison":
        """Return both in one."""
        return Comparison(
            findings=self.findings + other.findings,
            strangers=self.strangers + other.strangers,
            stale=self.stale + other.stale,
        )


def compare(seen: Iterable[SeenRefund], booked: Iterable[Booked], at: datetime) -> Comparison:
    """Return every difference between the refunds of one gateway and the payouts through it (I1, I3, I4)."""
    payouts = list(booked)
    owned: dict[str, list[SeenRefund]] = {one.payout.payout_id: [] for one in payouts}
    by_refund = {one.payout.gateway_refund_id: one.payout.payout_id for one in payouts if one.payout.gateway_refund_id}
    whole = Comparison()
    for refund in seen:
        named = refund.payout_id if refund.payout_id in owned else by_refund.get(refund.refund_id)
        if named:
            owned[named].append(refund)
        else:
            whole += _stranger(refund, at)
    return sum((_compared(one, owned[one.payout.payout_id], at) for one in payouts), whole)


def unseen(booked: Iterable[Booked], seen: Iterable[SeenRefund]) -> list[Booked]:
    """Return the payouts that our books call paid and whose refund is not among those seen."""
    refund_ids = {refund.refund_id for refund in seen}
    paid = (one for one in booked if one.payout.state is PayoutState.SUCCEEDED)
    return [one for one in paid if one.payout.gateway_refund_id not in refund_ids]


def unlooked(findings: Iterable[Finding], payout_ids: Collection[str], refund_ids: Collection[str]) -> list[Finding]:
    """Return the findings about refunds and payouts too old to be among those compared: they stay as they are."""
    about = [one for one in findings if one.kind in _LOOKED_FOR]
    return [one for one in about if one.payout_id not in payout_ids and one.refund_id not in refund_ids]


def overdue_events(pending: Iterable[GatewayEvent], at: datetime) -> list[GatewayEvent]:
    """Return the webhooks that happened long enough ago to have been applied (fault 16)."""
    return [event for event in pending if event.occurred_at < at - APPLIED_WITHIN]


def _stranger(refund: SeenRefund, at: datetime) -> Comparison:
    """Return a refund that is of no payout; one that failed is none, and takes no room any more."""
    found = () if refund.state in PAID_NOTHING else (words.unknown_refund(refund, at),)
    return Comparison(findings=found, strangers=(refund,))


def _compared(one: Booked, refunds: Sequence[SeenRefund], at: datetime) -> Comparison:
    counting = [refund for refund in refunds if refund.state not in PAID_NOTHING]
    if not refunds and one.payout.state is PayoutState.SUCCEEDED:
        return Comparison(findings=(words.missing_refund(one, at),))
    second = _second(one.payout, refunds, counting)
    differing = [refund for refund in counting if refund.amount != one.payout.amount]
    found = (
        *(words.second_refund(one, refund, at) for refund in second),
        *(words.amount_differs(one, refund, at) for refund in differing),
    )
    kept = [refund for refund in counting or refunds if refund not in second]
    return Comparison(findings=found, strangers=tuple(second), stale=_stale(one, kept, at))


def _second(payout: Payout, refunds: Sequence[SeenRefund], counting: Sequence[SeenRefund]) -> list[SeenRefund]:
    """Return the refunds beside the one that the books know, which may be too old to be seen; else beside the first."""
    recorded = payout.gateway_refund_id
    is_out_of_sight = payout.state in _HOLDS_A_REFUND and recorded not in {one.refund_id for one in refunds}
    if is_out_of_sight or recorded in {one.refund_id for one in counting}:
        return [one for one in counting if one.refund_id != recorded]
    return sorted(counting, key=lambda one: (one.created_at, one.refund_id))[1:]


def _stale(one: Booked, refunds: Sequence[SeenRefund], at: datetime) -> tuple[Stale, ...]:
    """Return what the gateway's latest word on the payout is when the books disagree on whether it was paid."""
    if not refunds:
        return ()
    told = max(refunds, key=lambda refund: (refund.created_at, refund.refund_id))
    if not _differ(one.payout, told):
        return ()
    finding = words.state_differs(one, told, at)
    payout_id = one.payout.payout_id
    return (Stale(case_id=one.case_id, payout_id=payout_id, refund_id=told.refund_id, finding=finding),)


def _differ(payout: Payout, told: SeenRefund) -> bool:
    """Return whether one of both calls it paid, or the books wait for a refund that has failed."""
    is_waited_for = payout.state in _ON_ITS_WAY and payout.gateway_refund_id == told.refund_id
    differs = (payout.state is PayoutState.SUCCEEDED) != (told.state is PayoutState.SUCCEEDED)
    return differs or (is_waited_for and told.state in PAID_NOTHING)
