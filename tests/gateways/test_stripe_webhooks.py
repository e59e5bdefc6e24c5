"""Fault 15 for Stripe's webhooks: forged, stale and rotated signatures; and what its events say in our words."""

import hmac
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from stripe import WebhookSignature

from domain.errors import BadSignatureError, UnreadableEventError
from domain.payment_events import DisputeStatus, GatewayEvent, GatewayRefundRecord
from domain.payout_state import PayoutState
from gateways.payments.stripe.webhooks import StripeWebhooks
from tests.support.assertions import assert_present

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECRET, OLD = "whsec_new", "whsec_old"
REFUND = {
    "id": "re_1",
    "object": "refund",
    "amount": 4500,
    "currency": "usd",
    "status": "failed",
    "charge": "ch_1",
    "payment_intent": "pi_1",
    "created": int(NOW.timestamp()) - 60,
    "metadata": {"payout_id": "rc_00000001-p1"},
}
DISPUTE = {
    "id": "du_1",
    "object": "dispute",
    "amount": 4500,
    "currency": "usd",
    "status": "needs_response",
    "charge": "ch_1",
    "payment_intent": "pi_1",
    "created": int(NOW.timestamp()),
}


def body(kind: str, about: object) -> bytes:
    event = {"id": "evt_1", "object": "event", "type": kind, "created": int(NOW.timestamp()), "data": {"object": about}}
    return json.dumps(event).encode()


def signature(sent: bytes, *secrets: str, at: datetime = NOW) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    signed = [hmac.new(secret.encode(), stamp.encode() + b"." + sent, sha256).hexdigest() for secret in secrets]
    return {"Stripe-Signature": ",".join([f"t={stamp}", *(f"v1={one}" for one in signed)])}


def webhooks(*secrets: str) -> StripeWebhooks:
    return StripeWebhooks(secrets or (SECRET,), lambda: NOW)


def read(kind: str, about: object) -> GatewayEvent:
    sent = body(kind, about)
    return webhooks().read(sent, signature(sent, SECRET))


def read_refund(kind: str, about: object) -> GatewayRefundRecord:
    return assert_present(read(kind, about).refund)


def test_fault_15_a_right_signature_is_read():
    event = read("refund.failed", REFUND)
    assert (event.provider, event.event_id, event.kind, event.occurred_at) == ("stripe", "evt_1", "refund.failed", NOW)
    refund = assert_present(event.refund)
    assert (refund.refund_id, refund.payout_id) == ("re_1", "rc_00000001-p1")
    assert (refund.payment_reference, refund.state) == ("pi_1", PayoutState.FAILED)
    assert (refund.amount.minor, refund.amount.currency) == (4500, "USD")


@pytest.mark.parametrize("valid", [(SECRET, OLD), (OLD, SECRET)])
def test_fault_15_during_a_rotation_both_secrets_are_right(valid):
    sent = body("refund.updated", REFUND)
    for used in (SECRET, OLD):
        assert webhooks(*valid).read(sent, signature(sent, used)).refund
    assert webhooks(OLD).read(sent, signature(sent, SECRET, OLD)).refund, "Stripe signs with both"


@pytest.mark.parametrize("secret", [OLD, "", "whsec_forged"])
def test_fault_15_a_forged_signature_is_refused(secret):
    sent = body("refund.failed", REFUND)
    with pytest.raises(BadSignatureError):
        webhooks().read(sent, signature(sent, secret))


@pytest.mark.parametrize("away", [timedelta(seconds=301), timedelta(seconds=-301)])
def test_fault_15_a_stale_signature_and_one_from_the_future_are_refused(away):
    sent = body("refund.failed", REFUND)
    with pytest.raises(BadSignatureError, match="300 s"):
        webhooks().read(sent, signature(sent, SECRET, at=NOW - away))


@pytest.mark.parametrize("away", [timedelta(seconds=300), timedelta(seconds=-300)])
def test_fault_15_five_minutes_on_the_way_are_allowed(away):
    sent = body("refund.failed", REFUND)
    assert webhooks().read(sent, signature(sent, SECRET, at=NOW - away))


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=,v1=",
        "t=1e9,v1=0",
        "t=²,v1=0",
        "v1=0",
        "t=1,t=2,v1=0",
        "t=99999999999999999999,v1=0",
        "t=1772442000,v0=0",
    ],
)
def test_fault_15_a_header_that_makes_no_sense_is_refused(header):
    with pytest.raises(BadSignatureError):
        webhooks().read(body("refund.failed", REFUND), {"Stripe-Signature": header})


def test_fault_15_the_sdk_of_stripe_signs_alike():
    sent = json.dumps({**json.loads(body("refund.failed", REFUND)), "note": "退款 ✓"}, ensure_ascii=False)
    header = WebhookSignature.generate_signature_header(sent, SECRET, int(NOW.timestamp()))
    assert signature(sent.encode(), SECRET) == {"Stripe-Signature": header}
    assert webhooks().read(sent.encode(), {"Stripe-Signature": header}).refund


def test_fault_15_one_changed_byte_is_refused():
    sent = body("refund.failed", REFUND)
    with pytest.raises(BadSignatureError):
        webhooks().read(sent.replace(b"4500", b"9500"), signature(sent, SECRET))


def test_the_raw_bytes_are_signed_whatever_their_blanks_and_letters():
    event = json.loads(body("refund.failed", {**REFUND, "metadata": {"note": "退款 ✓", "payout_id": "rc_00000001-p1"}}))
    for sent in (json.dumps(event, indent=4).encode(), json.dumps(event, ensure_ascii=False).encode() + b"\n"):
        refund = webhooks().read(sent, signature(sent, SECRET)).refund
        assert assert_present(refund).payout_id == "rc_00000001-p1"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("needs_response", DisputeStatus.OPEN),
        ("under_review", DisputeStatus.OPEN),
        ("warning_needs_response", DisputeStatus.OPEN),
        ("a_new_word", DisputeStatus.OPEN),
        ("won", DisputeStatus.WON),
        ("warning_closed", DisputeStatus.WON),
        ("lost", DisputeStatus.LOST),
    ],
)
def test_r38_a_dispute_is_open_until_stripe_says_how_it_ended(status, said):
    told = assert_present(read("charge.dispute.updated", {**DISPUTE, "status": status}).dispute)
    assert (told.status, told.dispute_id, told.payment_reference, told.amount.minor) == (said, "du_1", "pi_1", 4500)


def test_an_expanded_payment_and_an_old_charge_are_named_by_their_ids():
    expanded = read_refund("refund.updated", {**REFUND, "payment_intent": {"id": "pi_2", "object": "payment_intent"}})
    by_charge = read_refund("refund.updated", {**REFUND, "payment_intent": None, "metadata": None})
    assert (expanded.payment_reference, by_charge.payment_reference) == ("pi_2", "ch_1")
    assert by_charge.payout_id is None


def test_an_event_about_something_else_says_nothing_to_us():
    event = read("customer.created", {"id": "cus_1"})
    assert (event.refund, event.dispute, event.kind) == (None, None, "customer.created")


@pytest.mark.parametrize(
    "sent", [b"", b"[]", b"null", b"{}", b'{"id": 1}', body("refund.failed", {}), body("refund.failed", None), b"\xff"]
)
def test_a_signed_body_that_is_no_event_is_refused_as_unreadable(sent):
    with pytest.raises(UnreadableEventError):
        webhooks().read(sent, signature(sent, SECRET))
