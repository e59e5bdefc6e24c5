"""What every payment gateway promises: each adapter passes all of this, against the sandbox's own ledger."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from activities.ports.payment_gateway import PaymentGateway
from domain.cases.payout import Payout
from domain.errors import AnswerLostError, GatewayUnavailableError, PayoutRefusedError
from domain.money import Money
from domain.payout_state import PayoutState
from gateways.payments.paypal.gateway import PayPalGateway
from gateways.payments.stripe.gateway import StripeGateway
from local.payment_sandbox.server import PAYPAL_CLIENT, PAYPAL_SECRET
from tests.support import factories
from tests.support.assertions import assert_present
from tests.support.sandbox_process import SandboxProcess

MAKERS: dict[str, Callable[..., PaymentGateway]] = {
    "stripe": lambda sandbox, **more: StripeGateway(sandbox.api_key, sandbox.url, **more),
    "paypal": lambda sandbox, **more: PayPalGateway(PAYPAL_CLIENT, PAYPAL_SECRET, sandbox.url, **more),
}


def paypal_in_test_mode(client_id: str, secret: str) -> PayPalGateway:
    return PayPalGateway(client_id, secret, "https://api-m.sandbox.paypal.com")


@dataclass
class Account:
    """A gateway with a payment to refund."""

    provider: str
    gateway: PaymentGateway
    payment: str

    def payout(self, minor: int = 4_000, number: int = 1, attempt: int = 1, currency: str = "USD") -> Payout:
        return factories.payout(
            f"rc_{self.payment[-16:]}",
            number,
            provider=self.provider,
            payment_reference=self.payment,
            amount=Money(minor=minor, currency=currency),
            attempt=attempt,
        )


@dataclass
class Party(Account):
    """The same on the sandbox, whose payment is of 10,000."""

    sandbox: SandboxProcess

    def refunds(self):
        return self.sandbox.refunds(self.payment)


@pytest.fixture(params=list(MAKERS))
def party(request, sandbox) -> Iterator[Party]:
    payment = sandbox.capture(reference(request.param))
    with closing_of(MAKERS[request.param](sandbox)) as gateway:
        yield Party(request.param, gateway, payment, sandbox)


def reference(provider: str) -> str:
    """Return a payment's reference as the provider writes it: the sandbox tells their books apart by it."""
    return f"{'pi_' if provider == 'stripe' else 'cap'}{uuid4().hex[:16]}"


@contextmanager
def closing_of(gateway: PaymentGateway) -> Iterator[PaymentGateway]:
    """Give the gateway and close what it holds open, where it does."""
    yield gateway
    if isinstance(gateway, PayPalGateway):
        gateway.close()


def in_currency(party: Party, currency: str, amount: int = 10_000) -> Party:
    payment = party.sandbox.capture(reference(party.provider), amount, currency)
    return Party(party.provider, party.gateway, payment, party.sandbox)


def refusal(party: Party, payout: Payout) -> str:
    with pytest.raises(PayoutRefusedError) as refused:
        party.gateway.refund("rc_1", payout)
    return refused.value.decline_code


def test_r32_a_payment_is_refunded_in_part_and_then_in_full(party):
    part, rest = party.gateway.refund("rc_1", party.payout(4_000)), party.gateway.refund("rc_1", party.payout(6_000, 2))
    assert (part.state, rest.state) == (PayoutState.SUCCEEDED, PayoutState.SUCCEEDED)
    assert sorted(one["amount"] for one in party.refunds()) == [4_000, 6_000]


def test_fault_1_the_same_key_again_is_the_same_refund(party):
    first, second = (party.gateway.refund("rc_1", party.payout()) for _ in range(2))
    assert first == second
    assert len(party.refunds()) == 1


def test_the_same_key_for_another_amount_is_refused(party):
    party.gateway.refund("rc_1", party.payout(4_000))
    assert refusal(party, party.payout(4_001))
    assert len(party.refunds()) == 1


def test_fault_8_more_than_was_captured_is_refused_for_good(party):
    assert refusal(party, party.payout(10_001))
    assert party.refunds() == []


def test_fault_7_a_payment_that_is_not_there_is_refused_for_good(party):
    nowhere = party.payout().amend(payment_reference="pi_nowhere")
    assert refusal(party, nowhere)
    with pytest.raises(PayoutRefusedError):
        party.gateway.find_refund(nowhere)


def test_r38_a_disputed_payment_is_refused_in_words_that_tell_so(party):
    party.sandbox.dispute(party.payment)
    assert refusal(party, party.payout(4_000)) in {"charge_disputed", "transaction_disputed"}


