"""Plans how a refund is split over its order's payments, and commits the parts within each cap (R32, R35)."""

from sqlalchemy import Connection

from activities.ports.payment_gateway import PaymentSteps
from db.payouts.ledger_postings import enter_label, enter_planned, postage_planned
from db.payouts.payment_reservations import Capture, commit, give_up, lock_captures
from db.payouts.payout_rows import PayoutRecord, read_payouts, write_payouts
from domain.cases.case import Case
from domain.cases.payout import OUTSIDE, REIMBURSEMENT, Payout, RefundDue, first_key
from domain.errors import CapExceededError
from domain.payout_state import PayoutState
from policy.payment_allocation import Allocation, Part, caps, share_out

Share = tuple[str, str, Part]


def in_minor_units(provider: str, currency: str) -> int:  # noqa: ARG001 - as PaymentSteps
    """Return 1: every amount of minor units can be paid."""
    return 1


def plan_payouts(connection: Connection, case: Case, steps: PaymentSteps = in_minor_units) -> tuple[Payout, ...]:
    """Return the case's payouts including those for `case.refund_due`; the same version gets the same plan.

    Return postage for which the payments have no room, and what their providers cannot pay exactly by `steps` (R33),
    become a reimbursement that finance pays by hand (R32). Raises CapExceededError if there is no room for goods.
    """
    captures = lock_captures(connection, case.order_number)
    known = {payout.payout_id for payout in case.payouts}
    records = read_payouts(connection, case.case_id)
    planned = [record for record in records if record.payout_id not in known and not record.released]
    if planned and not _is_plan_of(case, planned):
        # Planned by a worker that died before its workflow task was saved, so that the history does not have it.
        give_up(connection, planned, case.updated_at)
        captures, planned = lock_captures(connection, case.order_number), []
    planned = planned or _plan(connection, case, captures, steps, first=len(records) + 1)
    # The case's own payouts come first: they may have answers that are recorded together with this plan.
    return (*case.payouts, *(record.payout for record in planned))


def left_for_goods(connection: Connection, order_number: str) -> int:
    """Return how much of the order's payments is left for goods, if return postage makes room for them (R32)."""
    captures = lock_captures(connection, order_number)
    return sum(_room(captures)) + _swappable(connection, order_number, captures)


def _is_plan_of(case: Case, planned: list[PayoutRecord]) -> bool:
    versions = {record.planned_at_version for record in planned}
    total = case.refund_due.total.minor if case.refund_due else 0
    return versions == {case.version} and sum(record.payout.amount.minor for record in planned) == total


def _plan(
    connection: Connection, case: Case, captures: list[Capture], steps: PaymentSteps, first: int
) -> list[PayoutRecord]:
    if case.refund_due is None:
        return []
    shares = _shares(_allocate(connection, case, case.refund_due, captures, steps), captures)
    records = [_record(case, first + place, share) for place, share in enumerate(shares)]
    write_payouts(connection, records)
    for record, (_, _, part) in zip(records, shares, strict=True):
        commit(connection, record)
        enter_planned(connection, record, part, case.updated_at)
    _enter_rest_of_label(connection, case, case.refund_due, shares)
    return records


def _allocate(
    connection: Connection, case: Case, due: RefundDue, captures: list[Capture], steps: PaymentSteps
) -> Allocation:
    room, swappable = _room(captures), _swappable(connection, case.order_number, captures)
    allocation = share_out(due, room, swappable, [steps(one.provider, case.currency) for one in captures])
    if allocation.unplaced:
        goods = due.total.minor - due.return_postage.minor
        message = f"{goods} are to be refunded for goods, but only {sum(room)} are left of what was paid"
        raise CapExceededError(f"order {case.order_number}: {message}")
    return allocation


def _room(captures: list[Capture]) -> tuple[int, ...]:
    return caps([one.captured for one in captures], [one.committed + one.external_refunds for one in captures])


def _swappable(connection: Connection, order_number: str, captures: list[Capture]) -> int:
    # An external refund may have been for goods too, so that there is no postage to change places with.
    return 0 if any(one.external_refunds for one in captures) else postage_planned(connection, order_number)


def _shares(allocation: Allocation, captures: list[Capture]) -> list[Share]:
    through = [(one.provider, one.reference, part) for one, part in zip(captures, allocation.parts, strict=True)]
    return [share for share in [*through, (REIMBURSEMENT, OUTSIDE, allocation.outside)] if share[2].amount]


def _enter_rest_of_label(connection: Connection, case: Case, due: RefundDue, shares: list[Share]) -> None:
    """Enter the part of the label that no payout shows, because it used up all of the goods (R31)."""
    if rest := due.label_deduction.minor - sum(part.label for _, _, part in shares):
        enter_label(connection, case, rest)


def _record(case: Case, position: int, share: Share) -> PayoutRecord:
    provider, reference, part = share
    is_outside = provider == REIMBURSEMENT
    payout = Payout(
        payout_id=f"{case.case_id}-p{position}",
        provider=provider,
        payment_reference=reference,
        amount=case.money(part.amount),
        idempotency_key=first_key(case.case_id, position),
        state=PayoutState.ACTION_REQUIRED if is_outside else PayoutState.PLANNED,
    )
    return PayoutRecord(
        payout=payout,
        case_id=case.case_id,
        order_number=case.order_number,
        position=position,
        planned_at_version=case.version,
        source_provider=None if is_outside else provider,
        source_reference=None if is_outside else reference,
    )
