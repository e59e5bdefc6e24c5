"""The adapter against the sandbox, by the official SDK; what the activities do with its answers is tested there."""

from itertools import count

import pytest

from domain.errors import GatewayUnavailableError, PayoutRefusedError, StaleAnswerError
from domain.money import Money
from domain.payout_state import PayoutState
from gateways.payments.stripe.gateway import StripeGateway
from tests.support import factories

NUMBERS = count(1)
MORE_THAN_A_PAGE = 103


@pytest.fixture
def gateway(sandbox):
    return StripeGateway(sandbox.api_key, sandbox.url)


@pytest.fixture
def payout(sandbox):
    case_id = f"rc_stripe{next(NUMBERS):08d}"
    return factories.payout(case_id, payment_reference=sandbox.capture(f"pi_{case_id}-p1", 1_000_000))


def refund_by_hand(sandbox, payout, number):
    """As a person does it in the provider's dashboard: without our metadata."""
    fields = {"payment_intent": payout.payment_reference, "amount": "1", "metadata[note]": f"by hand {number}"}
    sandbox.stripe("POST", "/refunds", fields).raise_for_status()


def test_a_refund_is_told_in_our_words(gateway, payout):
    refund = gateway.refund("rc_stripe", payout)
    assert (refund.state, refund.amount, refund.failure_code) == (PayoutState.SUCCEEDED, payout.amount, None)
    assert gateway.read_refund(refund.refund_id) == refund


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", PayoutState.PENDING),
        ("requires_action", PayoutState.ACTION_REQUIRED),
        ("failed", PayoutState.FAILED),
        ("canceled", PayoutState.CANCELED),
    ],
)
def test_every_status_of_a_refund_has_its_state(sandbox, gateway, payout, status, state):
    sandbox.plan({"kind": "outcome", "status": status})
    assert gateway.refund("rc_stripe", payout).state is state


def test_fault_4_a_refund_behind_more_than_a_page_of_others_is_found(sandbox, gateway, payout):
    refund = gateway.refund("rc_stripe", payout)
    for number in range(MORE_THAN_A_PAGE):
        refund_by_hand(sandbox, payout, number)
    assert gateway.find_refund(payout) == refund


def test_fault_10_refunds_made_by_hand_are_not_taken_for_ours(sandbox, gateway, payout):
    refund_by_hand(sandbox, payout, 1)
    assert gateway.find_refund(payout) is None


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_a_refund_that_paid_nothing_is_passed_over(sandbox, gateway, payout, status):
    sandbox.finish_refund(gateway.refund("rc_stripe", payout).refund_id, status)
    assert gateway.find_refund(payout) is None


@pytest.mark.parametrize("status", ["pending", "requires_action"])
def test_a_refund_on_its_way_is_found(sandbox, gateway, payout, status):
    refund = gateway.refund("rc_stripe", payout)
    sandbox.finish_refund(refund.refund_id, status)
    found = gateway.find_refund(payout)
    assert found
    assert found.refund_id == refund.refund_id


def test_fault_6_busy_answers_may_pass_and_are_not_tried_again_here(sandbox, gateway, payout):
    for status in (409, 429, 503):
        sandbox.plan({"kind": "busy", "status": status, "times": 2})
        with pytest.raises(GatewayUnavailableError, match=f"HTTP {status}"):
            gateway.refund("rc_stripe", payout)
        assert sandbox.faults_left() == [{"kind": "busy", "status": status, "times": 1, "on": "refund.create"}]


def test_fault_5_a_stored_error_is_told_apart_from_a_fresh_one(sandbox, gateway, payout):
    sandbox.plan({"kind": "stored_500"})
    with pytest.raises(GatewayUnavailableError, match="HTTP 500") as fresh:
        gateway.refund("rc_stripe", payout)
    assert not isinstance(fresh.value, StaleAnswerError)
    with pytest.raises(StaleAnswerError, match="the key cannot be used"):
        gateway.refund("rc_stripe", payout)


def test_fault_1_an_answer_that_never_comes_leaves_it_unknown(sandbox, payout):
    sandbox.plan({"kind": "slow", "seconds": 1})
    with pytest.raises(GatewayUnavailableError, match="whether it paid is unknown"):
        StripeGateway(sandbox.api_key, sandbox.url, timeout_seconds=0.1).refund("rc_stripe", payout)


def test_a_gateway_out_of_reach_leaves_it_unknown(payout):
    with pytest.raises(GatewayUnavailableError, match="whether it paid is unknown"):
        StripeGateway("sk_test_none", "http://127.0.0.1:1").refund("rc_stripe", payout)


def test_a_wrong_api_key_is_for_the_operator_and_refuses_no_payout(sandbox, payout):
    with pytest.raises(GatewayUnavailableError, match=r"does not accept the API key \(HTTP 401\)"):
        StripeGateway("sk_test_wrong", sandbox.url).refund("rc_stripe", payout)


def test_the_same_key_with_another_amount_is_refused(gateway, payout):
    gateway.refund("rc_stripe", payout)
    with pytest.raises(PayoutRefusedError) as refused:
        gateway.refund("rc_stripe", payout.amend(amount=Money(minor=1, currency="USD")))
    assert refused.value.decline_code == "idempotency_error"


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (502, b"<html>bad gateway</html>", GatewayUnavailableError),
        (200, b'{"id": "re_1", "amo', GatewayUnavailableError),
        (302, b"{}", GatewayUnavailableError),
        (400, b'{"error": {"type": "invalid_request_error", "message": "no"}}', PayoutRefusedError),
        (402, b'{"error": {"type": "card_error", "code": "card_declined", "message": "no"}}', PayoutRefusedError),
        (403, b'{"error": {"type": "invalid_request_error", "message": "no"}}', GatewayUnavailableError),
    ],
)
def test_whatever_stands_in_between_is_never_taken_for_paid(canned_answer, payout, status, body, error):
    with pytest.raises(error):
        StripeGateway("sk_test", canned_answer(status, body)).refund("rc_stripe", payout)


def test_a_status_unknown_today_is_unknown_and_not_paid(canned_answer, payout):
    body = b'{"id": "re_1", "object": "refund", "amount": 4000, "currency": "usd", "status": "dreaming"}'
    assert StripeGateway("sk_test", canned_answer(200, body)).refund("rc_stripe", payout).state is PayoutState.UNKNOWN