def test_fault_4_the_look_up_finds_the_payouts_own_refund_among_many(party):
    for number in range(1, 16):
        party.gateway.refund("rc_1", party.payout(10, number))
    found = party.gateway.find_refund(party.payout(10, 1))
    assert found
    assert party.sandbox.call("GET", "/sandbox/ledger")
    assert next(one for one in party.refunds() if one["id"] == found.refund_id)["metadata"]["payout_id"].endswith("-p1")
    assert party.gateway.find_refund(party.payout(10, 99)) is None


def test_fault_4_the_look_up_goes_through_every_page(party):
    for number in range(1, 103):
        party.gateway.refund("rc_1", party.payout(1, number))
    assert party.gateway.find_refund(party.payout(1, 1))


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_fault_11_a_refund_that_paid_nothing_is_not_found(party, status):
    made = party.gateway.refund("rc_1", party.payout())
    party.sandbox.finish_refund(made.refund_id, status, "lost_or_stolen_card")
    assert party.gateway.find_refund(party.payout()) is None
    told = party.gateway.read_refund(made.refund_id)
    assert (told.state, told.failure_code) == (PayoutState(status), "lost_or_stolen_card")


def test_fault_12_a_pending_refund_is_told_as_pending_until_it_is_paid(party):
    party.sandbox.plan({"kind": "outcome", "status": "pending"})
    made = party.gateway.refund("rc_1", party.payout())
    assert made.state is PayoutState.PENDING
    assert party.gateway.find_refund(party.payout()) == made
    party.sandbox.finish_refund(made.refund_id, "succeeded")
    assert party.gateway.read_refund(made.refund_id).state is PayoutState.SUCCEEDED


@pytest.mark.parametrize("now", ["failed", "canceled", "succeeded"])
def test_fault_11_a_repeated_key_tells_the_refund_as_it_is_now(party, now):
    party.sandbox.plan({"kind": "outcome", "status": "pending"})
    made = party.gateway.refund("rc_1", party.payout())
    party.sandbox.finish_refund(made.refund_id, now, None)
    told = party.gateway.refund("rc_1", party.payout())
    assert (told.refund_id, told.state, len(party.refunds())) == (made.refund_id, PayoutState(now), 1)


@pytest.mark.parametrize("kind", ["drop_answer_before_commit", "drop_answer_after_commit"])
def test_fault_1_a_lost_answer_is_told_as_lost(party, kind):
    party.sandbox.plan({"kind": kind})
    with pytest.raises(AnswerLostError):
        party.gateway.refund("rc_1", party.payout())
    assert party.gateway.refund("rc_1", party.payout()).state is PayoutState.SUCCEEDED
    assert len(party.refunds()) == 1


def test_fault_3_an_answer_that_takes_too_long_is_told_as_lost(party, sandbox):
    with closing_of(MAKERS[party.provider](sandbox, timeout_seconds=0.3)) as hasty:
        hasty.find_refund(party.payout())  # a token is there
        sandbox.plan({"kind": "held_answer", "seconds": 1})
        with pytest.raises(AnswerLostError):
            hasty.refund("rc_1", party.payout())
    assert len(party.refunds()) == 1


@pytest.mark.parametrize("status", [409, 429, 503])
def test_fault_6_a_refusal_that_passes_is_told_as_such(party, status):
    party.sandbox.plan({"kind": "busy", "status": status})
    with pytest.raises(GatewayUnavailableError) as busy:
        party.gateway.refund("rc_1", party.payout())
    assert type(busy.value) is GatewayUnavailableError
    assert party.refunds() == []


def test_fault_10_every_refund_since_a_moment_is_seen_whoever_made_it(party):
    since = datetime.now(UTC) - timedelta(minutes=1)
    mine = party.gateway.refund("rc_1", party.payout())
    foreign = party.sandbox.refund_by_hand(party.payment, 700)
    seen = {one.refund_id: one for one in party.gateway.refunds_since(since) if one.payment_reference == party.payment}
    assert (seen[mine.refund_id].payout_id, seen[foreign["id"]].payout_id) == (party.payout().payout_id, None)
    assert [seen[one].amount.minor for one in (mine.refund_id, foreign["id"])] == [4_000, 700]
    assert {one.state for one in seen.values()} == {PayoutState.SUCCEEDED}


def test_fault_10_the_sandbox_tells_each_provider_of_its_own_payments_only(party):
    since = datetime.now(UTC) - timedelta(minutes=1)
    other = party.sandbox.capture(reference("paypal" if party.provider == "stripe" else "stripe"))
    party.sandbox.refund_by_hand(other, 700)
    assert other not in {one.payment_reference for one in party.gateway.refunds_since(since)}


CURRENCIES = ["USD", "JPY", "KWD", "TND", "ISK", "UGX", "HUF", "TWD", "MGA", "KRW"]


