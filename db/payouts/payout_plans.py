"""Plans how a refund is split over its order's payments, and commits the parts within each cap (R32, R35)."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from activities.ports.payment_gateway import PaymentSteps
from db.payouts.disputes import record_dispute
from db.payouts.ledger_postings import enter_label, enter_planned, postage_planned
from db.payouts.lost_payouts import enter_lost_payouts
from db.payouts.payment_balances import keep_counted, read_balances
from db.payouts.payment_reservations import Capture, commit, give_up, lock_captures
from db.payouts.payout_rows import PayoutRecord, read_payouts, write_payouts
from db.payouts.payout_sync import take_over_payouts
from domain.cases.case import Case
from domain.cases.payment_balance import CountedReturn, PaymentBalance, PlanRequest
from domain.cases.payout import OUTSIDE, REIMBURSEMENT, Payout, RefundDue, first_key
from domain.errors import CapExceededError, OtherAmountOwedError, ReturnNotCountedError
from domain.payout_state import PayoutState
from policy.payments.payment_allocation import Allocation, Part, caps, share_out
from policy.payments.payment_balance import check_named, count_returns, still_owed

Share = tuple[str, str, Part]


def in_minor_units(provider: str, currency: str) -> int:  # noqa: ARG001 - as PaymentSteps
    """Return 1: every amount of minor units can be paid."""
    return 1


class Plan(NamedTuple):
    """All payouts of a case, and all returns that count as paid for it (R32, R38)."""

    payouts: tuple[Payout, ...]
    counted: tuple[CountedReturn, ...] = ()


def plan_payouts(connection: Connection, case: Case, steps: PaymentSteps = in_minor_units) -> tuple[Payout, ...]:
    """Return the case's payouts including those for `case.refund_due`; the same version gets the same plan.

    Return postage for which the payments have no room, and what their providers cannot pay exactly by `steps` (R33),
    become a reimbursement that finance pays by hand (R32). Raises CapExceededError if there is no room for goods.
    """
    captures = lock_captures(connection, case.order_number)
    records = read_payouts(connection, case.case_id)
    if lost := enter_lost_payouts(connection, case, records):
        records = [*records, *lost]
        captures = lock_captures(connection, case.order_number)
    unsaved = _unsaved(case, records)
    if unsaved and _is_plan_of(case, unsaved):
        # The case's own payouts come first: they may have answers that are recorded together with this plan.
        return (*case.payouts, *(one.payout for one in unsaved))
    if unsaved:
        give_up(connection, unsaved, case.updated_at)
        captures = lock_captures(connection, case.order_number)
    return _with_payouts_for(connection, case, case.refund_due, captures, len(records), PlanRequest(), steps)


def replan_payouts(
    connection: Connection, case: Case, asked: PlanRequest, steps: PaymentSteps = in_minor_units
) -> Plan:
    """Return payouts for all that the case is still owed, in place of those that paid nothing (R36).

    Returns that count as paid are recorded with it (R32, R38). Payouts that are right as they are stay. Raises
    CapExceededError if there is no room for goods and no shortage is counted, ReturnNotCountedError for a return that
    is named in vain, and OtherAmountOwedError if `asked` expects another amount.
    """
    lock_captures(connection, case.order_number)
    if asked.dispute is not None:
        record_dispute(connection, asked.dispute)
    # What the gateway has told of them since is entered before they are given up: a reversal, for example (R37).
    records = take_over_payouts(connection, case)
    give_up(connection, _unsaved(case, records.values()), case.updated_at)
    case, replaceable = _with_recorded(case, records)
    balances = [_without(balance, replaceable) for balance in read_balances(connection, case.order_number)]
    if refusal := check_named(case, asked, balances):
        raise ReturnNotCountedError(refusal.message)
    left = _given_up(case, replaceable)
    counted = count_returns(left, asked, balances)
    if counted == case.counted and (not asked.pays or _is_still_right(case, asked, replaceable, balances)):
        return _expected(Plan(case.payouts, case.counted), asked)
    give_up(connection, replaceable, case.updated_at)
    keep_counted(connection, case, counted)
    left = left.amend(counted=counted)
    due = _due(left) if asked.pays else None
    captures = lock_captures(connection, case.order_number)
    payouts = _with_payouts_for(connection, left, due, captures, len(records), asked, steps)
    return _expected(Plan(payouts, counted), asked)


def _unsaved(case: Case, records: Iterable[PayoutRecord]) -> list[PayoutRecord]:
    """Return what a worker planned that died before its workflow task was saved; the history does not have it."""
    return [one for one in records if not one.released and case.payout(one.payout_id) is None]


def _given_up(case: Case, replaceable: Sequence[PayoutRecord]) -> Case:
    for record in replaceable:
        case = case.with_payout(record.payout.amend(state=PayoutState.CANCELED, released=True))
    return case


def _without(balance: PaymentBalance, replaceable: Sequence[PayoutRecord]) -> PaymentBalance:
    return balance.amend(committed=balance.committed - _freed(balance, replaceable))


def _freed(balance: PaymentBalance, replaceable: Sequence[PayoutRecord]) -> int:
    key = (balance.provider, balance.reference)
    return sum(one.payout.amount.minor for one in replaceable if (one.source_provider, one.source_reference) == key)


def _is_still_right(
    case: Case, asked: PlanRequest, replaceable: Sequence[PayoutRecord], balances: Sequence[PaymentBalance]
) -> bool:
    """Return whether the payouts that could be replaced are just what is still owed, and their payments take them."""
    is_elsewhere = any(one.payout.is_outside is (asked.account is None) for one in replaceable)
    if not replaceable or is_elsewhere or still_owed(case).total:
        return False
    return all(_freed(balance, replaceable) <= balance.room for balance in balances)


def _expected(plan: Plan, asked: PlanRequest) -> Plan:
    """Return the plan; raises OtherAmountOwedError if what is owed outside is not what somebody says they paid."""
    owed = [one.amount for one in plan.payouts if one.is_outside and one.state is PayoutState.ACTION_REQUIRED]
    if asked.expects is not None and asked.expects.minor != sum(one.minor for one in owed):
        total = asked.expects.amend(minor=sum(one.minor for one in owed))
        raise OtherAmountOwedError(f"amount: {total} is still owed outside the original payments, not {asked.expects}")
    return plan


def _with_recorded(case: Case, records: dict[str, PayoutRecord]) -> tuple[Case, list[PayoutRecord]]:
    """Return the case with what the books know better, and the payouts that another plan may replace."""
    replaceable: list[PayoutRecord] = []
    for payout in (one for one in case.payouts if not one.released):
        record = records[payout.payout_id]
        if payout.state is PayoutState.PLANNED and record.payout.state.may_be_with_gateway:
            case = case.with_payout(record.payout)
        elif record.released and _may_be_replaced(payout):
            case = case.with_payout(payout.amend(state=PayoutState.CANCELED, released=True))
        elif _may_be_replaced(payout):
            replaceable.append(record.amend(payout=payout))
    return case, replaceable


def _may_be_replaced(payout: Payout) -> bool:
    by_hand = payout.is_outside and not payout.is_postage_outside and payout.state is PayoutState.ACTION_REQUIRED
    return by_hand or payout.state is PayoutState.PLANNED or payout.state.has_paid_nothing


def _with_payouts_for(  # noqa: PLR0913, PLR0917 - what a plan is made of
    connection: Connection,
    case: Case,
    due: RefundDue | None,
    captures: list[Capture],
    known: int,
    asked: PlanRequest,
    steps: PaymentSteps,
) -> tuple[Payout, ...]:
    """Return the case's payouts with new ones for what is due, committed."""
    if due is None:
        return case.payouts
    shares = _shares(_allocate(connection, case, due, captures, asked, steps), captures)
    records = [_record(case, known + place, share, asked) for place, share in enumerate(shares, start=1)]
    write_payouts(connection, records)
    for record, (_, _, part) in zip(records, shares, strict=True):
        commit(connection, record)
        enter_planned(connection, record, part, case.updated_at)
    _enter_rest_of_label(connection, case, due, shares)
    return (*case.payouts, *(record.payout for record in records))


