"""M6: whichever id of its payment an order names, what the provider says of it under another one is about its cases."""

from uuid import uuid4

import pytest

from db.payouts.payouts import Payouts
from tests.api.inbox_sweep import sweep
from tests.api.webhook_client import refunded
from tests.support.api_client import inspection, told

EITHER_WAY = pytest.mark.parametrize("in_order", ["ch_", "pi_", "py_"])


def both_ids(in_order):
    """Return new ids of a payment: the one that an order names, which is of this kind, and the other one."""
    unique = uuid4().hex[:12]
    return f"{in_order}{unique}", f"{'ch_' if in_order == 'pi_' else 'pi_'}{unique}"


async def approved(api, own):
    """Return an approved case of an order that names its payment so."""
    amount = api.facts("O-any")["payments"][0]["amount"]
    number = await api.order(payments=[{"provider": "stripe", "reference": own, "amount": amount}])
    case = told(await api.submit(api.request(number)), 201)
    return told(await api.send(case, "audit", {"decision": "approve"}, "dev-auditor"), 200)


def of_payment(own, other):
    charge, intent = (other, own) if own.startswith("pi_") else (own, other)
    return {"charge": charge, "payment_intent": intent}


@EITHER_WAY
@pytest.mark.parametrize("status", ["won", "warning_closed"])
async def test_m6_a_dispute_holds_and_releases_the_case_whatever_id_it_names(webhooks, api, in_order, status):
    own, other = both_ids(in_order)
    case = await approved(api, own)
    about = {"id": f"du_{uuid4().hex}", **of_payment(own, other)}
    await webhooks.tell(webhooks.about("charge.dispute.created", status="needs_response", **about))
    told(await api.send(case, "inspection", inspection(), "dev-warehouse"), 200)
    await api.until(case, "chargeback_hold")
    await webhooks.tell(webhooks.about("charge.dispute.closed", status=status, **about))
    assert (await api.until(case, "refunded"))["amounts"]["paid"]["minor"] > 0


async def test_m4_an_inquiry_holds_no_payout(webhooks, api):
    own, other = both_ids("pi_")
    case = await approved(api, own)
    about = {"id": f"du_{uuid4().hex}", **of_payment(own, other)}
    await webhooks.tell(webhooks.about("charge.dispute.created", status="warning_needs_response", **about))
    told(await api.send(case, "inspection", inspection(), "dev-warehouse"), 200)
    await api.until(case, "refunded")


@EITHER_WAY
async def test_m6_a_refund_by_hand_counts_against_the_cap_whatever_id_it_names(webhooks, api, in_order):
    own, other = both_ids(in_order)
    case = await approved(api, own)
    payouts = Payouts(webhooks.services.database)
    before = payouts.left_for_goods(case["order_number"])
    by_hand = webhooks.about(
        "refund.created", id=f"re_{uuid4().hex}", status="succeeded", amount=500, **of_payment(own, other)
    )
    await webhooks.tell(by_hand)
    assert payouts.left_for_goods(case["order_number"]) == before - 500


@EITHER_WAY
async def test_m6_an_event_that_comes_before_its_order_is_about_it_all_the_same(webhooks, api, in_order):
    own, other = both_ids(in_order)
    about = {"id": f"du_{uuid4().hex}", **of_payment(own, other)}
    await webhooks.tell(webhooks.about("charge.dispute.created", status="needs_response", **about))
    case = await approved(api, own)
    told(await api.send(case, "inspection", inspection(), "dev-warehouse"), 200)
    await api.until(case, "chargeback_hold")
    await sweep(api.temporal)
    await webhooks.tell(webhooks.about("charge.dispute.closed", status="won", **about))
    await api.until(case, "refunded")


async def test_m6_a_case_that_was_paid_hears_nothing_of_another_payment(webhooks, api):
    case = await refunded(api)
    about = {"id": f"du_{uuid4().hex}", **of_payment(f"pi_{uuid4().hex}", f"ch_{uuid4().hex}")}
    await webhooks.tell(webhooks.about("charge.dispute.created", status="needs_response", **about))
    assert "dispute_open" not in [entry["event"] for entry in await api.timeline(case)]
