"""What a case is still owed, and which money that went back another way counts as paid for it (R32, R36, R38)."""

from collections.abc import Sequence
from typing import NamedTuple

from domain.cases.case import Case, Refusal
from domain.cases.payment_balance import (
    SYSTEM,
    CountedReturn,
    NamedReturn,
    Owed,
    PaymentBalance,
    PaymentReturn,
    PlanRequest,
    ReturnWay,
)
from domain.money import Money, to_decimal_text
from domain.payout_state import PayoutState


class Rest(NamedTuple):
    """What is still owed, in minor units: for goods with their outbound postage, and for return postage."""

    goods: int = 0
    postage: int = 0

    @property
    def total(self) -> int:
        """Return both together."""
        return self.goods + self.postage


def still_owed(case: Case) -> Rest:
    """Return what is owed and neither paid nor on its way, by any way (R32, R36).

    That is all that has fallen due, less payouts that succeeded or still may, returns that count as paid, and what
    finance waived. Whatever is paid counts for the goods first, a reimbursement outside for the return postage first.
    """
    owed = case.owed or owed_so_far(case)
    outside = sum(one.amount.minor for one in case.payouts if one.counts and one.is_postage_outside)
    other = sum(one.amount.minor for one in case.payouts if one.counts and not one.is_postage_outside)
    other += sum(one.amount.minor for one in case.counted) + (case.waived.minor if case.waived else 0)
    goods = owed.goods - other - max(0, outside - owed.postage)
    postage = owed.postage - outside - max(0, other - owed.goods)
    return Rest(max(0, goods), max(0, postage))


def owed_so_far(case: Case) -> Owed:
    """Return what had fallen due in a case that does not say so, because release 0.1.0 opened it.

    Its payouts are all that was planned, without those that a lost dispute replaced; a refund that was due and not
    planned is owed as well.
    """
    by_dispute = case.settled_by_dispute is not None
    payouts = [one for one in case.payouts if not (by_dispute and one.state is PayoutState.CANCELED)]
    outside = sum(one.amount.minor for one in payouts if one.is_postage_outside)
    through = sum(one.amount.minor for one in payouts if not one.is_postage_outside)
    due = case.refund_due
    if due is None or case.blocked_by is None or not case.blocked_by.money_may_be_gone:
        return Owed(goods=through, postage=outside)
    return Owed(goods=through + due.total.minor - due.return_postage.minor, postage=outside + due.return_postage.minor)


def check_named(case: Case, asked: PlanRequest, balances: Sequence[PaymentBalance]) -> Refusal | None:
    """Return why a return that somebody names cannot count as paid for the case, or None when it can (R32, R38)."""
    returns = _returns(balances)
    refusals = (_check_named(case, named, returns) for named in asked.named if asked.requested_by != SYSTEM)
    return next((refusal for refusal in refusals if refusal), None)


def count_returns(case: Case, asked: PlanRequest, balances: Sequence[PaymentBalance]) -> tuple[CountedReturn, ...]:
    """Return all returns that count as paid for the case from now on, those counted before first (R32, R38).

    What was counted and did not go back after all is taken back. Then come the returns that `asked` names, disputes
    that are open if it says so, and, if it counts a shortage, as much of the others as keeps the payments from paying
    the goods. Nothing is counted for two cases, nothing beyond what is owed, and no amount in another currency unless
    somebody says what it is worth.
    """
    returns = _returns(balances)
    case = _with(case, _taken_back(case, returns))
    case = _count_named(case, asked, returns)
    if asked.counts_open_disputes:
        case = _count_disputes(case, asked, returns)
    if asked.counts_shortage:
        case = _count_shortage(case, asked, returns, sum(balance.room for balance in balances))
    return case.counted


def _count_named(case: Case, asked: PlanRequest, returns: Sequence[PaymentReturn]) -> Case:
    by_id = {name: one for one in returns for name in one.ids}
    for named in asked.named:
        if one := by_id.get(named.return_id):
            case = _count(case, one, _worth(case, one, named), asked)
    return case


def _count_disputes(case: Case, asked: PlanRequest, returns: Sequence[PaymentReturn]) -> Case:
    for one in (one for one in returns if one.way is ReturnWay.DISPUTE and not one.is_unclear):
        case = _count(case, one, _free(case, one), asked)
    return case


