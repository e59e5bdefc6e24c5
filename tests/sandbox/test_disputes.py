"""Disputes as Stripe and PayPal have them: what they hold and take of a payment, and what is told of them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import httpx2
import pytest

from domain.money import Money
from domain.payment_events import DisputeStatus, GatewayEvent
from gateways.payments.paypal.webhooks import PayPalWebhooks
from gateways.payments.stripe.webhooks import StripeWebhooks
from local.stack.stack_config import PAYPAL_CLIENT, PAYPAL_SECRET
from tests.sandbox.webhook_receiver import WebhookReceiver, listening
from tests.support.assertions import assert_present
from tests.support.waiting import wait_until

SECRET, WEBHOOK_ID = "whsec_disputes", "WH-DISPUTES"
OPEN, WON, LOST = DisputeStatus.OPEN, DisputeStatus.WON, DisputeStatus.LOST
BOTH = pytest.mark.parametrize("provider", ["stripe", "paypal"])
IN_CURRENCIES = pytest.mark.parametrize("currency", ["USD", "JPY", "KWD", "ISK"])


@pytest.fixture
def receiver(sandbox) -> Iterator[WebhookReceiver]:
    with listening() as receiver:
        sandbox.listen(
            {"url": f"{receiver.url}stripe", "secrets": [SECRET]},
            {"url": f"{receiver.url}paypal", "secrets": [WEBHOOK_ID], "provider": "paypal"},
        )
        yield receiver
        sandbox.listen()


@pytest.fixture
def paypal(sandbox) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=sandbox.url, trust_env=False) as http:
        token = http.post("/v1/oauth2/token", auth=(PAYPAL_CLIENT, PAYPAL_SECRET)).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        yield http


@pytest.fixture
def read(sandbox, receiver):
    """Read what was heard with the service's own readers."""
    now = lambda: datetime.now(UTC)  # noqa: E731 - a clock
    stripes = StripeWebhooks([SECRET], now)
    paypals = PayPalWebhooks(PAYPAL_CLIENT, PAYPAL_SECRET, [WEBHOOK_ID], now, sandbox.url)
    yield lambda: [
        (stripes if "Stripe-Signature" in headers else paypals).read(body, headers) for body, headers in receiver.heard
    ]
    paypals.close()


def captured(sandbox, provider: str, amount: int = 10_000, currency: str = "USD") -> str:
    return sandbox.capture(f"{'pi_' if provider == 'stripe' else 'cap'}{uuid4().hex[:12]}", amount, currency)


def refund(sandbox, paypal, payment: str, value: str) -> str:
    """Ask for a refund in whole units of the currency, and return "refunded" or the reason of the refusal."""
    if payment.startswith("pi_"):
        answer = sandbox.stripe("POST", "/refunds", {"payment_intent": payment, "amount": f"{value}00"}).json()
        return answer.get("error", {}).get("code") or answer.get("error", {}).get("param") or "refunded"
    amount = {"value": f"{value}.00", "currency_code": "USD"}
    answer = paypal.post(f"/v2/payments/captures/{payment}/refund", json={"amount": amount}).json()
    return answer["details"][0]["issue"].lower() if "details" in answer else "refunded"


@BOTH
def test_m10_a_lost_dispute_takes_its_own_amount_and_leaves_the_rest(sandbox, paypal, provider):
    payment = captured(sandbox, provider)
    sandbox.decide(sandbox.dispute(payment, amount=4_000)["id"], "lost")
    assert refund(sandbox, paypal, payment, "61") in {"amount", "refund_amount_exceeded"}
    assert refund(sandbox, paypal, payment, "60") == "refunded"


@BOTH
def test_m10_a_whole_dispute_that_is_lost_leaves_nothing(sandbox, paypal, provider):
    payment = captured(sandbox, provider)
    sandbox.decide(sandbox.dispute(payment)["id"], "lost")
    assert refund(sandbox, paypal, payment, "1") in {"charge_disputed", "capture_fully_refunded"}


@BOTH
@pytest.mark.parametrize("end", ["won", "warning_closed"])
def test_r38_a_dispute_without_effect_takes_nothing(sandbox, paypal, provider, end):
    payment = captured(sandbox, provider)
    sandbox.decide(sandbox.dispute(payment, amount=4_000)["id"], end)
    assert refund(sandbox, paypal, payment, "100") == "refunded"


@BOTH
def test_r38_no_part_of_a_payment_is_refunded_while_it_is_disputed(sandbox, paypal, provider):
    payment = captured(sandbox, provider)
    sandbox.dispute(payment, amount=4_000)
    assert refund(sandbox, paypal, payment, "10") in {"charge_disputed", "transaction_disputed"}


def test_r38_stripe_refuses_even_the_rest_while_paypal_takes_the_whole(sandbox, paypal):
    at_stripe, at_paypal = captured(sandbox, "stripe"), captured(sandbox, "paypal")
    for payment in (at_stripe, at_paypal):
        sandbox.dispute(payment, amount=4_000)
    assert refund(sandbox, paypal, at_stripe, "100") == "charge_disputed"
    assert refund(sandbox, paypal, at_paypal, "100") == "refunded"


def test_r38_paypal_gives_back_no_more_than_was_captured(sandbox, paypal):
    payment = captured(sandbox, "paypal")
    dispute = sandbox.dispute(payment)
    assert refund(sandbox, paypal, payment, "100") == "refunded"
    assert sandbox.decide(dispute["id"], "lost")["taken"] == 0


