"""Labels as couriers print them lead to the case of their parcel, and nobody guesses (R18-R21)."""

from urllib.parse import quote
from uuid import uuid4

import pytest
import pytest_asyncio

from api.app import create_app
from api.dependencies import Services
from tests.api.warehouse import scan, send
from tests.support.api_client import KEYS, ApiClient, asking, problem, told
from tests.support.label_cases import database_of_labels, usps_number
from tests.support.label_vectors import AMBIGUOUS, READABLE, WITHOUT_NUMBER


@pytest.fixture(scope="session")
def recorded(tmp_path_factory):
    with database_of_labels(tmp_path_factory.mktemp("labels")) as recorded:
        yield recorded


@pytest_asyncio.fixture(scope="session")
async def warehouse(recorded, services, temporal):
    """An API client of a service that has a case for the number of each vector."""
    database, _ = recorded
    wired = Services.over(database, services.store, temporal, KEYS, services.now)
    async with asking(create_app(wired)) as client:
        yield ApiClient(client, wired, temporal)


async def look_up(api, label):
    return await api.ask("GET", f"/v1/warehouse/parcels/{quote(label, safe='')}", as_="dev-warehouse")


@pytest.mark.parametrize("vector", READABLE, ids=[one.name for one in READABLE])
async def test_p3_a_label_leads_to_the_case_of_its_number(warehouse, recorded, vector):
    [number] = vector.numbers
    seen = told(await look_up(warehouse, vector.read.replace("\n", " ")), 200)
    assert seen["case_id"] == recorded[1][number]


@pytest.mark.parametrize("vector", AMBIGUOUS, ids=[one.name for one in AMBIGUOUS])
async def test_p3_a_label_that_can_mean_two_cases_is_answered_with_both(warehouse, recorded, vector):
    asked = problem(await look_up(warehouse, vector.read), 409, "ambiguous-code")
    assert {one["code"]: one["case_id"] for one in asked["candidates"]} == {
        number: recorded[1][number] for number in vector.numbers
    }
    assert all(number in asked["detail"] for number in vector.numbers)
    [refused] = await send(warehouse, scan(vector.read))
    assert (refused["status"], refused["problem"]["candidates"]) == ("refused", asked["candidates"])


@pytest.mark.parametrize("vector", WITHOUT_NUMBER, ids=[one.name for one in WITHOUT_NUMBER])
async def test_p3_a_destination_or_nonsense_leads_to_no_case(warehouse, vector):
    problem(await look_up(warehouse, vector.read), 404, "unknown-parcel")


async def shipped(api, number, carrier="usps"):
    case = await api.approved()
    body = {"carrier": carrier, "tracking_number": number}
    return told(await api.send(case, "shipment", body, "dev-storefront"), 200)


@pytest.mark.parametrize("label", ["]C1420902101234\x1d{}", "42090210{}", "420 90210 {}", "{{FNC1}}42090210{{FNC1}}{}"])
async def test_p3_a_scanned_usps_label_is_received(api, label):
    number = usps_number()
    case = await shipped(api, number)
    [received] = await send(api, scan(label.format(number)))
    assert (received["status"], received["state"], received["case_id"]) == ("applied", "received", case["case_id"])


@pytest.mark.parametrize("label", ["QX{}77", "https://courier.example/p/{}/x", '{{"w": "{}", "t": 1}}', "Z1{}"])
async def test_p3_a_label_of_an_unknown_format_leads_to_the_only_known_number_within(api, label):
    number = f"7{uuid4().int % 10**13:013}"
    case = await shipped(api, number, "zto")
    [received] = await send(api, scan(label.format(number)))
    assert (received["status"], received["case_id"]) == ("applied", case["case_id"])


async def test_p3_a_known_number_settles_what_a_label_leaves_open(api):
    long = usps_number("9201")
    while long[4:6] not in {"92", "93", "94"}:  # the label can then mean the long number, or the rest after ZIP+4
        rest = usps_number("9205")
        long = f"9201{rest}"
    label, short = f"42010282{long}", long[4:]
    case = await shipped(api, short)
    [received] = await send(api, scan(label))
    assert (received["status"], received["case_id"]) == ("applied", case["case_id"])

    other = await shipped(api, long)
    [asked] = await send(api, scan(label))
    candidates = {one["code"]: one["case_id"] for one in asked["problem"]["candidates"]}
    assert candidates == {short: case["case_id"], long: other["case_id"]}
    [chosen] = await send(api, scan(long))
    assert (chosen["status"], chosen["case_id"]) == ("applied", other["case_id"])


async def test_p3_an_unexpected_label_is_kept_under_its_number(api):
    number = usps_number()
    stray = scan(f"]C142090210\x1d{number}")
    assert [one["status"] for one in await send(api, stray)] == ["unexpected"]
    items = (await api.get("/v1/warehouse/unexpected"))["items"]
    assert [one["code"] for one in items if one["parcel_id"] == stray["scan_id"]] == [number]


async def test_p3_a_whole_label_is_taken_as_a_scan_and_a_longer_text_is_refused_in_words(api):
    [unexpected, refused] = await send(api, scan("[)>\x1e01\x1d" + "X" * 900), scan("1" * 2001))
    assert (unexpected["status"], refused["status"]) == ("unexpected", "refused")
    assert "2000" in refused["says"]
