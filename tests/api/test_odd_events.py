"""Signed webhooks that are odd: kept as a finding and answered 200, because sent again they would be no better."""

import hmac
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio

from api.app import create_app
from api.dependencies import Services
from domain.findings import CLOSED_BY_PEOPLE_ONLY, Finding, FindingKind
from gateways.couriers.aftership.webhooks import AfterShipWebhooks
from gateways.couriers.easypost.webhooks import EasyPostWebhooks
from gateways.couriers.seventeen_track.webhooks import SeventeenTrackWebhooks
from gateways.payments.paypal.webhooks import PayPalWebhooks
from gateways.payments.stripe.webhooks import StripeWebhooks
from local.stack.stack_config import PAYPAL_CLIENT, PAYPAL_SECRET
from tests.support.api_client import asking, problem, told

SECRET = "the-secret"
WHOLE_EVENTS: dict[str, dict[str, Any]] = {
    "payments/stripe": {
        "id": "ID",
        "type": "refund.updated",
        "created": 1772442000,
        "data": {"object": {"id": "re_1", "amount": 100, "currency": "usd", "created": 1772442000, "status": "failed"}},
    },
    "payments/paypal": {
        "id": "ID",
        "event_type": "PAYMENT.CAPTURE.REFUNDED",
        "create_time": "2026-03-02T09:00:00Z",
        "resource": {
            "id": "0K3",
            "status": "COMPLETED",
            "amount": {"value": "45.00", "currency_code": "USD"},
            "create_time": "2026-03-02T08:00:00Z",
            "links": [{"rel": "self", "href": "https://api.paypal.com/v2/payments/refunds/0K3"}],
        },
    },
    "couriers/aftership": {"event_id": "ID", "event": "tracking_update", "msg": {"tag": "InTransit"}},
    "couriers/easypost": {"id": "ID", "description": "tracker.updated", "result": {"status": "in_transit"}},
    "couriers/17track": {"event": "TRACKING_UPDATED", "data": {"number": "SF1"}},
}
PATHS = list(WHOLE_EVENTS)
DEEP = 5000


def _nested(event: dict[str, Any]) -> bytes:
    return json.dumps(event)[:-1].encode() + b', "deep": ' + b"[" * DEEP + b"]" * DEEP + b"}"


def _given_twice(event: dict[str, Any]) -> bytes:
    return json.dumps(event)[:-1].encode() + b', "more": {"a": 1, "a": 2}}'


def _timed(value: str) -> Callable[[dict[str, Any]], bytes]:
    """Return the event with this JSON in every place of a time."""

    def timed(event: dict[str, Any]) -> bytes:
        found = {
            "payments/stripe": {"created": 0},
            "payments/paypal": {"create_time": 0},
            "couriers/aftership": {
                "msg": {"tag": "X", "tracking_number": "1", "checkpoints": [{"checkpoint_time": 0}]}
            },
            "couriers/easypost": {
                "result": {"status": "x", "tracking_code": "1", "tracking_details": [{"datetime": 0}]}
            },
            "couriers/17track": {
                "data": {"number": "1", "track_info": {"latest_status": {}, "latest_event": {"time_utc": 0}}}
            },
        }
        [path] = [one for one, whole in WHOLE_EVENTS.items() if whole.keys() == event.keys()]
        return json.dumps({**event, **found[path]}).replace(": 0", f": {value}").encode()

    return timed


ODD: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "a field missing": lambda event: json.dumps(event).encode(),
    "nested deeply": _nested,
    "a field twice": _given_twice,
    "a number beyond all numbers": _timed("1e999"),
    "a year before all calendars": _timed('"0001-01-01T00:00:00+14:00"'),
    "a huge integer": _timed("9" * 400),
    "a longer integer than is read": _timed("9" * 5000),
    "a list for a time": _timed("[1]"),
    "no UTF-8": lambda event: json.dumps({**event, "note": "\u00e9"}, ensure_ascii=False).encode("latin-1"),
    "wrong types": lambda event: json.dumps({name: [one] for name, one in event.items() if "id" not in name}).encode(),
}
NO_OBJECTS = [b"[]", b"null", b"1", b'"text"', b"[" * DEEP + b"]" * DEEP]


@dataclass
class Way:
    """One webhook, and how its provider signs."""

    client: httpx2.AsyncClient
    services: Services
    path: str

    @property
    def provider(self) -> str:
        return self.path.partition("/")[2]

    async def send(self, body: bytes, secret: str = SECRET) -> httpx2.Response:
        return await self.client.post(f"/v1/webhooks/{self.path}", content=body, headers=self._signed(body, secret))

    def _signed(self, body: bytes, secret: str) -> dict[str, str]:
        digest, now = hmac.new(secret.encode(), body, sha256), self.services.now()
        stripe = int(now.timestamp())
        of_stripe = hmac.new(secret.encode(), f"{stripe}.".encode() + body, sha256).hexdigest()
        return {
            "payments/stripe": {"Stripe-Signature": f"t={stripe},v1={of_stripe}"},
            "payments/paypal": {
                "PAYPAL-TRANSMISSION-SIG": f"right for {secret}",
                "PAYPAL-TRANSMISSION-TIME": now.isoformat(),
            },
            "couriers/aftership": {"aftership-hmac-sha256": b64encode(digest.digest()).decode()},
            "couriers/easypost": {"x-hmac-signature": f"hmac-sha256-hex={digest.hexdigest()}"},
            "couriers/17track": {"sign": sha256(body + b"/" + secret.encode()).hexdigest()},
        }[self.path]

    def findings(self, body: bytes) -> list[Finding]:
        digest = sha256(body).hexdigest()
        return [one for one in self.services.findings.page(limit=10_000) if one.body_sha256 == digest]


