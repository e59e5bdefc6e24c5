"""Compares both books: every refund of a gateway with our payouts, and every payout with the gateway's refunds."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from domain.findings import Finding, FindingKind
from domain.payment_events import GatewayEvent, GatewayRefundRecord
from domain.payout_state import PayoutState
from domain.value import Value
from policy.reconciliation import findings
from policy.reconciliation.findings import Booked

EVENT_PATIENCE = timedelta(hours=1)
_ALWAYS_RECHECKED = frozenset(
    {
        FindingKind.LEDGER_UNBALANCED,
        FindingKind.REIMBURSEMENT_DUE,
        FindingKind.DISPUTED_AND_REFUNDED,
        FindingKind.EVENT_UNAPPLIED,
    }
)


class Stale(Value):
    """A payout about which gateway and books disagree; its case then asks the gateway, as after a webhook."""

    case_id: str
    payout_id: str
    refund_id: str
    finding: Finding


class Comparison(Value):
    """The differences between a gateway's list and our payouts."""

    findings: tuple[Finding, ...] = ()
    stale: tuple[Stale, ...] = ()
    external_refunds: tuple[GatewayRefundRecord, ...] = ()
    """Refunds that no payout made, whose money has nevertheless left the payment (R32)."""

    def __add__(self, other: "Comparison") -> "Comparison":
        """Return the differences of both."""
        return Comparison(
            findings=(*self.findings, *other.findings),
            stale=(*self.stale, *other.stale),
            external_refunds=(*self.external_refunds, *other.external_refunds),
        )


def compare(refunds: Iterable[GatewayRefundRecord], payouts: Iterable[Booked], at: datetime) -> Comparison:
    """Return all differences between one gateway's refunds and the payouts that went to it.

    `payouts` must include every payout to which one of the refunds may belong; a payout that counts as paid must have
    its refund in `refunds`.
    """
    books = {one.payout.payout_id: one for one in payouts}
    by_refund = {one.payout.gateway_refund_id: one for one in books.values() if one.payout.gateway_refund_id}
    made: dict[str, list[GatewayRefundRecord]] = {payout_id: [] for payout_id in books}
    result = Comparison()
    for refund in refunds:
        owner = books.get(refund.payout_id or "") or by_refund.get(refund.refund_id)
        if owner:
            made[owner.payout.payout_id].append(refund)
        else:
            result += _external(refund, at)
    for payout_id, of_payout in made.items():
        result += _of_payout(books[payout_id], of_payout, at)
    return result


def unlisted(payouts: Iterable[Booked], refunds: Collection[GatewayRefundRecord]) -> list[Booked]:
    """Return the payouts that count as paid but whose own refund is not in the list; each must be looked up.

    A refund that names the payout is not enough: it may be a second one, while the first is too old for the list (I3).
    """
    listed = {one.refund_id for one in refunds}
    return [one for one in payouts if _is_paid_by_gateway(one) and one.payout.gateway_refund_id not in listed]


def overdue_events(pending: Iterable[GatewayEvent], at: datetime) -> list[GatewayEvent]:
    """Return the events that have been waiting for more than an hour, without refunds by hand (a separate finding)."""
    waiting = (one for one in pending if at - one.occurred_at > EVENT_PATIENCE)
    return [one for one in waiting if one.dispute or (one.refund and one.refund.payout_id)]


def findings_not_rechecked(
    open_before: Iterable[Finding], payout_ids: Collection[str], refund_ids: Collection[str]
) -> list[Finding]:
    """Return the open findings that this comparison did not check again; they stay open until closed."""
    return [one for one in open_before if not _was_rechecked(one, payout_ids, refund_ids)]


def _was_rechecked(finding: Finding, payout_ids: Collection[str], refund_ids: Collection[str]) -> bool:
    if finding.kind in _ALWAYS_RECHECKED:
        return True
    if finding.kind in {FindingKind.EXTERNAL_REFUND, FindingKind.SECOND_REFUND}:
        return finding.refund_id in refund_ids
    return finding.payout_id in payout_ids


def _external(refund: GatewayRefundRecord, at: datetime) -> Comparison:
    found = () if refund.state.has_paid_nothing else (findings.external_refund(refund, at),)
    return Comparison(findings=found, external_refunds=(refund,))


def _of_payout(booked: Booked, refunds: Sequence[GatewayRefundRecord], at: datetime) -> Comparison:
    if not refunds:
        missing = (findings.missing_refund(booked, at),) if _is_paid_by_gateway(booked) else ()
        return Comparison(findings=missing)
    own = _own(booked, refunds)
    others = tuple(one for one in refunds if one is not own and not one.state.has_paid_nothing)
    seconds = tuple(findings.second_refund(booked, one, at) for one in others)
    return Comparison(findings=seconds, external_refunds=others) + (
        _own_differs(booked, own, at) if own else Comparison()
    )


def _own(booked: Booked, refunds: Sequence[GatewayRefundRecord]) -> GatewayRefundRecord | None:
    """Return the payout's own refund: the one that the payout names, or else the first one.

    Refunds that paid nothing are considered only if there are no others. A payout that is paid to another account by
    now has no refund of its own (R36).
    """
    if booked.payout.is_outside:
        return None
    in_order = sorted(refunds, key=lambda one: one.created_at)
    choice = [one for one in in_order if not one.state.has_paid_nothing] or in_order
    return next((one for one in choice if one.refund_id == booked.payout.gateway_refund_id), choice[0])


def _own_differs(booked: Booked, refund: GatewayRefundRecord, at: datetime) -> Comparison:
    payout = booked.payout
    is_other_amount = refund.amount != payout.amount and not refund.state.has_paid_nothing
    result = Comparison(findings=(findings.amount_differs(booked, refund, at),) if is_other_amount else ())
    if _agree(payout.state, refund.state):
        return result
    found = findings.state_differs(booked, refund, at)
    stale = Stale(case_id=booked.case_id, payout_id=payout.payout_id, refund_id=refund.refund_id, finding=found)
    return result + Comparison(stale=(stale,))


def _agree(ours: PayoutState, theirs: PayoutState) -> bool:
    """Return whether the books and the gateway agree: paid, on its way, or nothing paid.

    A payout that is being submitted agrees with an earlier attempt that failed. An unknown status of the gateway never
    counts as a difference.
    """
    if ours is theirs or theirs is PayoutState.UNKNOWN:
        return True
    if theirs.has_paid_nothing:
        return ours.has_paid_nothing or ours.is_unconfirmed
    return ours.is_pending and theirs.is_pending


def _is_paid_by_gateway(booked: Booked) -> bool:
    return booked.payout.state is PayoutState.SUCCEEDED and not booked.payout.is_outside
