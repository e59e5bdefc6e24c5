"""Who may do what."""

from dataclasses import replace

import pytest

from api.app import create_app
from api.http.auth import KeyRing, Principal
from config.keys import KeyHolder, Role
from tests.support.api_client import ApiClient, asking, inspection, problem, told

ROLES = {"storefront", "auditor", "warehouse", "finance"}
CALLS = [
    ("PUT", "/v1/orders/O-1", {"storefront"}),
    ("POST", "/v1/refunds", {"storefront"}),
    ("POST", "/v1/refunds/{case}/evidence", {"storefront"}),
    ("POST", "/v1/refunds/{case}/evidence/ev_1/uploaded", {"storefront", "warehouse"}),
    ("POST", "/v1/refunds/{case}/audit", {"auditor"}),
    ("POST", "/v1/refunds/{case}/shipment", {"storefront"}),
    ("POST", "/v1/refunds/{case}/receipt", {"warehouse"}),
    ("POST", "/v1/refunds/{case}/inspection", {"warehouse"}),
    ("POST", "/v1/refunds/{case}/resolution", {"auditor", "finance"}),
    ("POST", "/v1/refunds/{case}/withdrawal", {"storefront"}),
]
READS = ["/v1/refunds", "/v1/refunds/{case}", "/v1/refunds/{case}/timeline"]


@pytest.mark.parametrize(("method", "path", "allowed"), CALLS)
async def test_a_call_names_the_role_it_needs_and_lets_in_no_other(api, method, path, allowed):
    path = path.format(case="rc_00000000")
    for role in sorted(ROLES - allowed):
        refused = problem(await api.ask(method, path, {}, f"dev-{role}"), 403, "forbidden")
        assert all(one in refused["detail"] for one in [*allowed, role])
    for role in sorted(allowed | {"admin"}):
        assert (await api.ask(method, path, {}, f"dev-{role}")).status_code in {404, 409, 422}


@pytest.mark.parametrize("path", READS)
async def test_every_role_may_read(api, path):
    case = await api.open()
    for role in sorted(ROLES | {"admin"}):
        told(await api.ask("GET", path.format(case=case["case_id"]), as_=f"dev-{role}"), 200)


@pytest.mark.parametrize(
    ("method", "path"), [*((method, path) for method, path, _ in CALLS), *(("GET", one) for one in READS)]
)
async def test_without_a_key_every_call_is_401_and_says_how_to_send_one(api, method, path):
    response = await api.client.request(method, path.format(case="rc_00000000"), json={})

    assert "Authorization: Bearer" in problem(response, 401, "unauthenticated")["detail"]
    assert response.headers["www-authenticate"] == 'Bearer realm="refunds"'


@pytest.mark.parametrize("key", ["wrong", "dev-admin2", "dev-admi", "ключ".encode(), "x" * 5000])
async def test_a_key_that_opens_nothing_is_401_as_an_invalid_token(api, key):
    sent = key if isinstance(key, bytes) else key.encode()
    response = await api.client.get("/v1/refunds", headers={b"Authorization": b"Bearer " + sent})

    problem(response, 401, "unauthenticated")
    assert 'error="invalid_token"' in response.headers["www-authenticate"]


@pytest.mark.parametrize("header", ["Basic ZGV2LWFkbWluOg==", "Bearer", "dev-admin", ""])
async def test_another_scheme_or_an_empty_header_is_401(api, header):
    problem(await api.client.get("/v1/refunds", headers={"Authorization": header}), 401, "unauthenticated")


async def test_a_storefront_sees_no_case_of_another_one(api):
    case = await api.open()
    path = f"/v1/refunds/{case['case_id']}"

    foreign = problem(await api.ask("GET", path, as_="other-shop"), 404, "unknown-case")
    missing = await api.ask("GET", "/v1/refunds/rc_00000000", as_="other-shop")

    assert foreign["detail"].replace(case["case_id"], "rc_00000000") == missing.json()["detail"]
    problem(await api.ask("POST", f"{path}/withdrawal", as_="other-shop"), 404, "unknown-case")
    problem(await api.ask("GET", f"{path}/timeline", as_="other-shop"), 404, "unknown-case")
    assert (await api.get(path, "dev-storefront"))["case_id"] == case["case_id"]


async def test_the_warehouse_does_not_see_what_the_customer_wrote(api):
    case = await api.open()

    assert (await api.case(case, "dev-warehouse"))["description"] is None
    assert all("suit" not in str(one) for one in await api.timeline(case, "dev-warehouse"))
    assert (await api.timeline(case, "dev-finance"))[0]["text"] == "Does not suit me after all."


def test_a_key_stands_for_its_holder_and_the_ring_keeps_no_key():
    ring = KeyRing.of({"k-1": KeyHolder(role=Role.AUDITOR, name="mei"), "k-2": KeyHolder(role=Role.ADMIN, name="root")})

    assert ring.principal("k-1") == Principal(role=Role.AUDITOR, name="mei")
    assert ring.principal("k-3") is None
    assert "k-1" not in str(vars(ring))


@pytest.mark.parametrize("name", ["O'Brien", "O\u2019Brien", "阿卜杜拉·买买提", "'t Hooft", "María José, Lic."])
async def test_w4_a_key_may_be_held_by_anybody_and_the_timeline_shows_the_name(services, temporal, name):
    held = {"k-1": KeyHolder(role=Role.ADMIN, name=name)}
    async with asking(create_app(replace(services, keys=KeyRing.of(held)))) as client:
        api = ApiClient(client, services, temporal)
        case = told(await api.submit(api.request(await api.order(as_="k-1")), as_="k-1"), 201)
        told(await api.send(case, "audit", {"decision": "approve"}, "k-1"), 200)
        told(await api.send(case, "inspection", inspection(), "k-1"), 200)
        assert {one["actor"] for one in await api.timeline(case, "k-1")} >= {name}


def test_a_holder_whose_name_cannot_stand_in_records_is_refused_at_start():
    with pytest.raises(ValueError, match="must contain a letter or digit"):
        KeyRing.of({"k-1": KeyHolder(role=Role.AUDITOR, name="<b>mei</b>")})
