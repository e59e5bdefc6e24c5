"""Fault 15 for PayPal's webhooks, whose signatures PayPal checks itself; and what its events say in our words."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import BadSignatureError, GatewayUnavailableError, UnreadableEventError
from domain.payment_events import DisputeStatus
from domain.payout_state import PayoutState
from gateways.payments.paypal.webhooks import TOLERANCE, PayPalWebhooks
from local.stack.stack_config import PAYPAL_CLIENT, PAYPAL_SECRET

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
OURS = ["WH-NEW", "WH-OLD"]
REFUND = {
    "id": "0K35355239430361V",
    "status": "FAILED",
    "amount": {"value": "45.00", "currency_code": "USD"},
    "custom_id": "rc_00000001-p1",
    "create_time": "2026-03-02T08:00:00Z",
    "links": [
        {"rel": "self", "href": "https://api.paypal.com/v2/payments/refunds/0K35355239430361V"},
        {"rel": "up", "href": "https://api.paypal.com/v2/payments/captures/7TK53561YB803214S"},
    ],
}
DISPUTE = {
    "dispute_id": "PP-D-27803",
    "dispute_amount": {"value": "45.00", "currency_code": "USD"},
    "disputed_transactions": [{"seller_transaction_id": "7TK53561YB803214S"}],
}


@pytest.fixture
def webhooks(sandbox) -> Iterator[PayPalWebhooks]:
    reader = PayPalWebhooks(PAYPAL_CLIENT, PAYPAL_SECRET, OURS, lambda: NOW, sandbox.url)
    yield reader
    reader.close()


def body(kind: str, about: object) -> bytes:
    return json.dumps(
        {"id": "WH-1", "event_type": kind, "create_time": "2026-03-02T09:00:00Z", "resource": about}
    ).encode()


def signed(webhook_id: str = OURS[0], at: datetime = NOW) -> dict[str, str]:
    """The headers of an event that the sandbox will say it signed for the webhook."""
    return {
        "PAYPAL-AUTH-ALGO": "SHA256withRSA",
        "PAYPAL-CERT-URL": "https://api.paypal.com/v1/notifications/certs/CERT-1",
        "PAYPAL-TRANSMISSION-ID": "69cd13f0-d67a-11e5-baa3-778b53f4ae55",
        "PAYPAL-TRANSMISSION-SIG": f"right for {webhook_id}",
        "PAYPAL-TRANSMISSION-TIME": at.isoformat(),
    }


def test_fault_15_what_paypal_says_it_signed_is_read(webhooks):
    event = webhooks.read(body("PAYMENT.REFUND.FAILED", REFUND), signed())
    assert (event.provider, event.event_id, event.kind, event.occurred_at) == (
        "paypal",
        "WH-1",
        "PAYMENT.REFUND.FAILED",
        NOW,
    )
    assert (event.refund.refund_id, event.refund.payout_id) == ("0K35355239430361V", "rc_00000001-p1")
    assert (event.refund.payment_reference, event.refund.state) == ("7TK53561YB803214S", PayoutState.FAILED)
    assert (event.refund.amount.minor, event.refund.amount.currency) == (4500, "USD")


@pytest.mark.parametrize("webhook_id", OURS)
def test_fault_15_while_webhooks_change_both_are_right(webhooks, webhook_id):
    assert webhooks.read(body("PAYMENT.CAPTURE.REFUNDED", REFUND), signed(webhook_id)).refund


def test_fault_15_what_paypal_did_not_sign_is_refused(webhooks):
    for forged in (signed("WH-STRANGER"), {**signed(), "PAYPAL-TRANSMISSION-SIG": ""}):
        with pytest.raises(BadSignatureError):
            webhooks.read(body("PAYMENT.REFUND.FAILED", REFUND), forged)


@pytest.mark.parametrize("away", [TOLERANCE + timedelta(seconds=1), -TOLERANCE - timedelta(seconds=1)])
def test_fault_15_a_stale_event_and_one_from_the_future_are_refused(webhooks, away):
    with pytest.raises(BadSignatureError, match="away from now"):
        webhooks.read(body("PAYMENT.REFUND.FAILED", REFUND), signed(at=NOW - away))


@pytest.mark.parametrize("headers", [{}, {"PAYPAL-TRANSMISSION-TIME": "yesterday"}])
def test_fault_15_headers_that_make_no_sense_are_refused(webhooks, headers):
    with pytest.raises(BadSignatureError):
        webhooks.read(body("PAYMENT.REFUND.FAILED", REFUND), headers)


def test_while_paypal_cannot_be_asked_nothing_is_taken(sandbox):
    stranger = PayPalWebhooks("stranger", "secret", OURS, lambda: NOW, sandbox.url)
    with pytest.raises(GatewayUnavailableError):
        stranger.read(body("PAYMENT.REFUND.FAILED", REFUND), signed())
    stranger.close()


def test_the_raw_bytes_are_handed_on_whatever_their_blanks_and_letters(webhooks):
    event = json.loads(body("PAYMENT.REFUND.FAILED", {**REFUND, "note_to_payer": "退款 ✓"}))
    for sent in (json.dumps(event, indent=4).encode(), json.dumps(event, ensure_ascii=False).encode()):
        assert webhooks.read(sent, signed()).refund


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (None, DisputeStatus.OPEN),
        ("RESOLVED_BUYER_FAVOUR", DisputeStatus.LOST),
        ("RESOLVED_WITH_PAYOUT", DisputeStatus.OPEN),
        ("RESOLVED_SELLER_FAVOUR", DisputeStatus.WON),
        ("CANCELED_BY_BUYER", DisputeStatus.WON),
        ("A_NEW_WORD", DisputeStatus.OPEN),
    ],
)
def test_r38_a_dispute_is_open_until_paypal_says_how_it_ended(webhooks, outcome, said):
    about = {**DISPUTE, **({"dispute_outcome": {"outcome_code": outcome}} if outcome else {})}
    told = webhooks.read(body("CUSTOMER.DISPUTE.UPDATED", about), signed()).dispute
    assert (told.status, told.dispute_id, told.payment_reference) == (said, "PP-D-27803", "7TK53561YB803214S")


def test_an_event_about_something_else_says_nothing_to_us(webhooks):
    event = webhooks.read(body("PAYMENT.CAPTURE.COMPLETED", {}), signed())
    assert (event.refund, event.dispute) == (None, None)


@pytest.mark.parametrize("sent", [b"{}", b"[]", b"null", body("PAYMENT.REFUND.FAILED", {"id": 1})])
def test_a_signed_body_that_is_no_event_is_refused_as_unreadable(webhooks, sent):
    with pytest.raises(UnreadableEventError):
        webhooks.read(sent, signed())


@pytest.mark.parametrize("sent", [b"", b'{"id": ', b"\xff", b'{}, "webhook_id": "x"'])
def test_a_body_that_is_no_json_was_signed_by_nobody(webhooks, sent):
    with pytest.raises(BadSignatureError):
        webhooks.read(sent, signed())
