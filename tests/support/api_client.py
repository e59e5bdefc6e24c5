"""What a test says to the API, in few words."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import httpx2
from fastapi import FastAPI
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from api.dependencies import Services
from api.http.auth import KeyRing
from config.keys import KeyHolder, Role, development_keys
from domain.order import Order
from tests.support import factories
from tests.support.waiting import until
from workflows.client.start_options import workflow_id

PROBLEM = "application/problem+json"
KEYS = KeyRing.of({**development_keys(), "other-shop": KeyHolder(role=Role.STOREFRONT, name="other-shop")})
JPEG = b"\xff\xd8\xff\xe0" + bytes(200)
_numbers = count(1)


@asynccontextmanager
async def asking(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """Give a client of the app."""
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://refunds.test", timeout=60) as client:
        yield client


@dataclass
class Clock:
    """The real time, and what was skipped."""

    skipped: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.skipped


@dataclass
class ApiClient:
    """Where tests place orders and ask for refunds; `as_` is a key."""

    client: httpx2.AsyncClient
    services: Services
    temporal: Client
    clock: Clock = field(default_factory=Clock)
    env: WorkflowEnvironment | None = None

    async def ask(
        self, method: str, path: str, body: Any = None, as_: str = "dev-admin", **headers: str
    ) -> httpx2.Response:
        sent = {"Authorization": f"Bearer {as_}", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return await self.client.request(method, path, json=body, headers=sent)

    async def get(self, path: str, as_: str = "dev-admin") -> Any:
        return told(await self.ask("GET", path, as_=as_), 200)

    async def order(self, *, delivered_days_ago: float = 1, as_: str = "dev-storefront", **changes: Any) -> str:
        """Place an order and return its number."""
        number = f"O-{next(_numbers)}-{uuid4().hex[:6]}"
        told(await self.ask("PUT", f"/v1/orders/{number}", self.facts(number, delivered_days_ago, **changes), as_), 201)
        return number

    def facts(self, number: str, delivered_days_ago: float = 1, **changes: Any) -> dict[str, Any]:
        return order_body(number, self.clock(), delivered_days_ago, **changes)

    def request(self, order_number: str, **changes: Any) -> dict[str, Any]:
        """Return the body of a request that an auditor can decide at once."""
        asked = {
            "order_number": order_number,
            "customer_id": "c-1",
            "reason": "personal",
            "description": "Does not suit me after all.",
            "lines": [{"sku": "MUG", "quantity": 2}],
        }
        return {**asked, **changes}

    async def submit(self, body: Any, key: str | None = None, as_: str = "dev-storefront") -> httpx2.Response:
        return await self.ask("POST", "/v1/refunds", body, as_, Idempotency_Key=key or uuid4().hex)

    async def open(self, as_: str = "dev-storefront", **changes: Any) -> dict[str, Any]:
        """Place an order, ask for a refund of two mugs, and return the case."""
        return told(await self.submit(self.request(await self.order(as_=as_), **changes), as_=as_), 201)

    async def approved(self, **changes: Any) -> dict[str, Any]:
        """Return a case that waits for the goods."""
        case = await self.open(**changes)
        return told(await self.send(case, "audit", {"decision": "approve"}, "dev-auditor"), 200)

    async def inspected(self, verdict: str = "accepted", **changes: Any) -> dict[str, Any]:
        """Return a case whose two mugs were inspected with this verdict."""
        case = await self.approved(**changes)
        return told(await self.send(case, "inspection", inspection(verdict), "dev-warehouse"), 200)

    async def send(
        self, case: dict[str, Any], what: str, body: Any = None, as_: str = "dev-admin", **headers: str
    ) -> httpx2.Response:
        """Post something to a case."""
        return await self.ask("POST", f"/v1/refunds/{case['case_id']}/{what}", body, as_, **headers)

    async def case(self, case: dict[str, Any], as_: str = "dev-admin") -> dict[str, Any]:
        return await self.get(f"/v1/refunds/{case['case_id']}", as_)

    async def until(self, case: dict[str, Any], state: str) -> dict[str, Any]:
        """Wait until the case is in the state, and return it."""
        return await self.wait_for(case, lambda shown: shown["state"] == state)

    async def wait_for(self, case: dict[str, Any], is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait until what is shown of the case is so, and return it."""
        return await until(lambda: self.case(case), is_so)

    async def timeline(self, case: dict[str, Any], as_: str = "dev-admin") -> list[dict[str, Any]]:
        return (await self.get(f"/v1/refunds/{case['case_id']}/timeline", as_))["items"]

    def handle(self, case: dict[str, Any]) -> WorkflowHandle[Any, Any]:
        """Return what Temporal knows of the case by."""
        return self.temporal.get_workflow_handle(workflow_id(case["case_id"]))

    async def upload(self, ticket: dict[str, Any], content: bytes) -> int:
        """Send a file with its ticket to the store itself; return the status."""
        async with httpx2.AsyncClient(trust_env=False) as store:
            return (
                await store.request(ticket["method"], ticket["url"], content=content, headers=ticket["headers"])
            ).status_code

    async def pass_time(self, passed: timedelta) -> None:
        """Let the server's clock and the API's jump."""
        assert self.env
        await self.env.sleep(passed)
        self.clock.skipped = await self.env.get_current_time() - datetime.now(UTC)


def order_body(number: str, now: datetime, delivered_days_ago: float = 1, **changes: Any) -> dict[str, Any]:
    """Return the body of the order that the factory makes."""
    return {**body_of(factories.order(number, now=now, delivered_days_ago=delivered_days_ago)), **changes}


def body_of(order: Order) -> dict[str, Any]:
    """Return the order as the shop puts it."""
    return order.model_dump(mode="json", exclude={"order_number"}, exclude_unset=True)


def inspection(verdict: str = "accepted", quantity: int = 2, **changes: Any) -> dict[str, Any]:
    """Return the body of an inspection of mugs."""
    line = {"sku": "MUG", "quantity": quantity, "verdict": verdict, "disposition": "restock"}
    return {"scan_id": f"bench-{uuid4().hex[:8]}", "lines": [line], **changes}


def photo(content: bytes = JPEG, **changes: Any) -> dict[str, Any]:
    """Return what is announced of a photo."""
    return {"filename": "front.jpg", "content_type": "image/jpeg", "size": len(content), **changes}


def told(response: httpx2.Response, status: int) -> Any:
    """Return the body of an answer that has this status."""
    assert response.status_code == status, f"{response.status_code}: {response.text[:1000]}"
    return response.json()


def problem(response: httpx2.Response, status: int, kind: str) -> dict[str, Any]:
    """Return the problem of an answer that has this status and type."""
    assert response.headers["content-type"] == PROBLEM, response.text[:500]
    body = told(response, status)
    assert body["type"] == f"/problems/{kind}", body
    assert body["status"] == status
    return body
