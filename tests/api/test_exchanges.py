"""Exchanges through the HTTP API: the stock as the shop states it, the request, the parcel that leaves (R28, R39)."""

from uuid import uuid4

import pytest

from tests.support.api_client import inspection, problem, told

NOT_RESERVED = "no-replacement-reserved"
SENT = {"goods": "replacement", "carrier": "sf_express", "tracking_number": "SF7770001"}


@pytest.fixture
async def cup(api):
    """A product to exchange for, that no other test knows."""
    sku = f"CUP-{uuid4().hex[:8]}"
    product = {"product_name": "Cup", "available": 2, "prices": {"USD": 900, "EUR": 850}}
    told(await api.ask("PUT", f"/v1/stock/{sku}", product, "dev-storefront"), 200)
    return sku


def lines(sku):
    return [{"sku": "MUG", "quantity": 2, "exchange_for": sku}]


async def exchange(api, sku):
    return await api.approved(resolution="exchange", lines=lines(sku))


async def reserved(api, sku):
    case = await exchange(api, sku)
    told(await api.send(case, "inspection", inspection(), "dev-warehouse"), 200)
    return await api.wait_for(case, lambda shown: shown["replacements"][0]["state"] == "reserved")


async def test_r39_goods_are_exchanged_and_the_difference_is_refunded(api, cup):
    case = await reserved(api, cup)
    assert (case["state"], case["next_step"]["party"]) == ("replacement_due", "warehouse")
    assert case["next_step"]["send"]["POST dispatch"]["goods"] == "replacement"
    told(await api.send(case, "dispatch", SENT, "dev-warehouse"), 200)
    case = await api.until(case, "exchanged")
    assert case["sent"][0]["tracking_number"] == SENT["tracking_number"]
    [replacement] = case["replacements"]
    assert case["amounts"]["paid"] == replacement["difference"]
    stock = await api.get(f"/v1/stock/{cup}")
    assert (stock["available"], stock["reserved"]) == (0, 2)


async def test_r39_the_same_parcel_again_is_answered_alike_also_once_the_case_has_ended(api, cup):
    case = await reserved(api, cup)
    for _ in range(2):
        told(await api.send(case, "dispatch", SENT, "dev-warehouse"), 200)
    await api.until(case, "exchanged")
    shown = told(await api.send(case, "dispatch", SENT, "dev-warehouse"), 200)
    assert len(shown["sent"]) == 1


async def test_r39_a_dearer_product_is_refused_with_a_clear_message(api, cup):
    dear = {"product_name": "Vase", "available": 1, "prices": {"USD": 99_900}}
    told(await api.ask("PUT", f"/v1/stock/{cup}", dear, "dev-storefront"), 200)
    refused = await api.submit(api.request(await api.order(), resolution="exchange", lines=lines(cup)))
    shown = problem(refused, 422, "replacement-dearer")
    assert shown["rule"] == "R39"
    assert "choose a product that costs no more, or ask for a refund" in shown["detail"]


async def test_r39_exchange_for_without_the_resolution_is_no_request(api, cup):
    refused = await api.submit(api.request(await api.order(), lines=lines(cup)))
    assert "exchange_for is allowed only with the resolution exchange" in refused.text
    assert refused.status_code == 422


async def test_r39_nothing_is_sent_before_it_is_reserved(api, cup):
    case = await exchange(api, cup)
    assert problem(await api.send(case, "dispatch", SENT, "dev-warehouse"), 422, NOT_RESERVED)["rule"] == "R39"


async def test_r39_an_auditor_has_it_refunded_instead(api, cup):
    case = await reserved(api, cup)
    told(await api.send(case, "resolution", {"decision": "pay"}, "dev-auditor"), 200)
    case = await api.until(case, "refunded")
    assert case["amounts"]["paid"] == case["amounts"]["goods_asked"]
    assert (await api.get(f"/v1/stock/{cup}"))["available"] == 2


async def test_r28_refused_goods_go_back_and_end_the_case(api):
    case = await api.inspected("used")
    told(await api.send(case, "resolution", {"decision": "refuse"}, "dev-auditor"), 200)
    await api.until(case, "returning_to_customer")
    back = {"goods": "refused_goods", "carrier": "sf_express", "tracking_number": "SFBACK01"}
    for _ in range(2):
        shown = told(await api.send(case, "dispatch", back, "dev-warehouse"), 200)
    assert [(one["goods"], one["tracking_number"]) for one in shown["sent"]] == [("refused_goods", "SFBACK01")]
    assert shown["state"] == "returning_to_customer"
    assert "goods_sent_back" in [entry["event"] for entry in await api.timeline(case)]


async def test_r28_goods_that_were_not_refused_do_not_go_back(api):
    case = await api.approved()
    back = {"goods": "refused_goods", "carrier": "sf_express", "tracking_number": "SFBACK02"}
    assert problem(await api.send(case, "dispatch", back, "dev-warehouse"), 422, "nothing-refused")["rule"] == "R28"


async def test_only_the_shop_states_its_stock_and_only_the_warehouse_sends(api, cup):
    product = {"product_name": "Cup", "available": 1}
    assert (await api.ask("PUT", f"/v1/stock/{cup}", product, "dev-auditor")).status_code == 403
    case = await reserved(api, cup)
    assert (await api.send(case, "dispatch", SENT, "dev-storefront")).status_code == 403


async def test_an_unknown_product_is_not_found_and_nonsense_is_refused(api):
    problem(await api.ask("GET", "/v1/stock/NOWHERE-1"), 404, "unknown-product")
    for wrong in ({"available": -1}, {"available": 1.5}, {"prices": {"usd": 1}}, {"prices": {"USD": -1}}, {"hue": 1}):
        body = {"product_name": "Cup", "available": 1, **wrong}
        problem(await api.ask("PUT", "/v1/stock/CUP", body, "dev-storefront"), 422, "invalid-request")