@pytest.mark.parametrize("currency", CURRENCIES)
def test_m1_m2_m3_amounts_are_exact_to_the_smallest_step_whatever_units_the_provider_has(party, currency):
    step = party.gateway.step(currency)
    other = in_currency(party, currency, 10_001 * step)
    made = other.gateway.refund("rc_1", other.payout(10_001 * step, currency=currency))
    assert made.amount == Money(minor=10_001 * step, currency=currency)
    assert other.gateway.read_refund(made.refund_id) == made == other.gateway.find_refund(other.payout())
    assert [one["amount"] for one in other.refunds()] == [10_001 * step]


@pytest.mark.parametrize("currency", CURRENCIES)
def test_m1_m2_m3_every_list_of_refunds_is_read_by_the_same_scale(party, currency):
    since, step = datetime.now(UTC) - timedelta(minutes=1), party.gateway.step(currency)
    other = in_currency(party, currency)
    by_hand = other.sandbox.refund_by_hand(other.payment, 7 * step)
    (seen,) = [one for one in party.gateway.refunds_since(since) if one.refund_id == by_hand["id"]]
    assert seen.amount == Money(minor=7 * step, currency=currency)


@pytest.mark.parametrize("currency", ["KWD", "OMR", "HUF", "TWD", "MGA"])
def test_m2_m3_what_is_between_two_steps_is_refused_for_good_and_by_the_provider_too(party, currency):
    step, other = party.gateway.step(currency), in_currency(party, currency)
    if step == 1:
        assert party.gateway.refund("rc_1", other.payout(1, currency=currency)).amount.minor == 1
        return
    assert refusal(party, other.payout(step + 1, currency=currency)) in {"amount_not_payable", "decimals_not_supported"}
    assert other.refunds() == []


OTHER_NAMES = {"stripe": "ch_", "paypal": "order"}


@pytest.mark.parametrize("is_named_by_the_other", [False, True])
def test_m6_all_ids_of_a_payment_are_found_by_any_of_them_and_each_can_be_refunded(party, is_named_by_the_other):
    payment, other = reference(party.provider), f"{OTHER_NAMES[party.provider]}{uuid4().hex[:16]}"
    captured = {"reference": payment, "amount": 10_000, "currency": "USD", "other_reference": other}
    party.sandbox.call("POST", "/sandbox/payments", captured)
    assert {frozenset(party.gateway.payment_ids(one)) for one in (payment, other)} == {frozenset({payment, other})}
    named = other if is_named_by_the_other else payment
    payout = party.payout().amend(payment_reference=named)
    made = party.gateway.refund("rc_1", payout)
    assert party.gateway.find_refund(payout) == made == party.gateway.refund("rc_1", payout)
    assert [one["amount"] for one in party.sandbox.refunds(payment)] == [4_000]


def test_m6_a_payment_that_the_provider_does_not_know_has_no_ids(party):
    for unknown in (reference(party.provider), "ch_nowhere", "whatever"):
        assert party.gateway.payment_ids(unknown) == ()


def test_wrong_credentials_may_be_corrected_and_are_no_refusal_for_good(party, sandbox):
    stranger = {
        "stripe": lambda: StripeGateway("sk_test_stranger", sandbox.url),
        "paypal": lambda: PayPalGateway("stranger", "secret", sandbox.url),
    }[party.provider]()
    with closing_of(stranger), pytest.raises(GatewayUnavailableError):
        stranger.refund("rc_1", party.payout())


@pytest.mark.parametrize(
    ("variables", "make"),
    [
        (("STRIPE_TEST_API_KEY", "STRIPE_TEST_PAYMENT"), StripeGateway),
        (("PAYPAL_TEST_CLIENT_ID", "PAYPAL_TEST_CLIENT_SECRET", "PAYPAL_TEST_CAPTURE"), paypal_in_test_mode),
    ],
    ids=["stripe", "paypal"],
)
def test_in_the_providers_own_test_mode_one_cent_goes_back_once(variables, make):
    given = [os.environ.get(name, "") for name in variables]
    if not all(given):
        pytest.skip(f"the provider's own test mode needs {', '.join(variables)}")
    *credentials, payment = given
    gateway: PaymentGateway = make(*credentials)
    payout = (
        Account("stripe", gateway, payment)
        .payout(1)
        .amend(payout_id=f"rc_{uuid4().hex[:16]}-p1", idempotency_key=uuid4().hex)
    )
    first, second = (gateway.refund("rc_1", payout) for _ in range(2))
    assert first.refund_id == second.refund_id
    assert assert_present(gateway.find_refund(payout)).refund_id == first.refund_id
