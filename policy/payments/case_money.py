"""The money of a case and of a payment in parts that add up (R32, R34, R36, R38, R43)."""

from domain.calendar import WindowName
from domain.cases.case import Case
from domain.cases.case_money import CaseMoney, OutsideObligation, OutsideReason, PaymentMoney, ReturnedMoney
from domain.cases.payment_balance import CountedReturn, PaymentBalance
from domain.cases.payout import Payout
from domain.payout_state import PayoutState
from policy.payments.payment_balance import owed_so_far


def case_money(case: Case) -> CaseMoney:
    """Return what the case owes and what became of it.

    A payout that failed is owed still, as is what finance has not paid yet outside the payments. Whatever is paid
    beyond what is owed is named as such.
    """
    counted, obligations = _counted(case), outside_obligations(case)
    owed_parts = case.owed or owed_so_far(case)
    owed = owed_parts.goods + owed_parts.postage
    waits = {one.payout_id for one in obligations}
    paid = sum(one.amount.minor for one in case.payouts if one.state is PayoutState.SUCCEEDED)
    on_its_way = sum(one.amount.minor for one in case.payouts if _is_on_its_way(one) and one.payout_id not in waits)
    counted_total = sum(one.amount.minor for one in counted)
    waived = case.waived.minor if case.waived else 0
    left = owed - paid - on_its_way - counted_total - waived
    return CaseMoney(
        owed=case.money(owed),
        paid=case.money(paid),
        on_its_way=case.money(on_its_way),
        counted=counted,
        counted_total=case.money(counted_total),
        waived=case.money(waived),
        still_owed=case.money(max(0, left)),
        overpaid=case.money(max(0, -left)),
        obligations=obligations,
    )


def outside_obligations(case: Case) -> tuple[OutsideObligation, ...]:
    """Return what finance still has to pay outside the original payments, one by one, with the R34 deadline."""
    window = case.deadline(WindowName.PAYOUT)
    return tuple(
        OutsideObligation(
            payout_id=one.payout_id,
            amount=one.amount,
            reason=OutsideReason.BEYOND_PAYMENTS if one.is_postage_outside else OutsideReason.OTHER_ACCOUNT,
            by=window.when if window else None,
        )
        for one in case.payouts
        if one.is_outside and one.state is PayoutState.ACTION_REQUIRED and not one.released
    )


def payment_money(balance: PaymentBalance, refunded: int, other_account: int) -> PaymentMoney:
    """Return what became of a payment; both amounts are what succeeded of its payouts, in minor units (R32)."""
    captured, committed, returned = balance.captured, balance.committed, balance.returned
    return PaymentMoney(
        provider=balance.provider,
        reference=balance.reference,
        captured=captured,
        refunded=captured.amend(minor=refunded),
        other_account=captured.amend(minor=other_account),
        reserved=captured.amend(minor=committed - refunded - other_account),
        returned=tuple(
            ReturnedMoney(
                way=one.way,
                provider=one.provider,
                return_id=one.return_id,
                amount=one.amount,
                is_final=one.is_final,
            )
            for one in balance.returns
        ),
        returned_total=captured.amend(minor=returned),
        room=captured.amend(minor=balance.room),
        exceeded=captured.amend(minor=max(0, committed + returned - captured.minor)),
        is_disputed=balance.is_disputed,
    )


def _is_on_its_way(payout: Payout) -> bool:
    return payout.counts and payout.state is not PayoutState.SUCCEEDED


def _counted(case: Case) -> tuple[ReturnedMoney, ...]:
    """Return each return with what counts of it now, without those that were taken back."""
    names = dict.fromkeys((one.provider, one.return_id) for one in case.counted)
    counted = (_sum([one for one in case.counted if (one.provider, one.return_id) == name]) for name in names)
    return tuple(one for one in counted if one.amount.minor)


def _sum(same: list[CountedReturn]) -> ReturnedMoney:
    first = same[0]
    total = first.amount.amend(minor=sum(one.amount.minor for one in same))
    return ReturnedMoney(way=first.way, provider=first.provider, return_id=first.return_id, amount=total)