def _count_shortage(case: Case, asked: PlanRequest, returns: Sequence[PaymentReturn], room: int) -> Case:
    for one in (one for one in returns if one.is_final):
        case = _count(case, one, min(still_owed(case).goods - room, _free(case, one)), asked)
    return case


def _returns(balances: Sequence[PaymentBalance]) -> list[PaymentReturn]:
    return [one for balance in balances for one in balance.returns]


def _check_named(case: Case, named: NamedReturn, returns: Sequence[PaymentReturn]) -> Refusal | None:
    one = next((one for one in returns if named.return_id in one.ids), None)
    if one is None:
        known = ", ".join(sorted(name for each in returns for name in each.ids)) or "none"
        message = f"{named.return_id} is no refund or dispute over a payment of the order; known are: {known}."
        return Refusal(rule="R32", code="unknown_return", message=f"reference: {message}")
    if named.amount is not None and named.amount.currency != case.currency:
        message = f"amount: the case is in {case.currency}, not in {named.amount.currency}."
        return Refusal(rule="R32", code="amount_currency", message=message)
    if named.amount is None and one.amount.currency != case.currency:
        message = (
            f"amount: {one.return_id} returned {_written(one.amount)}, but the case is in {case.currency}: say how "
            f"much it has paid, in {case.currency}."
        )
        return Refusal(rule="R38", code="amount_required", message=message)
    if min(_worth(case, one, named), still_owed(case).total) > 0:
        return None
    message = f"reference: all of {one.return_id} counts already, or nothing is owed any more."
    return Refusal(rule="R32", code="nothing_to_count", message=message)


def _taken_back(case: Case, returns: Sequence[PaymentReturn]) -> list[CountedReturn]:
    """Return what no longer counts: a refund by hand that failed, or a dispute that ended otherwise."""
    there = {(one.provider, name): one for one in returns for name in one.ids}
    counted: dict[tuple[str, str], CountedReturn] = {}
    for last in case.counted:
        now = there.get((last.provider, last.return_id))
        counted[last.provider, now.return_id if now else last.return_id] = last
    return [_excess(case, last, there.get(key)) for key, last in counted.items()]


def _excess(case: Case, last: CountedReturn, now: PaymentReturn | None) -> CountedReturn:
    so_far = _counted(case, now or last)
    if now is not None and now.amount.currency != case.currency:
        return last.amend(amount=case.money(0))
    available = _available(case, now) if now else 0
    return last.amend(amount=case.money(min(0, available - so_far)), counted_by=SYSTEM)


def _available(case: Case, one: PaymentReturn) -> int:
    """Return how much of the return may count for the case: what counts for no other case (R32)."""
    return one.amount.minor - sum(minor for case_id, minor in one.counted.items() if case_id != case.case_id)


def _free(case: Case, one: PaymentReturn) -> int:
    """Return how much of the return counts for no case yet; nothing if it is in another currency (R38)."""
    return _available(case, one) - _counted(case, one) if one.amount.currency == case.currency else 0


def _worth(case: Case, one: PaymentReturn, named: NamedReturn) -> int:
    if one.amount.currency == case.currency:
        return min(_free(case, one), named.amount.minor) if named.amount else _free(case, one)
    return named.amount.minor - _counted(case, one) if named.amount else 0


def _counted(case: Case, one: PaymentReturn | CountedReturn) -> int:
    ids = one.ids if isinstance(one, PaymentReturn) else (one.return_id,)
    same = (each for each in case.counted if each.provider == one.provider and each.return_id in ids)
    return sum(each.amount.minor for each in same)


def _count(case: Case, one: PaymentReturn, minor: int, asked: PlanRequest) -> Case:
    counted = CountedReturn(
        way=one.way,
        provider=one.provider,
        payment_reference=one.payment_reference,
        return_id=one.return_id,
        amount=case.money(max(0, min(minor, still_owed(case).total))),
        counted_by=asked.requested_by,
    )
    return _with(case, [counted])


def _with(case: Case, counted: Sequence[CountedReturn]) -> Case:
    return case.amend(counted=(*case.counted, *(one for one in counted if one.amount)))


def _written(money: Money) -> str:
    return f"{money.currency} {to_decimal_text(money)}"
