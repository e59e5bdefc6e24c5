"""Numbers as people type and couriers print them: blanks, dashes, case and width do not matter (R19, R28, R39)."""

from uuid import uuid4

import pytest

from tests.api.warehouse import scan, send
from tests.support.api_client import problem, told
from tests.support.assertions import assert_present
from tests.support.label_cases import usps_number
from tests.support.waiting import until

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")  # noqa: RUF001 - as a Chinese keyboard types them


def spaced(number, between=" "):
    return between.join(number[place : place + 4] for place in range(0, len(number), 4))


SPELLINGS = {
    "blanks": spaced,
    "dashes": lambda number: spaced(number, "-"),
    "dots": lambda number: spaced(number, "."),
    "lower case": str.lower,
    "full width": lambda number: number.translate(FULL_WIDTH),
    "symbology": lambda number: f"]C0{number}",
    "ideographic blanks": lambda number: spaced(number, "\u3000"),
}


def sf_number():
    return f"SF{uuid4().int % 10**13:013}"


async def register(api, case, number, **more):
    return await api.send(
        case, "shipment", {"carrier": "sf_express", "tracking_number": number, **more}, "dev-storefront"
    )


async def events_of(api, case, event):
    return [one["details"] for one in await api.timeline(case) if one["event"] == event]


async def events(api, case, event):
    return [one["tracking_number"] for one in await events_of(api, case, event)]


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
async def test_p4_a_typed_number_is_recorded_in_its_normal_form_and_a_repeat_is_the_same_shipment(api, spell):
    case, number = await api.approved(), sf_number()
    shown = told(await register(api, case, spell(number)), 200)
    assert shown["shipment"]["tracking_number"] == number
    again = told(await register(api, case, number), 200)
    assert again["shipment"] == shown["shipment"]
    assert await events(api, case, "shipment_registered") == [number]
    [received] = await send(api, scan(spell(number)))
    assert (received["status"], received["case_id"]) == ("applied", case["case_id"])


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("9405 5118 9922 3197 4284 90", "9405511899223197428490"),
        ("1Z 999 AA1 01 2345 6784", "1Z999AA10123456784"),
        ("RR 123 456 785 CN", "RR123456785CN"),
        ("420 90210 9405 5118 9922 3197 4284 90", "9405511899223197428490"),
        ("9622001900000000000000776632517510", "776632517510"),
    ],
)
async def test_p4_numbers_as_printed_are_taken(later, typed, number):
    case = await later.approved()
    assert told(await register(later, case, typed), 200)["shipment"]["tracking_number"] == number


@pytest.mark.parametrize(
    "typed", ["???", "my parcel", "快递已寄出", "1234567890" * 4, "...", "123", "2LDE53113+48000000"]
)
async def test_p4_nonsense_is_refused_in_words(api, typed):
    case = await api.approved()
    wrong = problem(await register(api, case, typed), 422, "invalid-request")
    [error] = wrong["errors"]
    assert error["field"] == "tracking_number"
    assert "does not look like a tracking number" in error["says"]
    assert "SF1234567890123" in error["says"]
    assert not {"^", "\\", "regular"} & set(error["says"])


async def test_p4_a_number_that_can_mean_two_is_asked_about(api):
    case = await api.approved()
    wrong = problem(await register(api, case, "4201028292019261290113185417468510"), 422, "invalid-request")
    assert "92019261290113185417468510 or 9261290113185417468510" in wrong["errors"][0]["says"]


async def test_p4_a_parcel_to_the_customer_is_the_same_in_any_spelling(api):
    case = await api.inspected("used")
    told(await api.send(case, "resolution", {"decision": "refuse"}, "dev-auditor"), 200)
    await api.until(case, "returning_to_customer")
    number = sf_number()
    for typed in (spaced(number), number.lower(), number):
        body = {"goods": "refused_goods", "carrier": "sf_express", "tracking_number": typed}
        shown = told(await api.send(case, "dispatch", body, "dev-warehouse"), 200)
    assert [one["tracking_number"] for one in shown["sent"]] == [number]


async def test_p4_a_signal_takes_a_number_as_it_is_typed_and_read(api):
    case, number = await api.approved(), usps_number()
    signal = {"carrier": "usps", "tracking_number": f"420 90210 {spaced(number)}", "status": "in_transit"}
    await api.handle(case).signal("courier_tracking", signal)
    shown = await api.wait_for(case, lambda one: one["shipment"] is not None)
    assert shown["shipment"]["tracking_number"] == number
    for more in ({"tracking_number": number.translate(FULL_WIDTH)}, {"tracking_number": number, "status": "delivered"}):
        await api.handle(case).signal("courier_tracking", {**signal, **more})
    await api.wait_for(case, lambda one: one["shipment"]["status"] == "delivered")
    assert await events(api, case, "shipment_registered") == [number]


async def test_p4_a_signal_without_a_number_is_kept_as_ignored_with_why_in_words(api):
    case = await api.approved()
    signal = {"carrier": "usps", "tracking_number": "?!?!", "status": "in_transit"}
    await api.handle(case).signal("courier_tracking", signal)
    [ignored] = await until(lambda: events_of(api, case, "signal_ignored"))
    assert "tracking_number" in ignored["why"]
    assert "does not look like a tracking number" in ignored["why"]


async def test_p4_an_order_s_parcels_have_one_spelling(api):
    number = await api.order(parcels=[{"tracking_number": "rr 123-456-785 cn", "skus": ["MUG"]}])
    recorded = assert_present(api.services.orders.get(number))
    assert [one.tracking_number for one in recorded.parcels] == ["RR123456785CN"]


async def test_p4_a_courier_s_webhook_finds_the_case_in_any_spelling(api):
    case, number = await api.approved(), usps_number()
    told(await register(api, case, f"420 90210 {number}"), 200)
    for spelling in (spaced(number), f"42090210{number}", number.translate(FULL_WIDTH)):
        found = api.services.parcels.cases_in_either_direction(spelling)
        assert [one.case_id for one in found] == [case["case_id"]]
