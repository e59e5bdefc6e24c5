"""How a refund is split over the payments of its order, committed under the cap of each (R32, R35)."""

from sqlalchemy import Connection

from db.commitments import Capture, commit, give_up, lock_captures
from db.ledger import enter_planned, goods_planned
from db.payout_rows import PayoutRecord, idempotency_key, read_payouts, write_payouts
from domain.case import REIMBURSEMENT, Case, Payout
from domain.errors import CapExceededError
from domain.money import Money
from domain.words import PayoutState
from policy.money import allocate, caps

Part = tuple[str, str, int]


def plan_payouts(connection: Connection, case: Case) -> tuple[Payout, ...]:
    """Return the case's payouts with those for `case.refund_due`; the same again for the same version of the case.

    What does not fit the payments is a reimbursement that finance pays by hand (R32). Raises CapExceededError when
    more would be paid for goods than was captured, whichever way.
    """
    captures = lock_captures(connection, case.order_number)
    known = {payout.payout_id for payout in case.payouts}
    records = read_payouts(connection, case.case_id)
    planned = [record for record in records if record.payout_id not in known and not record.released]
    if planned and not _is_plan_of(case, planned):
        # Planned by a worker that died before its workflow task was saved: that history never became true.
        give_up(connection, planned, case.updated_at)
        captures, planned = lock_captures(connection, case.order_number), []
    planned = planned or _plan(connection, case, captures, first=len(records) + 1)
    before = [record for record in records if record.payout_id in known]
    return tuple(record.payout for record in [*before, *planned])


def _is_plan_of(case: Case, planned: list[PayoutRecord]) -> bool:
    versions = {record.planned_at_version for record in planned}
    return versions == {case.version} and sum(record.payout.amount.minor for record in planned) == _total(case)


def _total(case: Case) -> int:
    return case.refund_due.total.minor if case.refund_due else 0


def _plan(connection: Connection, case: Case, captures: list[Capture], first: int) -> list[PayoutRecord]:
    total = _total(case)
    if total <= 0:
        return []
    goods = _goods(connection, case, captures)
    records = [_record(case, first + place, part) for place, part in enumerate(_parts(total, captures))]
    write_payouts(connection, records)
    for record in records:
        commit(connection, record)
        part = min(goods, record.payout.amount.minor)
        enter_planned(connection, record, part, case.updated_at)
        goods -= part
    return records


def _goods(connection: Connection, case: Case, captures: list[Capture]) -> int:
    """Return how much of the total is for goods and outbound postage, which all payments together must cover."""
    postage = case.refund_due.return_postage.minor if case.refund_due else 0
    goods = max(0, _total(case) - postage)
    room = sum(capture.captured for capture in captures) - goods_planned(connection, case.order_number)
    if goods > room:
        says = f"{goods} to be refunded for goods, {room} left of what was paid"
        raise CapExceededError(f"order {case.order_number}: {says}")
    return goods


def _parts(total: int, captures: list[Capture]) -> list[Part]:
    room = caps([capture.captured for capture in captures], [capture.committed for capture in captures])
    amounts, outside = allocate(total, room)
    parts = [(one.provider, one.reference, amount) for one, amount in zip(captures, amounts, strict=True)]
    return [part for part in [*parts, (REIMBURSEMENT, "outside", outside)] if part[2]]


def _record(case: Case, position: int, part: Part) -> PayoutRecord:
    provider, reference, amount = part
    payout = Payout(
        payout_id=f"{case.case_id}-p{position}",
        provider=provider,
        payment_reference=reference,
        amount=Money(minor=amount, currency=case.currency),
        idempotency_key=idempotency_key(case.case_id, position, 1),
        state=PayoutState.ACTION_REQUIRED if provider == REIMBURSEMENT else PayoutState.PLANNED,
    )
    return PayoutRecord(
        payout=payout,
        case_id=case.case_id,
        order_number=case.order_number,
        position=position,
        planned_at_version=case.version,
    )
