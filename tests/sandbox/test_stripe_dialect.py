"""The sandbox behaves as Stripe documents it, seen as any HTTP client sees it."""

from uuid import uuid4

import httpx2
import pytest


def error(answer):
    return answer.status_code, answer.json()["error"].get("code"), answer.json()["error"].get("param")


def test_a_refund_is_shown_as_stripe_shows_it(refund, payment):
    shown = refund(400, reason="requested_by_customer", **{"metadata[payout_id]": "p1"}).json()
    assert shown["object"] == "refund"
    assert (shown["amount"], shown["currency"], shown["status"]) == (400, "usd", "succeeded")
    assert (shown["payment_intent"], shown["charge"]) == (payment, f"ch_of_{payment}")
    assert (shown["reason"], shown["metadata"]) == ("requested_by_customer", {"payout_id": "p1"})
    assert "failure_reason" not in shown


def test_without_an_amount_the_rest_is_refunded(refund):
    refund(400)
    assert refund(None).json()["amount"] == 600


def test_r32_more_than_is_left_is_refused(refund):
    assert refund(1_000).status_code == 200
    assert error(refund(1)) == (400, "charge_already_refunded", None)


def test_r32_an_amount_that_is_larger_than_the_rest_is_refused(refund, sandbox, payment):
    refund(400)
    assert error(refund(601)) == (400, None, "amount")
    assert refund(600).status_code == 200
    assert sum(one["amount"] for one in sandbox.refunds(payment)) == 1_000


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_a_refund_that_failed_can_be_made_again(refund, sandbox, status):
    sandbox.finish_refund(refund(1_000).json()["id"], status)
    assert refund(1_000).status_code == 200


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"amount": "4.5"}, (400, "parameter_invalid_integer", "amount")),
        ({"amount": "-1"}, (400, "parameter_invalid_integer", "amount")),
        ({"amount": "0"}, (400, "parameter_invalid_integer", "amount")),
        ({"amount": "²"}, (400, "parameter_invalid_integer", "amount")),
        ({"reason": "bored"}, (400, "parameter_invalid", "reason")),
        ({"colour": "red"}, (400, "parameter_unknown", "colour")),
        ({"payment_intent": "pi_nobody"}, (404, "resource_missing", "payment_intent")),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_by_its_parameter(refund, fields, expected):
    assert error(refund(**{"amount": None, **fields})) == expected


def test_a_refund_of_nothing_is_refused(sandbox):
    assert error(sandbox.stripe("POST", "/refunds", {"amount": "1"})) == (400, "parameter_missing", "charge")


def test_a_wrong_key_or_none_is_not_let_in(sandbox):
    for headers in ({}, {"Authorization": "Bearer sk_test_wrong"}):
        assert httpx2.get(f"{sandbox.url}/v1/refunds", headers=headers).status_code == 401


def test_refunds_are_listed_newest_first_page_by_page(refund, sandbox, payment):
    made = [refund(1).json()["id"] for _ in range(5)]
    seen, fields = [], {"payment_intent": payment, "limit": "2"}
    for _ in range(3):
        page = sandbox.stripe("GET", "/refunds", fields).json()
        seen += [one["id"] for one in page["data"]]
        fields["starting_after"] = seen[-1]
        assert page["has_more"] == (len(seen) < 5)
    assert seen == made[::-1]


def test_refunds_are_listed_by_charge_too_and_never_mixed(refund, sandbox, payment):
    refund(1)
    assert len(sandbox.stripe("GET", "/refunds", {"charge": f"ch_of_{payment}"}).json()["data"]) == 1
    other = sandbox.capture(f"{payment}_other")
    assert sandbox.stripe("GET", "/refunds", {"payment_intent": other}).json()["data"] == []


def test_a_page_after_an_unknown_refund_is_refused(sandbox, payment):
    fields = {"payment_intent": payment, "starting_after": "re_nobody"}
    assert error(sandbox.stripe("GET", "/refunds", fields)) == (404, "resource_missing", "starting_after")


def test_one_refund_can_be_asked_after(refund, sandbox):
    made = refund().json()
    assert sandbox.stripe("GET", f"/refunds/{made['id']}").json() == made
    assert error(sandbox.stripe("GET", "/refunds/re_nobody")) == (404, "resource_missing", "id")


def test_a_payment_can_be_made_in_stripes_own_way(sandbox):
    made = sandbox.stripe("POST", "/payment_intents", {"amount": "700", "currency": "eur", "confirm": "true"}).json()
    assert (made["status"], made["amount_received"], made["currency"]) == ("succeeded", 700, "eur")
    assert sandbox.stripe("GET", f"/payment_intents/{made['id']}").json() == made
    assert sandbox.stripe("POST", "/refunds", {"payment_intent": made["id"]}).json()["amount"] == 700


def test_a_payment_without_an_amount_or_unknown_is_refused(sandbox):
    assert error(sandbox.stripe("POST", "/payment_intents", {"currency": "eur"}))[1:] == ("parameter_missing", "amount")
    assert error(sandbox.stripe("GET", "/payment_intents/pi_nobody"))[0] == 404


@pytest.mark.parametrize(
    ("captured", "shown", "refused", "taken"),
    [
        ((5_200, "ISK"), 520_000, "5250", "5200"),
        ((5_200, "UGX"), 520_000, "199", "200"),
        ((10_000, "KWD"), 10_000, "3334", "3330"),
        ((10_000, "TND"), 10_000, "1", "10"),
        ((520_000, "MGA"), 5_200, None, "52"),
        ((520_000, "HUF"), 520_000, None, "5201"),
    ],
)
def test_m1_m2_it_takes_and_shows_amounts_in_stripes_units_only(sandbox, captured, shown, refused, taken):
    amount, currency = captured
    payment = sandbox.capture(f"pi_units_{currency}_{uuid4().hex[:8]}", amount, currency)
    assert sandbox.stripe("GET", f"/payment_intents/{payment}").json()["amount"] == shown
    asked = {"payment_intent": payment}
    if refused:
        assert error(sandbox.stripe("POST", "/refunds", {**asked, "amount": refused}))[0] == 400
    assert sandbox.stripe("POST", "/refunds", {**asked, "amount": taken}).json()["amount"] == int(taken)
    assert sandbox.stripe("GET", "/refunds", asked).json()["data"][0]["amount"] == int(taken)


def test_m2_a_refund_by_hand_obeys_the_same_rules(sandbox):
    payment = sandbox.capture(f"pi_by_hand_{uuid4().hex[:8]}", 10_000, "KWD")
    with pytest.raises(httpx2.HTTPStatusError, match="409"):
        sandbox.refund_by_hand(payment, 1)
    assert sandbox.refund_by_hand(payment, 10)["amount"] == 10


def test_m6_a_charge_and_its_intent_are_shown_with_each_other(sandbox):
    charge, intent = f"ch_{uuid4().hex[:8]}", f"pi_{uuid4().hex[:8]}"
    sandbox.call(
        "POST",
        "/sandbox/payments",
        {"reference": charge, "amount": 100, "currency": "USD", "other_reference": intent},
    )
    assert sandbox.stripe("GET", f"/charges/{charge}").json()["payment_intent"] == intent
    assert sandbox.stripe("GET", f"/payment_intents/{intent}").json()["latest_charge"] == charge
    assert error(sandbox.stripe("GET", f"/charges/{intent}"))[0] == 404
    assert error(sandbox.stripe("POST", "/refunds", {"charge": intent})) == (404, "resource_missing", "charge")
    assert sandbox.stripe("POST", "/refunds", {"payment_intent": intent}).json()["charge"] == charge
