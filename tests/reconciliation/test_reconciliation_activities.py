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


def test_nothing_is_found_where_both_books_say_the_same(books: BooksFixture):
    case = books.paid()
    seen = books.look()
    assert (seen.payouts, seen.updates) == (1, ())
    assert seen.refunds >= 1
    assert books.open_findings(case) == []
    assert books.heartbeats


def test_fault_10_a_refund_made_by_hand_is_found_and_can_be_closed(books: BooksFixture):
    case = books.paid()
    refund_id = books.by_hand(case, 500)
    books.look()
    [finding] = books.open_findings(case)
    assert (finding.kind, finding.refund_id, finding.amount) == (K.EXTERNAL_REFUND, refund_id, money(500))

    books.look()
    assert [one.found_at for one in books.open_findings(case)] == [finding.found_at], "it is found once"

    closed = books.findings.close(finding.finding_id, "mei", "the shop gave it for the broken box", books.now())
    assert closed.closed_at
    books.look()
    assert books.open_findings(case) == [], "what somebody closed stays closed"


def test_r32_a_refund_made_by_hand_takes_room_from_its_payment(books: BooksFixture):
    case = books.planned(goods=1_000)
    books.by_hand(case, 7_000)
    books.look()
    with pytest.raises(CapExceededError):
        books.cases.plan_payouts(owing(later(case), goods=2_000))


def test_fault_10_one_that_was_made_before_the_window_stays_open(books: BooksFixture):
    case = books.paid()
    books.by_hand(case)
    books.look()
    assert kinds(books.open_findings(case)) == [K.EXTERNAL_REFUND]
    books.look(since=books.now() + timedelta(days=1))
    assert kinds(books.open_findings(case)) == [K.EXTERNAL_REFUND]


def test_a_finding_that_is_gone_is_closed_by_itself(books: BooksFixture):
    case = books.paid()
    refund_id = books.by_hand(case)
    books.look()
    books.sandbox.finish_refund(refund_id, "failed", "account_closed")
    books.look()
    assert books.open_findings(case) == []


def test_r37_a_case_whose_webhook_was_lost_is_told_first_and_is_a_finding_only_when_that_did_not_help(
    books: BooksFixture,
):
    case = books.paid()
    refund_id = case.payouts[0].gateway_refund_id
    books.sandbox.finish_refund(refund_id, "failed", "account_closed")
    [told] = books.look().updates
    assert told.case_id == case.case_id
    assert (told.update.payout_id, told.update.refund_id) == (case.payouts[0].payout_id, refund_id)
    assert RefundUpdate.model_validate(told.update.model_dump())
    assert books.open_findings(case) == []

    seen = books.look(is_first=False)
    assert seen.updates == ()
    [finding] = books.open_findings(case)
    assert finding.kind is K.STATE_DIFFERS
    books.look()
    assert kinds(books.open_findings(case)) == [K.STATE_DIFFERS], "a later first look leaves it open"

    books.recorded(case, state=PayoutState.REVERSED, gateway_refund_id=refund_id)
    books.look()
    assert books.open_findings(case) == []


def test_fault_1_a_payout_whose_answer_was_lost_is_a_reason_to_ask_and_no_unknown_refund(books: BooksFixture):
    case = books.submitted()
    [told] = books.look().updates
    assert told.case_id == case.case_id
    assert books.open_findings(case) == []


def test_a_refund_that_the_books_have_and_the_list_does_not_is_read_by_itself(books: BooksFixture):
    case = books.paid()
    books.look(since=books.now() + timedelta(seconds=2))
    assert books.open_findings(case) == []


def test_a_refund_that_the_provider_does_not_know_is_missing(books: BooksFixture):
    case = books.planned()
    payout = books.payouts.submitting(case.payouts[0], books.now())
    told = {"state": PayoutState.SUCCEEDED, "gateway_refund_id": "re_lost", "settled_at": books.now()}
    books.cases.record(later(case, payouts=(payout.amend(**told),)), [])
    books.look()
    assert kinds(books.open_findings(case)) == [K.MISSING_REFUND]


def test_i3_a_second_refund_of_one_payout_is_found(books: BooksFixture):
    case = books.paid(goods=2_000)
    payout = case.payouts[0]
    again = books.gateway.refund(case.case_id, payout.amend(idempotency_key="another key"))
    books.look()
    assert [(one.kind, one.refund_id) for one in books.open_findings(case)] == [(K.SECOND_REFUND, again.refund_id)]


def test_another_amount_than_the_payouts_is_found(books: BooksFixture):
    case = books.paid()
    execute(books.database, "UPDATE payouts SET amount = 3999 WHERE case_id = :case_id", case_id=case.case_id)
    books.look()
    assert K.AMOUNT_DIFFERS in kinds(books.open_findings(case))


def test_fault_16_a_webhook_that_is_not_applied_for_an_hour_is_found_until_it_is(books: BooksFixture):
    at = books.now() - timedelta(hours=2)
    late = event(occurred_at=at, refund=seen(refund_id="re_nobody", created_at=at))
    books.events.take_in(late, "0" * 64, at)
    books.look()
    assert unapplied(books) == ["event_unapplied:stripe:evt_1"]
    books.events.mark("stripe", "evt_1", "applied", books.now())
    books.look()
    assert unapplied(books) == []


def unapplied(books):
    return [one.finding_id for one in books.findings.page() if one.kind is K.EVENT_UNAPPLIED]


def test_an_outage_of_the_provider_is_no_finding_and_trying_again_is_safe(books: BooksFixture):
    case = books.paid()
    books.sandbox.plan({"on": "refund.list", "kind": "busy", "status": 503})
    with pytest.raises(GatewayUnavailableError):
        books.look()
    assert books.findings.page() == []
    books.look()
    assert books.open_findings(case) == []


def test_fault_10_a_provider_that_is_silent_hides_nothing_of_another(books: BooksFixture):
    case = books.paid()
    books.by_hand(case)
    with closing(PayPalGateway("stranger", "wrong", books.sandbox.url)) as silent:
        with pytest.raises(GatewayUnavailableError, match="paypal"):
            books.look(also={"paypal": silent})
        assert kinds(books.open_findings(case)) == [K.EXTERNAL_REFUND]


@pytest.mark.parametrize("in_order", ["ch_", "pi_"])
def test_m6_a_refund_by_hand_is_found_and_counted_whatever_id_the_order_names(books: BooksFixture, in_order):
    other = "pi_" if in_order == "ch_" else "ch_"
    case = books.planned(reference=f"{in_order}m6{in_order}", other_reference=f"{other}m6{in_order}")
    before = books.payouts.left_for_goods(case.order_number)
    books.sandbox.refund_by_hand(case.payouts[0].payment_reference, 700)
    books.look()
    assert books.payouts.left_for_goods(case.order_number) == before - 700
