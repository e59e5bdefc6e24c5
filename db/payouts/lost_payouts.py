"""Payouts that a restored database has lost are entered again from their case, so that each is paid once (fault 31)."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete

from db.payouts.external_refunds import renew_external_refunds
from db.payouts.ledger_postings import enter_planned
from db.payouts.payment_reservations import Capture, commit, lock_captures
from db.payouts.payout_rows import PayoutRecord, write_payouts
from db.reconciliation.findings import add_findings
from db.tables import ExternalRefundRow
from domain.cases.case import Case
from domain.cases.payout import Payout
from domain.errors import CapExceededError
from domain.payout_state import PayoutState
from policy.payments.payment_allocation import Part
from policy.reconciliation.findings import payout_entered_again

_EXTERNAL = ExternalRefundRow.__table__
_FORGET = delete(_EXTERNAL).where(
    _EXTERNAL.c.provider == bindparam("of_provider"), _EXTERNAL.c.refund_id == bindparam("of_refund")
)
_OF_NO_PAYMENT = {"source_provider": None, "source_reference": None}


def enter_lost_payouts(connection: Connection, case: Case, known: Sequence[PayoutRecord]) -> list[PayoutRecord]:
    """Enter the case's payouts that have no record as they were when they were planned, and return them.

    What became of them since is taken over as from any case. A refund that was taken for somebody else's meanwhile is
    that payout's own again. What its payment no longer has room for is given up if nothing was sent; otherwise it is
    recorded without being committed. A finding tells of each.
    """
    recorded = {one.payout_id for one in known}
    lost = [one for one in case.payouts if one.payout_id not in recorded]
    captures = lock_captures(connection, case.order_number) if lost else []
    return [_enter(connection, case, payout, captures) for payout in lost]


def _enter(connection: Connection, case: Case, payout: Payout, captures: Sequence[Capture]) -> PayoutRecord:
    record = _record(case, payout, captures)
    if not record.released:
        _claim(connection, payout)
        record = _committed(connection, record, payout)
    write_payouts(connection, [record])
    if not record.released:
        enter_planned(connection, record, _part(payout), case.updated_at)
    add_findings(connection, [payout_entered_again(record, case.updated_at, is_short=_is_short(record, payout))])
    return record


def _is_short(record: PayoutRecord, payout: Payout) -> bool:
    is_of_no_payment = record.source_provider is None and not payout.is_postage_outside
    return not payout.released and (record.released or is_of_no_payment)


def _record(case: Case, payout: Payout, captures: Sequence[Capture]) -> PayoutRecord:
    begun = payout if payout.is_outside else payout.as_attempt(payout.attempt)
    state = PayoutState.CANCELED if payout.released else begun.state
    if payout.is_outside and not payout.released:
        state = PayoutState.ACTION_REQUIRED
    provider, reference = _source(payout, captures)
    return PayoutRecord(
        payout=begun.amend(state=state, released=False, settled_at=None),
        case_id=case.case_id,
        order_number=case.order_number,
        position=int(payout.payout_id.rpartition("-p")[2]),
        planned_at_version=case.version,
        source_provider=provider,
        source_reference=reference,
        released=payout.released,
    )


def _source(payout: Payout, captures: Sequence[Capture]) -> tuple[str | None, str | None]:
    """Return the payment against whose cap it counts: for another account the first that has room (R36)."""
    if payout.is_postage_outside:
        return None, None
    if not payout.is_outside:
        return payout.provider, payout.payment_reference
    roomy = [one for one in captures if one.captured - one.committed - one.external_refunds >= payout.amount.minor]
    return next(((one.provider, one.reference) for one in roomy), (None, None))


def _claim(connection: Connection, payout: Payout) -> None:
    """Let a refund that was recorded as nobody's be the payout's again."""
    if payout.gateway_refund_id is None:
        return
    forget = {"of_provider": payout.provider, "of_refund": payout.gateway_refund_id}
    if connection.execute(_FORGET, forget).rowcount:
        renew_external_refunds(connection, payout.provider, payout.payment_reference)


def _committed(connection: Connection, record: PayoutRecord, payout: Payout) -> PayoutRecord:
    try:
        with connection.begin_nested():
            commit(connection, record)
    except CapExceededError:
        if payout.state.has_never_moved_money:
            return record.amend(released=True).with_payout(state=PayoutState.CANCELED)
        return record.amend(**_OF_NO_PAYMENT)
    return record


def _part(payout: Payout) -> Part:
    """Return what it consists of; what was postage in it is not known any more, and counts as goods."""
    amount = payout.amount.minor
    return Part(postage=amount) if payout.is_postage_outside else Part(goods=amount)
