"""Reserves parts of payments for payouts (R32): committed with the plan, released when a payout is given up."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.exc import IntegrityError

from db.core.upsert import given
from db.payouts.external_refunds import note_returned_by_dispute, renew_external_refunds
from db.payouts.ledger_postings import enter_dispute_lost, enter_released
from db.payouts.payout_rows import PayoutRecord, write_payouts
from db.tables import OrderPaymentRow
from domain.errors import CapExceededError
from domain.payout_state import PayoutState

_PAYMENTS = OrderPaymentRow.__table__
_LOCK = (
    select(
        _PAYMENTS.c.provider,
        _PAYMENTS.c.reference,
        _PAYMENTS.c.captured,
        _PAYMENTS.c.committed,
        _PAYMENTS.c.external_refunds,
    )
    .where(given(_PAYMENTS.c.order_number))
    .order_by(_PAYMENTS.c.position)
    .with_for_update(key_share=True)
)
# The table's constraint decides, not what was read before.
_COMMIT = (
    update(_PAYMENTS)
    .where(_PAYMENTS.c.order_number == bindparam("of_order"), _PAYMENTS.c.provider == bindparam("of_provider"))
    .where(_PAYMENTS.c.reference == bindparam("of_reference"))
    .values(committed=_PAYMENTS.c.committed + bindparam("more"))
)


class Capture(NamedTuple):
    """A captured payment, with how much is committed and how much went back without a payout, in minor units."""

    provider: str
    reference: str
    captured: int
    committed: int
    external_refunds: int


def lock_captures(connection: Connection, order_number: str) -> list[Capture]:
    """Return the order's payments in their fixed order, and lock them against other plans in this transaction."""
    return [Capture(*row) for row in connection.execute(_LOCK, {"order_number": order_number})]


def commit(connection: Connection, record: PayoutRecord) -> None:
    """Commit the payout's amount of its payment; raises CapExceededError if that exceeds what was captured (R32)."""
    try:
        _change(connection, record, record.payout.amount.minor)
    except IntegrityError as error:
        payout = record.payout
        payment = f"{payout.provider} {payout.payment_reference}"
        raise CapExceededError(f"{payment}: {payout.amount} exceeds what is left of the captured amount") from error


def give_up(connection: Connection, records: Sequence[PayoutRecord], at: datetime) -> None:
    """Release what is committed to payouts that will never be made, and enter that in the ledger."""
    for record in records:
        _free(connection, record)
        enter_released(connection, record, at)


def leave_to_dispute(connection: Connection, record: PayoutRecord, at: datetime) -> None:
    """Release the payout's amount because a lost dispute has returned it; the dispute's amount counts instead (R38)."""
    note_returned_by_dispute(connection, record, at)
    _free(connection, record)
    enter_dispute_lost(connection, record, at)


def _free(connection: Connection, record: PayoutRecord) -> None:
    _change(connection, record, -record.payout.amount.minor)
    if record.source_provider and record.source_reference:
        renew_external_refunds(connection, record.source_provider, record.source_reference)
    write_payouts(connection, [record.amend(released=True).with_payout(state=PayoutState.CANCELED)])


def _change(connection: Connection, record: PayoutRecord, more: int) -> None:
    if record.source_provider is None:
        return
    payment = {"of_provider": record.source_provider, "of_reference": record.source_reference}
    connection.execute(_COMMIT, {"of_order": record.order_number, **payment, "more": more})