@pytest_asyncio.fixture
async def way(services: Services, sandbox, request: pytest.FixtureRequest) -> AsyncIterator[Way]:
    readers = {
        "stripe": StripeWebhooks([SECRET], services.now),
        "paypal": PayPalWebhooks(PAYPAL_CLIENT, PAYPAL_SECRET, [SECRET], services.now, sandbox.url),
    }
    couriers = {
        "aftership": AfterShipWebhooks([SECRET], services.now),
        "easypost": EasyPostWebhooks([SECRET], services.now),
        "17track": SeventeenTrackWebhooks([SECRET], services.now),
    }
    taking = replace(services, webhooks=readers, couriers=couriers)
    async with asking(create_app(taking)) as client:
        yield Way(client, taking, request.param)
    readers["paypal"].close()


@pytest.mark.parametrize("way", PATHS, indirect=True)
@pytest.mark.parametrize("odd", ODD)
async def test_w5_an_odd_signed_event_is_answered_and_becomes_a_finding_that_names_it(way: Way, odd: str) -> None:
    event_id = f"evt_{uuid4().hex}"
    body = ODD[odd](WHOLE_EVENTS[way.path]).replace(b'"ID"', f'"{event_id}"'.encode())

    assert told(await way.send(body), 200) == {"received": True}
    assert told(await way.send(body), 200) == {"received": True}

    [found] = way.findings(body)
    assert (found.kind, found.provider) == (FindingKind.EVENT_UNREADABLE, way.provider)
    assert way.provider in found.message
    if event_id.encode() in body:
        assert found.event_id == event_id
        assert event_id in found.message
    else:
        assert sha256(body).hexdigest() in found.message


@pytest.mark.parametrize("way", PATHS, indirect=True)
@pytest.mark.parametrize("body", NO_OBJECTS, ids=lambda body: body[:6].decode())
async def test_w5_a_signed_body_that_is_no_object_becomes_a_finding(way: Way, body: bytes) -> None:
    assert told(await way.send(body), 200) == {"received": True}
    assert {one.event_id for one in way.findings(body) if one.provider == way.provider} == {None}


@pytest.mark.parametrize("way", PATHS, indirect=True)
@pytest.mark.parametrize("odd", ODD)
async def test_w5_an_odd_event_that_is_not_signed_is_401_and_leaves_nothing(way: Way, odd: str) -> None:
    body = ODD[odd](WHOLE_EVENTS[way.path]).replace(b"ID", uuid4().hex.encode()) + b" " * (uuid4().int % 9999)
    problem(await way.send(body, "a stranger's"), 401, "bad-signature")
    assert way.findings(body) == []


@pytest.mark.parametrize("way", PATHS, indirect=True)
async def test_w5_the_finding_says_nothing_of_the_body_and_stays_until_somebody_closes_it(way: Way) -> None:
    body = json.dumps({"id": [f"Jane Doe {uuid4().hex}"], "event_id": [1], "email": "jane@example.com"}).encode()
    told(await way.send(body), 200)
    [found] = way.findings(body)
    assert "jane" not in found.model_dump_json().lower()

    way.services.findings.close_gone(frozenset(FindingKind) - CLOSED_BY_PEOPLE_ONLY, (), way.services.now())
    assert way.findings(body)

    admin = {"Authorization": "Bearer dev-admin"}
    listed = told(await way.client.get("/v1/findings", headers=admin), 200)["items"]
    assert found.finding_id in [one["finding_id"] for one in listed]
    closed = await way.client.post(f"/v1/findings/{found.finding_id}/close", json={"note": "ok"}, headers=admin)
    assert told(closed, 200)["closed_by"] == "admin"
    told(await way.send(body), 200)
    assert way.findings(body) == []


@pytest.mark.parametrize("way", PATHS, indirect=True)
async def test_w5_an_event_that_is_readable_when_it_comes_again_is_applied(way: Way) -> None:
    """A finding takes no event's place: what a provider corrects under the same id is taken in."""
    event_id = f"evt_{uuid4().hex}"
    odd = _given_twice(WHOLE_EVENTS[way.path]).replace(b'"ID"', f'"{event_id}"'.encode())
    told(await way.send(odd), 200)
    neither = {"id": event_id, "type": "customer.created", "event_type": "X", "event": "other", "description": "other"}
    times = {"created": 1772442000, "create_time": "2026-03-02T09:00:00Z", "data": {"object": {}}, "resource": {}}
    told(await way.send(json.dumps({**neither, **times}).encode()), 200)
    assert way.findings(json.dumps({**neither, **times}).encode()) == []
