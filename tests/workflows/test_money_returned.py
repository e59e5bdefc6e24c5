"""Money that went back another way: by hand, by a dispute, outside; nothing is paid twice and nothing is forgotten."""

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.cases.messages import CaseResolution, DisputeUpdate, RefundUpdate, ReturnsChanged
from domain.cases.payout import Payout
from domain.enums import CaseState, Reason, ResolutionDecision
from domain.money import Money
from domain.payment_events import DisputeStatus
from domain.payout_state import PayoutState
from tests.support.factories import dispute, order_line, refund_record
from tests.workflows.case_driver import OpenCase, refused_by
from tests.workflows.refund_cases import approved
from tests.workflows.shop import Shop

CLOSE, COUNT, PAID, PAY, RETRY = (
    ResolutionDecision.CLOSE,
    ResolutionDecision.COUNT_REFUND,
    ResolutionDecision.PAID,
    ResolutionDecision.PAY,
    ResolutionDecision.RETRY,
)
IN_CURRENCIES = pytest.mark.parametrize("currency", ["USD", "JPY", "KWD"])


async def accepted(shop: Shop, minor: int, currency: str = "USD", *, by_hand: int = 0) -> OpenCase:
    """A case over one mug of that price, accepted by the warehouse; by_hand was refunded before."""
    lines = (order_line(quantity=1, unit_price=minor),)
    order = await shop.order(lines=lines, outbound_postage=0, currency=currency)
    case = await approved(shop, order=order)
    await case.ship()
    if by_hand:
        await refund_by_hand(shop, case, by_hand)
    await case.inspect(("MUG", 1, "accepted"))
    return case


async def refund_by_hand(shop: Shop, case: OpenCase, minor: int, state: PayoutState = PayoutState.SUCCEEDED) -> None:
    [paid] = shop.orders.get(case.case().order_number).payments  # pyright: ignore[reportOptionalMemberAccess]
    amount = Money(minor=minor, currency=case.case().currency)
    shop.payouts.record_external_refund(
        refund_record(
            f"re_hand_{paid.reference}",
            amount=amount,
            payment_reference=paid.reference,
            state=state,
            created_at=await shop.now(),
        )
    )


async def hear_dispute(
    shop: Shop, case: OpenCase, status: DisputeStatus, minor: int, currency: str | None = None
) -> None:
    [paid] = shop.orders.get(case.case().order_number).payments  # pyright: ignore[reportOptionalMemberAccess]
    amount = Money(minor=minor, currency=currency or case.case().currency)
    told = dispute(
        status,
        paid.reference,
        dispute_id=f"dp_{paid.reference}",
        amount=amount,
        changed_at=await case.now(),
    )
    shop.disputes.record(told)
    await case.hear("dispute_update", DisputeUpdate(dispute=told, event_id=f"stripe:{status}:{minor}"))


async def blocked(shop: Shop, minor: int, currency: str = "USD", code: str = "account_closed") -> OpenCase:
    shop.gateway.decline_code = code
    case = await accepted(shop, minor, currency)
    await case.until_event("chargeback_hold" if code == "charge_disputed" else "payout_blocked")
    shop.gateway.decline_code = None
    return case


def refunded(shop: Shop) -> list[int]:
    return [one.amount.minor for one in shop.gateway.refunds.values()]


def live(case: OpenCase) -> list[Payout]:
    return [one for one in case.case().payouts if not one.released]


async def other_account(case: OpenCase) -> None:
    for name in ("mei", "lin"):
        await case.say(
            "resolve",
            CaseResolution(decision=ResolutionDecision.OTHER_ACCOUNT, reference="acct-7", decided_by=name),
        )


@pytest.mark.branch("dispute_lost_in_part")
@IN_CURRENCIES
async def test_m4_what_a_lost_dispute_did_not_return_is_paid_once_finance_says_so(shop: Shop, currency: str) -> None:
    case = await blocked(shop, 5200, currency, "charge_disputed")
    await hear_dispute(shop, case, DisputeStatus.LOST, 1000)
    await case.until_event("return_counted")
    assert (case.state, case.case().blocked_by) == (CaseState.PAYOUT_BLOCKED, "dispute_lost_in_part")
    await case.resolve(PAY)
    assert await case.ended() == "refunded"
    assert refunded(shop) == [4200]


