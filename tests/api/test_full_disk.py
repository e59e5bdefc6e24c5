"""A full disk behind the API: a clear 503, nothing half done, and no restart once there is room (fault 21)."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace

import pytest
import pytest_asyncio

from api.app import create_app
from api.dependencies import Services
from api.refund_workflows import RefundWorkflows
from db.core.engine import Database
from db.core.migrate import migrate
from tests.support.activity_set import activity_set_of
from tests.support.api_client import JPEG, KEYS, ApiClient, Clock, asking, inspection, photo, problem, told
from tests.support.fakes import ObedientGateway
from tests.support.seaweed import Seaweed, seaweed_server
from tests.support.small_disk import SmallDisk, small_disk
from tests.support.temporal_env import dev_server
from tests.support.waiting import until
from worker.build import build_worker

MEGABYTES = 400
"""The S3 server makes a volume of 128 MB for each collection, if there is room for it."""
UPDATES_WAIT_SECONDS = 2


@dataclass(frozen=True)
class FullShop:
    """A shop whose database and evidence are on one disk that a test can fill."""

    api: ApiClient
    disk: SmallDisk

    async def readiness(self) -> tuple[int, dict[str, str]]:
        """Return what a check says that looks anew: the status, and what is wrong by part."""
        async with asking(create_app(self.api.services)) as client:
            answer = await client.get("/readyz")
        return answer.status_code, {one["field"]: one["says"] for one in answer.json().get("errors", ())}


@pytest.fixture(scope="module")
def disk(tmp_path_factory) -> Iterator[SmallDisk]:
    with small_disk(tmp_path_factory.mktemp("full") / "disk", MEGABYTES) as disk:
        yield disk


@pytest.fixture(scope="module")
def store_on_disk(disk: SmallDisk) -> Iterator[Seaweed]:
    with seaweed_server(disk.folder / "s3") as seaweed:
        yield seaweed


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def full_shop(disk: SmallDisk, store_on_disk: Seaweed) -> AsyncIterator[FullShop]:
    url = f"sqlite:///{disk.folder}/refunds.db"
    migrate(url)
    database = Database(url)
    async with (
        dev_server() as env,
        build_worker(env.client, activity_set_of(env.client, database, ObedientGateway())),
    ):
        services = Services.over(database, store_on_disk.store, env.client, KEYS, Clock())
        async with asking(create_app(services)) as client:
            yield FullShop(ApiClient(client, services, env.client), disk)
    database.close()


async def test_fault_21_readiness_names_the_stores_whose_disk_is_full_and_says_what_to_do(full_shop: FullShop):
    assert await full_shop.readiness() == (200, {})
    with full_shop.disk.full():
        status, wrong = await full_shop.readiness()
    assert (status, set(wrong)) == (503, {"database", "evidence_store"})
    assert "free space on its disk" in wrong["database"]
    assert "its disk may be full" in wrong["evidence_store"]

    async def is_ready() -> bool:
        return await full_shop.readiness() == (200, {})

    await until(is_ready, seconds=90)


async def test_fault_21_an_upload_that_found_the_disk_full_succeeds_with_the_same_ticket_later(full_shop: FullShop):
    api, content = full_shop.api, JPEG + bytes(300_000)
    case = await api.open(reason="quality", evidence=[photo(content)])
    [ticket] = case["upload_tickets"]
    confirm = f"evidence/{ticket['evidence_id']}/uploaded"
    with full_shop.disk.full():
        refused = await api.upload(ticket, content)
        missing = await api.send(case, confirm, as_="dev-storefront")
    assert refused == 500
    problem(missing, 422, "evidence-missing")

    async def is_taken() -> bool:
        return await api.upload(ticket, content) == 200

    await until(is_taken, seconds=90)
    done = told(await api.send(case, confirm, as_="dev-storefront"), 200)
    assert (done["state"], done["evidence"][0]["status"]) == ("under_audit", "pinned")


async def test_fault_21_every_call_on_a_full_disk_is_a_503_that_keeps_nothing_and_works_later(full_shop: FullShop):
    api = full_shop.api
    number, case = await api.order(), await api.approved()
    shown, events = await api.case(case), await api.timeline(case)
    lines = [{"sku": f"S-{one}", "product_name": "s" * 200, "quantity": 1, "unit_price": 1} for one in range(200)]
    order = api.facts("O-full", lines=lines, parcels=[])
    scan = {"scan_id": "full-1", "code": case["return_code"], "kind": "received", "scanned_at": "2026-01-31T08:00:00Z"}
    calls = {
        "order": ("PUT", "/v1/orders/O-full", order, "dev-storefront"),
        "request": ("POST", "/v1/refunds", api.request(number, description="x" * 2000), "dev-storefront"),
        "scans": ("POST", "/v1/warehouse/scans", {"scans": [scan]}, "dev-warehouse"),
    }

    async def call(name: str):
        method, path, body, key = calls[name]
        return await api.ask(method, path, body, key, Idempotency_Key="key-full")

    with full_shop.disk.full():
        full = {name: await call(name) for name in calls}
        read = await api.case(case)
        listed = await api.get(f"/v1/refunds?order_number={number}")

    for name, answer in full.items():
        assert "Once somebody has made space" in problem(answer, 503, "database-unavailable")["detail"], name
    assert (read, listed["items"]) == (shown, [])
    assert await api.timeline(case) == events
    assert {name: (await call(name)).status_code for name in calls} == {"order": 201, "request": 201, "scans": 200}
    assert (await api.case(case))["state"] == "received"


async def test_fault_21_a_message_that_found_the_disk_full_is_recorded_once_there_is_room(full_shop: FullShop):
    api = full_shop.api
    case = await api.approved()
    hasty = RefundWorkflows(api.temporal, patience_seconds=UPDATES_WAIT_SECONDS)
    async with asking(create_app(replace(api.services, workflows=hasty))) as client:
        impatient = ApiClient(client, api.services, api.temporal)
        body = inspection(note="n" * 2000)
        with full_shop.disk.full():
            refused = await impatient.send(case, "inspection", body, "dev-warehouse")
        problem(refused, 503, "workflows-unavailable")
        told(await api.send(case, "inspection", body, "dev-warehouse"), 200)
    await api.until(case, "refunded")
    assert [one["event"] for one in await api.timeline(case)].count("inspected") == 1


async def test_readiness_looks_once_however_many_ask_at_the_same_time(full_shop: FullShop):
    services, looked = full_shop.api.services, []
    prove = services.store.prove_writable

    class Counted:
        upload_origin = services.store.upload_origin

        def prove_writable(self) -> None:
            looked.append(1)
            prove()

    async with asking(create_app(replace(services, store=Counted()))) as client:
        answers = await asyncio.gather(*(client.get("/readyz") for _ in range(50)))
    assert {one.status_code for one in answers} == {200}
    assert len(looked) == 1