def test_r38_an_inquiry_at_stripe_leaves_the_charge_refundable(sandbox, paypal):
    payment = captured(sandbox, "stripe")
    inquiry = sandbox.dispute(payment, status="warning_needs_response")
    assert refund(sandbox, paypal, payment, "10") == "refunded"
    sandbox.decide(inquiry["id"], "needs_response")
    assert refund(sandbox, paypal, payment, "10") == "charge_disputed"


def test_fault_10_a_disputed_payment_is_not_refunded_by_hand_either(sandbox):
    payment = captured(sandbox, "stripe")
    sandbox.dispute(payment)
    with pytest.raises(httpx2.HTTPStatusError, match="409"):
        sandbox.refund_by_hand(payment, 100)


@BOTH
@pytest.mark.parametrize(("said", "takes"), [({}, 5_200), ({"takes": 3_400}, 3_400)])
def test_m5_a_dispute_in_another_currency_takes_the_payment_or_what_is_said(sandbox, provider, said, takes):
    payment = captured(sandbox, provider, 5_200, "USD")
    opened = sandbox.dispute(payment, amount=5_200, currency="JPY", **said)
    assert sandbox.decide(opened["id"], "lost")["taken"] == takes


@BOTH
def test_r38_a_second_dispute_takes_its_amount_beside_the_first(sandbox, paypal, provider):
    payment = captured(sandbox, provider)
    for _ in range(2):
        sandbox.decide(sandbox.dispute(payment, amount=4_000)["id"], "lost")
    assert refund(sandbox, paypal, payment, "20") == "refunded"


@IN_CURRENCIES
@pytest.mark.parametrize("ending", [("won", WON, 0), ("lost", LOST, 5_200)])
def test_r38_stripe_tells_each_step_and_the_money_it_moves(sandbox, receiver, read, currency, ending):
    end, said, returned = ending
    payment = captured(sandbox, "stripe", 5_200, currency)
    opened = sandbox.dispute(payment)
    sandbox.decide(opened["id"], end)
    moved = ["charge.dispute.funds_reinstated"] if end == "won" else []
    wait_until(lambda: len(receiver.heard) == 3 + len(moved))
    events: list[GatewayEvent] = read()
    steps = ["charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed", *moved]
    assert [one.kind for one in events] == steps
    disputes = [assert_present(one.dispute) for one in events]
    assert [one.status for one in disputes] == [OPEN, OPEN, *[said] * (1 + len(moved))]
    assert {(one.dispute_id, one.payment_reference, one.amount.minor) for one in disputes} == {
        (opened["id"], payment, 5_200)
    }
    assert disputes[-1].returned == Money(minor=returned, currency=currency)


@pytest.mark.parametrize("currency", ["USD", "JPY", "HUF"])
def test_m4_paypal_tells_a_dispute_with_its_outcome_and_what_it_returned(sandbox, receiver, read, currency):
    payment = captured(sandbox, "paypal", 5_200, currency)
    opened = sandbox.dispute(payment)
    sandbox.decide(opened["id"], "under_review")
    sandbox.decide(opened["id"], outcome="RESOLVED_BUYER_FAVOUR", amount_refunded=1_000)
    wait_until(lambda: len(receiver.heard) == 3)
    events: list[GatewayEvent] = read()
    assert [one.kind for one in events] == [f"CUSTOMER.DISPUTE.{step}" for step in ("CREATED", "UPDATED", "RESOLVED")]
    disputes = [assert_present(one.dispute) for one in events]
    assert [one.status for one in disputes] == [OPEN, OPEN, LOST]
    assert disputes[-1].returned == Money(minor=1_000, currency=currency)
    assert {(one.dispute_id, one.payment_reference, one.amount.minor) for one in disputes} == {
        (opened["id"], payment, 5_200)
    }


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        *[(one, LOST) for one in ("RESOLVED_BUYER_FAVOUR", "RESOLVED_WITH_PAYOUT", "ACCEPTED")],
        *[(one, WON) for one in ("RESOLVED_SELLER_FAVOUR", "CANCELED_BY_BUYER", "DENIED", "NONE")],
    ],
)
def test_m4_each_outcome_of_paypal_ends_the_dispute(sandbox, receiver, read, outcome, status):
    payment = captured(sandbox, "paypal")
    sandbox.decide(sandbox.dispute(payment)["id"], outcome=outcome)
    wait_until(lambda: len(receiver.heard) == 2)
    assert assert_present(read()[-1].dispute).status is status


@BOTH
def test_fault_13_the_same_outcome_told_again_changes_nothing(sandbox, receiver, read, provider):
    payment = captured(sandbox, provider)
    opened = sandbox.dispute(payment)
    first, again = (sandbox.decide(opened["id"], "lost") for _ in range(2))
    assert first == again
    wait_until(lambda: len(receiver.heard) == (4 if provider == "stripe" else 3))
    assert [assert_present(one.dispute).status for one in read()][-2:] == [LOST, LOST]


def test_fault_10_a_refund_by_hand_at_paypal_is_told_in_paypals_words(sandbox, receiver, read):
    payment = captured(sandbox, "paypal")
    sandbox.refund_by_hand(payment, 700)
    wait_until(lambda: receiver.heard)
    [event] = read()
    told = assert_present(event.refund)
    assert (event.provider, event.kind) == ("paypal", "PAYMENT.CAPTURE.REFUNDED")
    assert (told.payment_reference, told.payout_id, told.amount.minor) == (payment, None, 700)


def test_an_outcome_of_paypal_makes_no_sense_at_stripe(sandbox):
    opened = sandbox.dispute(captured(sandbox, "stripe"))
    with pytest.raises(httpx2.HTTPStatusError, match="422"):
        sandbox.decide(opened["id"], outcome="DENIED")