async def test_m5_a_dispute_in_another_currency_is_never_compared_and_finance_is_asked(shop: Shop) -> None:
    case = await blocked(shop, 5200, "USD", "charge_disputed")
    await hear_dispute(shop, case, DisputeStatus.LOST, 5200, "JPY")
    await case.until_event("payout_blocked")
    assert (case.case().blocked_by, case.case().counted) == ("dispute_in_other_currency", ())
    [returned] = shop.disputes.of("stripe", live(case)[0].payment_reference)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.resolve(COUNT, reference=returned.dispute_id)
    assert refused_by(refused.value) == "R32"
    await case.resolve(COUNT, reference=returned.dispute_id, amount=Money(minor=3400, currency="USD"))
    await case.resolve(PAY)
    assert await case.ended() == "refunded"
    assert refunded(shop) == [1800]


@IN_CURRENCIES
async def test_m7_a_refund_that_fails_after_the_dispute_was_lost_is_not_paid_again(shop: Shop, currency: str) -> None:
    case = await accepted(shop, 5200, currency)
    assert await case.ended() == "refunded"
    [paid] = live(case)
    await hear_dispute(shop, case, DisputeStatus.LOST, 5200)
    shop.gateway.fail()
    await case.hear(
        "refund_update", RefundUpdate(payout_id=paid.payout_id, refund_id=paid.gateway_refund_id or "", event_id="e:1")
    )
    await case.until_event("return_counted")
    assert await case.ended() == "refunded"
    assert (len(refunded(shop)), [one.counts for one in case.case().payouts]) == (1, [False])


@IN_CURRENCIES
async def test_m8_another_account_gets_only_what_is_still_owed(shop: Shop, currency: str) -> None:
    case = await blocked(shop, 1000, currency)
    await refund_by_hand(shop, case, 900)
    await other_account(case)
    assert [(one.provider, one.amount.minor) for one in live(case)] == [("reimbursement", 100)]
    await case.resolve(PAID, reference="wire-1")
    assert await case.ended() == "refunded"
    assert (refunded(shop), case.case().counted[0].amount.minor) == ([], 900)


async def test_m8_what_went_back_after_the_approval_is_not_owed_any_more_when_it_is_marked_paid(shop: Shop) -> None:
    case = await blocked(shop, 1000)
    await other_account(case)
    await refund_by_hand(shop, case, 900)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.resolve(PAID, reference="wire-1", amount=Money(minor=1000, currency="USD"))
    assert refused_by(refused.value) == "R36"
    await case.resolve(PAID, reference="wire-1", amount=Money(minor=100, currency="USD"))
    assert await case.ended() == "refunded"
    assert [(one.amount.minor, one.gateway_refund_id) for one in live(case)] == [(100, "wire-1")]


@IN_CURRENCIES
async def test_m9_the_rest_is_paid_and_the_refund_by_hand_counts_by_name(shop: Shop, currency: str) -> None:
    case = await accepted(shop, 4000, currency, by_hand=10)
    await case.until_event("payout_blocked")
    await case.resolve(RETRY)
    assert (case.state, case.case().blocked_by, refunded(shop)) == (CaseState.PAYOUT_BLOCKED, "cap_exceeded", [])
    await case.resolve(PAY)
    assert await case.ended() == "refunded"
    assert refunded(shop) == [3990]
    assert [(one.return_id[:7], one.amount.minor, one.counted_by) for one in case.case().counted] == [
        ("re_hand", 10, "mei")
    ]


@pytest.mark.branch("closed")
async def test_m9_a_case_closed_without_money_does_not_say_that_the_money_was_returned(shop: Shop) -> None:
    case = await accepted(shop, 4000, by_hand=1)
    await case.until_event("payout_blocked")
    await case.resolve(CLOSE)
    assert await case.ended() == "closed"
    assert (refunded(shop), case.case().waived) == ([], Money(minor=3999, currency="USD"))


