"""What the case view says of money: what those who decide may decide now, and what became of the customer's money."""

from domain.payout_state import PayoutState
from tests.api.webhook_client import refunded
from tests.support.api_client import inspection, told
from tests.support.waiting import until


async def shown_to(api, case, key):
    return await api.get(f"/v1/refunds/{case['case_id']}", as_=key)


async def blocked(api, webhooks):
    """Return a case whose payment was refunded by hand, so that its payout is blocked."""
    case = await api.approved()
    payment = f"pi_{case['order_number']}"
    by_hand = {"id": f"re_{case['case_id']}", "status": "succeeded", "amount": 10_299, "payment_intent": payment}
    await webhooks.tell(webhooks.about("refund.created", **by_hand))
    told(await api.send(case, "inspection", inspection(), "dev-warehouse"), 200)
    return await api.until(case, "payout_blocked")


async def test_r32_whoever_decides_sees_the_payments_with_what_went_back_by_name(api, webhooks):
    case = await blocked(api, webhooks)
    [payment] = (await shown_to(api, case, "dev-finance"))["payments"]
    [returned] = payment["returned"]
    assert (returned["way"], returned["return_id"], returned["amount"]["minor"]) == (
        "external_refund",
        f"re_{case['case_id']}",
        10_299,
    )
    assert payment["captured"]["minor"] == payment["returned_total"]["minor"] + payment["room"]["minor"]


async def test_r36_each_is_offered_what_they_may_decide(api, webhooks):
    case = await blocked(api, webhooks)
    offered = {
        key: (await shown_to(api, case, f"dev-{key}"))["allowed_resolutions"]
        for key in ("finance", "auditor", "storefront", "warehouse")
    }
    assert offered == {
        "finance": ["close", "count_refund", "other_account", "pay", "retry"],
        "auditor": ["close", "count_refund", "pay", "retry"],
        "storefront": [],
        "warehouse": [],
    }


async def test_r32_a_customer_sees_what_became_of_the_money_and_no_payment_of_the_books(api):
    case = await refunded(api)
    shown = await shown_to(api, case, "dev-storefront")
    amounts = shown["amounts"]
    assert (amounts["owed"], amounts["still_owed"]["minor"]) == (amounts["paid"], 0)
    assert shown["payments"] == []


async def test_r34_what_is_on_its_way_is_not_shown_as_paid(api, gateway):
    gateway.state = PayoutState.PENDING
    try:
        case = await api.inspected()
        shown = await until(lambda: api.case(case), lambda now: [one["state"] for one in now["payouts"]] == ["pending"])
    finally:
        gateway.state = PayoutState.SUCCEEDED
    amounts = shown["amounts"]
    assert (amounts["on_its_way"], amounts["paid"]["minor"]) == (amounts["owed"], 0)