def _due(case: Case) -> RefundDue:
    """Return what is still owed of all that has fallen due."""
    rest, nothing = still_owed(case), case.money(0)
    return RefundDue(
        goods=case.money(rest.goods),
        outbound_postage=nothing,
        return_postage=case.money(rest.postage),
        label_deduction=nothing,
        total=case.money(rest.total),
    )


def left_for_goods(connection: Connection, order_number: str) -> int:
    """Return how much of the order's payments is left for goods, if return postage makes room for them (R32)."""
    captures = lock_captures(connection, order_number)
    return sum(_room(captures)) + _swappable(connection, order_number, captures)


def _is_plan_of(case: Case, planned: list[PayoutRecord]) -> bool:
    versions = {record.planned_at_version for record in planned}
    total = case.refund_due.total.minor if case.refund_due else 0
    return versions == {case.version} and sum(record.payout.amount.minor for record in planned) == total


def _allocate(  # noqa: PLR0913, PLR0917 - what a plan is made of
    connection: Connection,
    case: Case,
    due: RefundDue,
    captures: list[Capture],
    asked: PlanRequest,
    steps: PaymentSteps,
) -> Allocation:
    room, swappable = _room(captures), _swappable(connection, case.order_number, captures)
    allocation = share_out(due, room, swappable, [steps(one.provider, case.currency) for one in captures])
    if allocation.unplaced and not asked.counts_shortage:
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


def _record(case: Case, position: int, share: Share, asked: PlanRequest) -> PayoutRecord:
    """Return the payout of a share; what is paid to another account counts against its payment all the same (R36)."""
    source_provider, source_reference, part = share
    is_postage_outside = source_provider == REIMBURSEMENT
    is_outside = is_postage_outside or asked.account is not None
    payout = Payout(
        payout_id=f"{case.case_id}-p{position}",
        provider=REIMBURSEMENT if is_outside else source_provider,
        payment_reference=asked.account or "" if is_outside and not is_postage_outside else source_reference,
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
        source_provider=None if is_postage_outside else source_provider,
        source_reference=None if is_postage_outside else source_reference,
    )