@pytest.mark.branch("refund_by_hand_counted")
async def test_m9_a_refund_by_hand_that_was_for_this_case_is_named_and_nothing_more_is_paid(shop: Shop) -> None:
    case = await blocked(shop, 1000)
    await refund_by_hand(shop, case, 1000)
    [payout] = live(case)
    await case.resolve(COUNT, reference=f"re_hand_{payout.payment_reference}")
    assert await case.ended() == "refunded"
    assert refunded(shop) == []


async def test_m9_a_refund_that_nobody_knows_counts_for_nothing(shop: Shop) -> None:
    case = await blocked(shop, 1000)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.resolve(COUNT, reference="re_of_another_shop")
    assert refused_by(refused.value) == "R32"


async def test_m9_a_refund_by_hand_that_fails_after_all_is_owed_again(shop: Shop) -> None:
    case = await blocked(shop, 1000)
    await refund_by_hand(shop, case, 1000)
    [payout] = live(case)
    by_hand = f"re_hand_{payout.payment_reference}"
    await case.resolve(COUNT, reference=by_hand)
    assert await case.ended() == "refunded"
    await refund_by_hand(shop, case, 1000, PayoutState.FAILED)
    await case.hear("returns_changed", ReturnsChanged(provider="stripe", return_id=by_hand, event_id="stripe:evt_f"))
    await case.until_event("return_not_counted")
    await case.resolve(RETRY)
    assert await case.ended() == "refunded"
    assert refunded(shop) == [1000]


@IN_CURRENCIES
async def test_m10_a_retry_after_a_dispute_lost_in_part_pays_the_rest(shop: Shop, currency: str) -> None:
    case = await blocked(shop, 1000, currency, "charge_disputed")
    await hear_dispute(shop, case, DisputeStatus.LOST, 400)
    await case.until_event("return_counted")
    await case.resolve(RETRY)
    assert await case.ended() == "refunded"
    assert refunded(shop) == [600]


async def test_m10_a_dispute_won_after_all_is_paid_although_it_counted_as_lost(shop: Shop) -> None:
    case = await blocked(shop, 1000, "USD", "charge_disputed")
    await hear_dispute(shop, case, DisputeStatus.LOST, 1000)
    assert await case.ended() == "refunded"
    assert refunded(shop) == []
    await hear_dispute(shop, case, DisputeStatus.WON, 1000)
    await case.until_event("payout_succeeded")
    assert await case.ended() == "refunded"
    assert refunded(shop) == [1000]


@pytest.mark.branch("reimbursement_due")
async def test_m11_what_is_owed_outside_is_finance_s_task_until_it_is_paid(shop: Shop) -> None:
    lines = (order_line(quantity=1, unit_price=4000),)
    case = await approved(shop, Reason.QUALITY, order=await shop.order(lines=lines, outbound_postage=500))
    await case.ship(postage=Money(minor=900, currency="USD"))
    await case.inspect(("MUG", 1, "accepted"))
    await case.until_event("reimbursement_due")
    assert (case.state, refunded(shop)) == (CaseState.REIMBURSEMENT_DUE, [4500])
    assert case.deadline("payout").passed is False
    await case.resolve(PAID, reference="wire-2")
    assert await case.ended() == "refunded"
    assert [(one.provider, one.amount.minor, one.state) for one in case.case().payouts] == [
        ("stripe", 4500, PayoutState.SUCCEEDED),
        ("reimbursement", 900, PayoutState.SUCCEEDED),
    ]


async def test_m11_the_payout_window_is_breached_by_what_is_owed_outside_as_well(shop: Shop) -> None:
    lines = (order_line(quantity=1, unit_price=4000),)
    case = await approved(shop, Reason.QUALITY, order=await shop.order(lines=lines, outbound_postage=0))
    await case.ship(postage=Money(minor=900, currency="USD"))
    await case.inspect(("MUG", 1, "accepted"))
    await case.until_event("reimbursement_due")
    await case.past("payout")
    await case.until_event("payout_window_breached")
    assert case.case().overdue
