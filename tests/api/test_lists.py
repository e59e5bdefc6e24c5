"""GET /v1/refunds and the timeline."""

from tests.support.api_client import photo, told


async def test_cases_are_listed_newest_first_page_by_page(api):
    number = await api.order(
        lines=[{"sku": "PEN", "product_name": "Pen", "quantity": 60, "unit_price": 1}],
        parcels=[],
        receipt_confirmed_at=api.clock().isoformat(),
    )
    for _ in range(52):
        told(await api.submit(api.request(number, lines=[{"sku": "PEN"}])), 201)

    first = await api.get(f"/v1/refunds?order_number={number}")
    second = await api.get(f"/v1/refunds?order_number={number}&cursor={first['next_cursor']}")

    listed = [case["case_id"] for case in first["items"] + second["items"]]
    assert (len(first["items"]), len(second["items"])) == (50, 2)
    assert second["next_cursor"] is None
    assert listed == sorted(set(listed), reverse=True)


async def test_cases_are_filtered_by_state_party_and_order(api):
    case = await api.open()
    other = await api.open(reason="quality", evidence=[photo()])
    order = f"order_number={case['order_number']}"

    async def found(query: str) -> bool:
        return case["case_id"] in [one["case_id"] for one in (await api.get(f"/v1/refunds?{query}"))["items"]]

    assert await found(f"{order}&state=under_audit&awaiting=auditor&overdue=false")
    assert not await found(f"{order}&state=refunded")
    assert not await found(f"{order}&awaiting=customer")
    assert not await found(f"{order}&overdue=true")
    assert not await found(f"order_number={other['order_number']}")
    assert await found("awaiting=auditor")


async def test_a_storefront_lists_its_own_cases_only(api):
    case = await api.open()
    query = f"/v1/refunds?order_number={case['order_number']}"

    assert len((await api.get(query, "dev-storefront"))["items"]) == 1
    assert (await api.get(query, "other-shop"))["items"] == []
    assert len((await api.get(query, "dev-warehouse"))["items"]) == 1


async def test_a_listed_case_says_whose_turn_it_is_and_where_it_is_but_not_what_the_customer_wrote(api):
    case = await api.open()

    [listed] = (await api.get(f"/v1/refunds?order_number={case['order_number']}"))["items"]

    assert listed["next_step"]["party"] == "auditor"
    assert (await api.get(listed["links"]["self"]))["case_id"] == case["case_id"]
    assert (await api.get(listed["links"]["timeline"]))["items"]
    assert (await api.get(listed["links"]["order_cases"]))["items"] == [listed]
    assert "suit" not in str(listed)


async def test_i7_the_timeline_tells_everything_oldest_first_with_who_and_when(api):
    case = await api.inspected("used")
    told(
        await api.send(case, "resolution", {"decision": "refuse", "reason_code": "signs_of_use"}, "dev-finance"),
        200,
    )

    told_events = await api.timeline(case)

    events = [one["event"] for one in told_events]
    assert events == [
        "case_opened",
        "approved",
        "return_requested",
        "inspected",
        "decision_needed",
        "inspection_decided",
        "returning_to_customer",
    ]
    assert [one["at"] for one in told_events] == sorted(one["at"] for one in told_events)
    actors = {one["event"]: one["actor"] for one in told_events}
    assert (actors["approved"], actors["inspected"], actors["inspection_decided"]) == (
        "auditor",
        "warehouse",
        "finance",
    )
    assert told_events[0]["text"] == "Does not suit me after all."
