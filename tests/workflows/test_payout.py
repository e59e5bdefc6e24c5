"""Payout: R30-R36, on the time-skipping server with an obedient gateway."""

from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.enums import CaseState, Reason, ResolutionDecision
from domain.payout_state import PayoutState
from tests.support.factories import order_line, payment, usd
from tests.workflows.case_driver import refused_by
from tests.workflows.refund_cases import due, parcels_of_mugs
from tests.workflows.shop import Shop


async def test_r30_sellers_fault_pays_goods_their_outbound_share_and_the_return_postage(shop: Shop) -> None:
    case = await due(shop, Reason.QUALITY)
    await case.ended()
    owed = case.refund_due
    assert (owed.goods, owed.outbound_postage, owed.return_postage) == (usd(1033), usd(76), usd(600))
    assert sum(one.amount.minor for one in case.case().payouts) == owed.total.minor == 1709


async def test_r30_without_a_postage_given_none_is_reimbursed(shop: Shop) -> None:
    case = await shop.open(Reason.TRANSIT_DAMAGE, evidence=["e1"])
    await case.pin("e1")
    await case.audit()
    await case.inspect(("MUG", 1, "accepted"))
    await case.ended()
    assert case.refund_due.return_postage == usd(0)


@pytest.mark.branch("straightforward")
async def test_r31_personal_pays_the_goods_only(shop: Shop) -> None:
    case = await due(shop)
    await case.ended()
    assert case.refund_due.total == usd(1033)


async def test_r31_a_label_that_the_shop_paid_is_deducted(shop: Shop) -> None:
    case = await shop.open()
    await case.audit(shop_paid_label=usd(500))
    await case.inspect(("MUG", 1, "accepted"))
    await case.ended()
    assert case.refund_due.total == usd(533)


async def test_r31_a_label_dearer_than_the_goods_leaves_nothing_to_pay_and_never_less(shop: Shop) -> None:
    case = await shop.open()
    await case.audit(shop_paid_label=usd(5000))
    await case.inspect(("MUG", 1, "accepted"))
    assert await case.ended() == "refunded"
    assert case.refund_due.total == usd(0)
    assert case.case().payouts == ()


@pytest.mark.branch("reimbursement")
async def test_r32_what_exceeds_the_capture_is_owed_outside_the_card(shop: Shop) -> None:
    order = await shop.order(
        lines=(order_line(),),
        outbound_postage=200,
        payments=(payment("pi_cap", 1200),),
        parcels=parcels_of_mugs(await shop.order()),
    )
    case = await due(shop, Reason.QUALITY, order=order)
    await case.until_event("reimbursement_due")
    told = [(one.provider, one.amount.minor, one.state) for one in case.case().payouts]
    assert told == [
        ("stripe", 1200, PayoutState.SUCCEEDED),
        ("reimbursement", 600, PayoutState.ACTION_REQUIRED),
    ]
    assert "reimbursement_owed" in case.events()


async def test_r32_within_the_capture_nothing_goes_outside(shop: Shop) -> None:
    case = await due(shop, Reason.QUALITY)
    await case.ended()
    assert [one.provider for one in case.case().payouts] == ["stripe"]


async def test_r33_three_cases_of_one_line_add_up_to_what_was_paid_for_it(shop: Shop) -> None:
    order = await shop.order()
    paid = []
    for _ in range(3):
        case = await due(shop, order=order)
        await case.ended()
        paid.append(case.refund_due.total.minor)
    assert sum(paid) == 3 * 1000 + 100 - 1


async def test_r34_the_window_is_met_when_the_gateway_reports_success(shop: Shop) -> None:
    case = await due(shop)
    await case.ended()
    payout = case.case().payouts[0]
    assert payout.state is PayoutState.SUCCEEDED
    assert payout.gateway_refund_id


@pytest.mark.branch("pending_then_paid")
async def test_r34_a_payout_that_stays_pending_is_alerted_then_breached_each_at_its_day_and_paid_in_the_end(
    forwarding_shop: Shop,
) -> None:
    shop = forwarding_shop
    shop.gateway.state = PayoutState.PENDING
    case = await due(shop)
    await case.elapsed("payout_submit")
    await case.to_second_before("payout_alert")
    assert "finance_alerted" not in case.events()
    await case.elapsed("payout_alert")
    await case.until_event("finance_alerted")
    await case.to_second_before("payout")
    assert "payout_window_breached" not in case.events()
    await case.elapsed("payout")
    await case.until_event("payout_window_breached")
    assert case.state is CaseState.PAYOUT_DUE
    assert "payout_submission_overdue" not in case.events(), "it was submitted at once"
    shop.gateway.state = PayoutState.SUCCEEDED
    await case.forward(timedelta(days=1))
    assert await case.ended() == "refunded"


async def test_r34_a_payout_that_is_refused_is_overdue_for_submission_after_a_day(shop: Shop) -> None:
    shop.gateway.decline_code = "account_closed"
    case = await due(shop)
    await case.until_event("payout_blocked")
    await case.to_second_before("payout_submit")
    assert "payout_submission_overdue" not in case.events()
    await case.elapsed("payout_submit")
    await case.until_event("payout_submission_overdue")


@pytest.mark.branch("several_payments")
async def test_r35_each_payment_of_the_order_gets_its_part_in_their_order(shop: Shop) -> None:
    first, second = (
        payment("pi_a", 500),
        payment("pi_b", 10_000),
    )
    case = await due(shop, order=await shop.order(payments=(first, second)))
    assert await case.ended() == "refunded"
    assert [(one.payment_reference, one.amount.minor) for one in case.case().payouts] == [("pi_a", 500), ("pi_b", 533)]


async def test_r35_a_provider_that_nobody_serves_parks_the_case(shop: Shop) -> None:
    order = await shop.order(payments=(payment("v-1", 20_000, "voucher"),))
    case = await due(shop, order=order)
    await case.until_event("payout_blocked")
    assert case.case().blocked_by == "no_gateway"


@pytest.mark.branch("payout_blocked_and_retried")
async def test_r36_a_permanent_refusal_parks_the_case_and_a_retry_pays_it(shop: Shop) -> None:
    shop.gateway.decline_code = "lost_or_stolen_card"
    case = await due(shop)
    await case.until_event("payout_blocked")
    assert case.state is CaseState.PAYOUT_BLOCKED
    assert case.case().payouts[0].failure_code == "lost_or_stolen_card"
    shop.gateway.decline_code = None
    await case.resolve(ResolutionDecision.RETRY)
    assert await case.ended() == "refunded"
    assert case.case().payouts[0].idempotency_key.endswith("/a2")


async def test_r36_a_blocked_payout_is_only_retried(shop: Shop) -> None:
    shop.gateway.decline_code = "account_closed"
    case = await due(shop)
    await case.until_event("payout_blocked")
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.resolve(ResolutionDecision.ACCEPT)
    assert refused_by(refused.value) == "R36"


@pytest.mark.branch("evidence_changed")
async def test_fault_28_evidence_that_no_longer_matches_blocks_the_payout(shop: Shop) -> None:
    shop.vault.matches = False
    case = await due(shop, Reason.QUALITY)
    await case.until_event("payout_blocked")
    assert case.case().blocked_by == "evidence_changed"
    assert shop.gateway.refunds == {}
