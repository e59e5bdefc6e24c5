"""What the sandbox does by itself: webhooks, disputes, refunds by hand."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import httpx2
import pytest

from domain.payment_events import GatewayEvent, GatewayRefundRecord
from domain.payout_state import PayoutState
from gateways.payments.stripe.webhooks import StripeWebhooks
from tests.sandbox.webhook_receiver import WebhookReceiver, listening
from tests.support.assertions import assert_present
from tests.support.waiting import wait_until

SECRETS = ["whsec_new", "whsec_old"]


@pytest.fixture
def receiver(sandbox) -> Iterator[WebhookReceiver]:
    with listening() as receiver:
        sandbox.listen({"url": receiver.url, "secrets": SECRETS})
        yield receiver
        sandbox.listen()


@pytest.fixture
def payment(sandbox) -> str:
    return sandbox.capture(f"pi_{uuid4().hex[:12]}")


def refund(sandbox, payment, **metadata):
    fields = {f"metadata[{name}]": value for name, value in metadata.items()}
    return sandbox.stripe("POST", "/refunds", {"payment_intent": payment, "amount": "4000", **fields})


def read(receiver: WebhookReceiver, secret: str = SECRETS[0]) -> list[GatewayEvent]:
    reader = StripeWebhooks([secret], lambda: datetime.now(UTC))
    return [reader.read(body, headers) for body, headers in receiver.heard]


def refund_in(event: GatewayEvent) -> GatewayRefundRecord:
    return assert_present(event.refund)


def test_a_refund_is_told_in_an_event_that_both_secrets_sign(sandbox, receiver, payment):
    payout_id = f"rc_{uuid4().hex[:8]}-p1"  # the one sandbox also serves tests that number their cases from 1
    made = refund(sandbox, payment, payout_id=payout_id).json()
    wait_until(lambda: receiver.heard)
    for secret in SECRETS:
        [event] = read(receiver, secret)
        told = refund_in(event)
        assert (event.kind, told.refund_id, told.payout_id) == ("refund.created", made["id"], payout_id)
        assert (told.payment_reference, told.state) == (payment, PayoutState.SUCCEEDED)


def test_fault_11_a_refund_that_fails_later_is_told(sandbox, receiver, payment):
    sandbox.finish_refund(refund(sandbox, payment).json()["id"], "failed", "lost_or_stolen_card")
    wait_until(lambda: len(receiver.heard) == 2)
    assert [(one.kind, refund_in(one).state) for one in read(receiver)][1] == ("refund.failed", PayoutState.FAILED)


def test_fault_10_a_refund_by_hand_names_nobody(sandbox, receiver, payment):
    sandbox.refund_by_hand(payment, 700)
    wait_until(lambda: receiver.heard)
    [event] = read(receiver)
    told = refund_in(event)
    assert (told.payout_id, told.amount.minor) == (None, 700)
    assert [one["amount"] for one in sandbox.refunds(payment)] == [700]


def test_fault_10_more_by_hand_than_was_captured_is_refused(sandbox, payment):
    with pytest.raises(httpx2.HTTPStatusError, match="409"):
        sandbox.refund_by_hand(payment, 10_001)


def test_fault_13_an_event_is_sent_again_under_its_own_id(sandbox, receiver, payment):
    sandbox.refund_by_hand(payment, 100)
    wait_until(lambda: sandbox.deliveries()[0]["delivered_at"])
    sandbox.resend(sandbox.deliveries()[0]["event_id"], times=3)
    assert len(receiver.heard) == 4
    assert len({json.loads(body)["id"] for body, _ in receiver.heard}) == 1


def test_an_event_that_is_not_taken_comes_again_until_it_is(sandbox, receiver, payment):
    receiver.status = 503
    sandbox.refund_by_hand(payment, 100)
    wait_until(lambda: len(receiver.heard) >= 2)
    assert sandbox.deliveries()[0]["delivered_at"] is None
    receiver.status = 200
    wait_until(lambda: sandbox.deliveries()[0]["delivered_at"])


def test_events_outlive_the_sandbox(sandbox, receiver, payment):
    receiver.status = 503
    sandbox.refund_by_hand(payment, 100)
    wait_until(lambda: receiver.heard)
    sandbox.kill()
    receiver.status = 200
    sandbox.start()
    wait_until(lambda: sandbox.deliveries()[0]["delivered_at"])


def test_nothing_is_told_while_nobody_listens(sandbox, payment):
    before = len(sandbox.deliveries())
    refund(sandbox, payment)
    assert len(sandbox.deliveries()) == before


def test_what_does_not_exist_is_a_404_that_says_where_to_look(sandbox):
    for method, path, body in [
        ("POST", "/sandbox/disputes/du_nothing", {"status": "won"}),
        ("POST", "/sandbox/disputes", {"reference": "pi_nothing"}),
        ("POST", "/sandbox/webhooks/deliveries/evt_nothing/resend", {}),
    ]:
        with pytest.raises(httpx2.HTTPStatusError, match="404"):
            sandbox.call(method, path, body)


def test_refunds_are_listed_from_a_moment_on(sandbox, payment):
    made = refund(sandbox, payment).json()
    since = {"payment_intent": payment, "created[gte]": str(made["created"])}
    after = {"payment_intent": payment, "created[gte]": str(made["created"] + 1)}
    assert [one["id"] for one in sandbox.stripe("GET", "/refunds", since).json()["data"]] == [made["id"]]
    assert sandbox.stripe("GET", "/refunds", after).json()["data"] == []


def test_its_calls_are_shown_without_anything_from_outside(sandbox):
    page = httpx2.get(f"{sandbox.url}/sandbox/docs", trust_env=False).text
    scripts = [part.split('"')[0] for part in page.split('src="')[1:]]
    assert scripts
    assert all(httpx2.get(f"{sandbox.url}{script}", trust_env=False).is_success for script in scripts)
