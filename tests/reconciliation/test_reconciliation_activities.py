"""Reconciliation over a real database and a real provider: what is found, what is told, and what is left alone."""

from contextlib import closing
from datetime import timedelta

import pytest

from domain.cases.messages import RefundUpdate
from domain.errors import CapExceededError, GatewayUnavailableError
from domain.findings import FindingKind
from domain.payout_state import PayoutState
from gateways.payments.paypal.gateway import PayPalGateway
from tests.db.facts import execute, later, money, owing
from tests.reconciliation.books_fixture import BooksFixture
from tests.reconciliation.facts import event, seen

K = FindingKind


def kinds(findings):
    return [one.kind for one in findings]


def test_nothing_is_found_where_both_books_say_the_same(house: BooksFixture):
    case = house.paid()
    seen = house.look()
    assert (seen.payouts, seen.updates) == (1, ())
    assert seen.refunds >= 1
    assert house.open_findings(case) == []
    assert house.heartbeats


def test_fault_10_a_refund_made_by_hand_is_found_and_can_be_closed(house: BooksFixture):
    case = house.paid()
    refund_id = house.by_hand(case, 500)
    house.look()
    [finding] = house.open_findings(case)
    assert (finding.kind, finding.refund_id, finding.amount) == (K.EXTERNAL_REFUND, refund_id, money(500))

    house.look()
    assert [one.found_at for one in house.open_findings(case)] == [finding.found_at], "it is found once"

    closed = house.findings.close(finding.finding_id, "mei", "the shop gave it for the broken box", house.now())
    assert closed.closed_at
    house.look()
    assert house.open_findings(case) == [], "what somebody closed stays closed"


def test_r32_a_refund_made_by_hand_takes_room_from_its_payment(house: BooksFixture):
    case = house.planned(goods=1_000)
    house.by_hand(case, 7_000)
    house.look()
    with pytest.raises(CapExceededError):
        house.cases.plan_payouts(owing(later(case), goods=2_000))


def test_fault_10_one_that_was_made_before_the_window_stays_open(house: BooksFixture):
    case = house.paid()
    house.by_hand(case)
    house.look()
    assert kinds(house.open_findings(case)) == [K.EXTERNAL_REFUND]
    house.look(since=house.now() + timedelta(days=1))
    assert kinds(house.open_findings(case)) == [K.EXTERNAL_REFUND]


def test_a_finding_that_is_gone_is_closed_by_itself(house: BooksFixture):
    case = house.paid()
    refund_id = house.by_hand(case)
    house.look()
    house.sandbox.finish_refund(refund_id, "failed", "account_closed")
    house.look()
    assert house.open_findings(case) == []


def test_r37_a_case_whose_webhook_was_lost_is_told_first_and_is_a_finding_only_when_that_did_not_help(
    house: BooksFixture,
):
    case = house.paid()
    refund_id = case.payouts[0].gateway_refund_id
    house.sandbox.finish_refund(refund_id, "failed", "account_closed")
    [told] = house.look().updates
    assert told.case_id == case.case_id
    assert (told.update.payout_id, told.update.refund_id) == (case.payouts[0].payout_id, refund_id)
    assert RefundUpdate.model_validate(told.update.model_dump())
    assert house.open_findings(case) == []

    seen = house.look(is_first=False)
    assert seen.updates == ()
    [finding] = house.open_findings(case)
    assert finding.kind is K.STATE_DIFFERS
    house.look()
    assert kinds(house.open_findings(case)) == [K.STATE_DIFFERS], "a later first look leaves it open"

    house.recorded(case, state=PayoutState.REVERSED, gateway_refund_id=refund_id)
    house.look()
    assert house.open_findings(case) == []


def test_fault_1_a_payout_whose_answer_was_lost_is_a_reason_to_ask_and_no_unknown_refund(house: BooksFixture):
    case = house.submitted()
    [told] = house.look().updates
    assert told.case_id == case.case_id
    assert house.open_findings(case) == []


def test_a_refund_that_the_books_have_and_the_list_does_not_is_read_by_itself(house: BooksFixture):
    case = house.paid()
    house.look(since=house.now() + timedelta(seconds=2))
    assert house.open_findings(case) == []


def test_a_refund_that_the_provider_does_not_know_is_missing(house: BooksFixture):
    case = house.planned()
    payout = house.payouts.submitting(case.payouts[0], house.now())
    told = {"state": PayoutState.SUCCEEDED, "gateway_refund_id": "re_lost", "settled_at": house.now()}
    house.cases.record(later(case, payouts=(payout.amend(**told),)), [])
    house.look()
    assert kinds(house.open_findings(case)) == [K.MISSING_REFUND]


def test_i3_a_second_refund_of_one_payout_is_found(house: BooksFixture):
    case = house.paid(goods=2_000)
    payout = case.payouts[0]
    again = house.gateway.refund(case.case_id, payout.amend(idempotency_key="another key"))
    house.look()
    assert [(one.kind, one.refund_id) for one in house.open_findings(case)] == [(K.SECOND_REFUND, again.refund_id)]


def test_another_amount_than_the_payouts_is_found(house: BooksFixture):
    case = house.paid()
    execute(house.database, "UPDATE payouts SET amount = 3999 WHERE case_id = :case_id", case_id=case.case_id)
    house.look()
    assert K.AMOUNT_DIFFERS in kinds(house.open_findings(case))


def test_fault_16_a_webhook_that_is_not_applied_for_an_hour_is_found_until_it_is(house: BooksFixture):
    at = house.now() - timedelta(hours=2)
    late = event(occurred_at=at, refund=seen(refund_id="re_nobody", created_at=at))
    house.events.take_in(late, "0" * 64, at)
    house.look()
    assert unapplied(house) == ["event_unapplied:stripe:evt_1"]
    house.events.mark("stripe", "evt_1", "applied", house.now())
    house.look()
    assert unapplied(house) == []


def unapplied(house):
    return [one.finding_id for one in house.findings.page() if one.kind is K.EVENT_UNAPPLIED]


def test_an_outage_of_the_provider_is_no_finding_and_trying_again_is_safe(house: BooksFixture):
    case = house.paid()
    house.sandbox.plan({"on": "refund.list", "kind": "busy", "status": 503})
    with pytest.raises(GatewayUnavailableError):
        house.look()
    assert house.findings.page() == []
    house.look()
    assert house.open_findings(case) == []


def test_fault_10_a_provider_that_is_silent_hides_nothing_of_another(house: BooksFixture):
    case = house.paid()
    house.by_hand(case)
    with closing(PayPalGateway("stranger", "wrong", house.sandbox.url)) as silent:
        with pytest.raises(GatewayUnavailableError, match="paypal"):
            house.look(also={"paypal": silent})
        assert kinds(house.open_findings(case)) == [K.EXTERNAL_REFUND]
