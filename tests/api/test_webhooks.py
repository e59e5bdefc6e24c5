"""What payment providers tell by themselves: signed, taken in once, applied to the case it concerns."""

import asyncio
import hmac
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from api.app import create_app
from api.gateway_events import sweep, sweeping
from api.refund_workflows import RefundWorkflows
from api.services import Services
from db.engine import Database
from db.gateway_events import GatewayEvents
from domain.errors import GatewayUnavailableError
from gateways.stripe_webhooks import StripeWebhooks
from tests.api.conftest import asking
from tests.api.counter import Counter, inspection, problem, told

SECRET, OLD_SECRET = "whsec_newest", "whsec_before"
PATH = "/v1/webhooks/payments/stripe"


@dataclass
class Post:
    """Where a provider's webhooks come in."""

    client: httpx.AsyncClient
    services: Services

    async def send(self, event: dict[str, Any], *, secret: str = SECRET, age: timedelta = timedelta(0)):
        body = json.dumps(event).encode()
        stamp = str(int((self.services.now() - age).timestamp()))
        signed = hmac.new(secret.encode(), stamp.encode() + b"." + body, sha256).hexdigest()
        return await self.raw(body, {"Stripe-Signature": f"t={stamp},v1={signed}"})

    async def raw(self, body: bytes, headers: dict[str, str]) -> httpx.Response:
        return await self.client.post(PATH, content=body, headers={"Content-Type": "application/json", **headers})

    async def tell(self, event: dict[str, Any], **how: Any) -> None:
        assert told(await self.send(event, **how), 200) == {"received": True}

    def about(self, kind: str, **about: Any) -> dict[str, Any]:
        """Return an event of now about a refund or a dispute, as Stripe words it."""
        now = int(self.services.now().timestamp())
        known = {"amount": 2199, "currency": "usd", "created": now, "charge": "ch_1"}
        return {"id": f"evt_{uuid4().hex}", "type": kind, "created": now, "data": {"object": {**known, **about}}}

    def refund(self, case: dict[str, Any], status: str, refund_id: str = "re_unheard_of") -> dict[str, Any]:
        metadata = {"payout_id": f"{case['case_id']}-p1", "case_id": case["case_id"]}
        return self.about("refund.updated", id=refund_id, status=status, metadata=metadata)

    def dispute(self, case: dict[str, Any], status: str, dispute_id: str = "du_1") -> dict[str, Any]:
        kind = "created" if status == "needs_response" else "closed"
        payment = f"pi_{case['order_number']}"
        return self.about(f"charge.dispute.{kind}", id=dispute_id, status=status, payment_intent=payment)


@asynccontextmanager
async def taking(services: Services, *secrets: str, **changes: Any):
    """Give the way in for webhooks that are signed with one of the secrets."""
    reader = StripeWebhooks(secrets or (SECRET,), services.now)
    services = replace(services, **{"webhooks": {"stripe": reader}, **changes})
    async with asking(create_app(services)) as client:
        yield Post(client, services)


@pytest_asyncio.fixture(scope="session")
async def post(services):
    async with taking(services) as post:
        yield post


async def refunded(counter: Counter) -> dict[str, Any]:
    """Return a case whose one payout has succeeded."""
    return await counter.until(await counter.inspected(), "refunded")


async def events_of(counter: Counter, case: dict[str, Any]) -> list[str]:
    return [entry["event"] for entry in await counter.timeline(case)]


async def until_told(counter: Counter, case: dict[str, Any], event: str) -> list[str]:
    """Wait until the timeline has the event, and return all of it."""
    async with asyncio.timeout(20):
        while event not in (found := await events_of(counter, case)):
            await asyncio.sleep(0.05)
    return found


async def away() -> Client:
    """Return a client of a Temporal that does not answer."""
    return await Client.connect("127.0.0.1:1", lazy=True, data_converter=pydantic_data_converter)


def refund_id_of(case: dict[str, Any]) -> str:
    return case["payouts"][0]["gateway_refund_id"]


async def test_fault_15_a_forged_signature_is_refused_and_nothing_is_kept(post, counter):
    case = await counter.open()
    before = post.services.events.count("parked")
    event = post.refund(case, "failed")

    problem(await post.send(event, secret="whsec_forged"), 401, "bad-signature")
    problem(await post.raw(json.dumps(event).encode(), {}), 401, "bad-signature")

    assert post.services.events.count("parked") == before


async def test_fault_15_a_body_changed_after_signing_is_refused(post, counter):
    event = post.refund(await counter.open(), "failed")
    body = json.dumps(event).encode()
    stamp = str(int(post.services.now().timestamp()))
    signed = hmac.new(SECRET.encode(), stamp.encode() + b"." + body, sha256).hexdigest()
    headers = {"Stripe-Signature": f"t={stamp},v1={signed}"}

    problem(await post.raw(body.replace(b"2199", b"9999"), headers), 401, "bad-signature")
    # The same JSON in other bytes is another body: what was signed are the bytes.
    problem(await post.raw(json.dumps(event, indent=1).encode(), headers), 401, "bad-signature")
    told(await post.raw(body, headers), 200)


async def test_fault_15_a_signature_that_is_too_old_or_from_the_future_is_refused(post, counter):
    event = post.refund(await counter.open(), "failed")
    for age in (timedelta(minutes=6), timedelta(minutes=-6)):
        problem(await post.send(event, age=age), 401, "bad-signature")


async def test_fault_15_during_a_rotation_both_secrets_are_taken_and_after_it_the_new_one(services, counter):
    case = await counter.open()
    async with taking(services, SECRET, OLD_SECRET) as during:
        for secret in (SECRET, OLD_SECRET):
            await during.tell(during.refund(case, "pending"), secret=secret)
    async with taking(services, SECRET) as after:
        await after.tell(after.refund(case, "pending"))
        problem(await after.send(after.refund(case, "pending"), secret=OLD_SECRET), 401, "bad-signature")


async def test_a_provider_that_is_unknown_or_has_no_secret_is_not_there(counter, post):
    problem(await counter.client.post(PATH, content=b"{}"), 404, "unknown-provider")
    problem(await post.client.post("/v1/webhooks/payments/nobody", content=b"{}"), 404, "unknown-provider")


async def test_a_signed_event_that_cannot_be_read_is_said_to_be(post):
    problem(
        await post.send({"id": "evt_1", "type": "refund.updated", "created": 1, "data": {}}), 422, "unreadable-event"
    )


async def test_an_event_about_something_else_is_taken_and_ignored(post):
    before = post.services.events.count("ignored")
    await post.tell(post.about("customer.created", id="cus_1"))
    assert post.services.events.count("ignored") == before + 1


async def test_a_database_that_is_away_lets_the_provider_send_again(services, counter, tmp_path):
    nothing = Database(f"sqlite:///{tmp_path}/nothing.db")
    case = await counter.open()
    async with taking(services, events=GatewayEvents(nothing)) as post:
        refused = await post.send(post.refund(case, "failed"))
    nothing.close()
    problem(refused, 503, "database-unavailable")
    assert refused.headers["retry-after"]


async def test_a_provider_that_cannot_be_asked_about_a_signature_sends_again(services):
    class Unreachable:
        def read(self, body, headers):
            raise GatewayUnavailableError("it does not answer")

    async with taking(services, webhooks={"stripe": Unreachable()}) as post:
        refused = await post.send({})
    problem(refused, 503, "gateway-unavailable")
    assert refused.headers["retry-after"]


async def test_fault_13_the_same_event_fifty_times_has_one_effect(post, counter, gateway):
    case = await refunded(counter)
    gateway.fail()
    event = post.refund(case, "failed", refund_id_of(case))

    await asyncio.gather(*(post.tell(event) for _ in range(50)))

    blocked = await counter.until(case, "payout_blocked")
    assert blocked["blocked_by"] == "refund_reversed"
    await post.tell(event)
    await sweep(post.services)
    timeline = await until_told(counter, case, "payout_blocked")
    assert timeline.count("payout_reversed") == 1
    assert timeline.count("payout_blocked") == 1
    assert post.services.payouts.ledger_total(case["order_number"]).minor == 0


async def test_fault_11_a_refund_that_failed_after_the_case_had_ended_opens_its_money_again(post, counter, gateway):
    case = await refunded(counter)
    gateway.fail()

    await post.tell(post.refund(case, "failed", refund_id_of(case)))

    blocked = await counter.until(case, "payout_blocked")
    assert [payout["state"] for payout in blocked["payouts"]] == ["reversed"]
    assert blocked["amounts"]["paid"]["minor"] == 0


async def test_r37_an_event_is_a_reason_to_ask_and_never_the_answer(post, counter):
    case = await refunded(counter)

    await post.tell(post.refund(case, "failed", refund_id_of(case)))

    # The case, taken up again, has asked the gateway, which says that the refund stands.
    await post.services.workflows._client.get_workflow_handle(f"refund/{case['case_id']}").result()
    assert "payout_reversed" not in await events_of(counter, case)
    assert (await counter.case(case))["state"] == "refunded"


async def test_fault_16_an_event_before_its_payout_is_known_is_parked_and_applied_later(post, counter, gateway):
    case = await counter.approved()
    before = post.services.events.count("parked")
    await post.tell(post.refund(case, "failed"))
    assert post.services.events.count("parked") == before + 1

    told(await counter.send(case, "inspection", inspection(), "dev-warehouse"), 200)
    await counter.until(case, "refunded")
    gateway.fail()
    await sweep(post.services)

    await counter.until(case, "payout_blocked")
    await sweep(post.services)
    assert (await events_of(counter, case)).count("payout_reversed") == 1


async def test_fault_16_what_temporal_could_not_take_is_applied_by_the_sweep(services, counter, gateway):
    case = await refunded(counter)
    gateway.fail()
    nobody = RefundWorkflows(await away(), patience_seconds=1)
    async with taking(services, workflows=nobody) as cut_off:
        await cut_off.tell(cut_off.refund(case, "failed", refund_id_of(case)))
    assert (await counter.case(case))["state"] == "refunded"

    async with sweeping(create_app(services)):
        await counter.until(case, "payout_blocked")


async def test_r32_a_refund_made_by_hand_leaves_no_room_for_a_payout_of_the_same_money(post, counter):
    case = await counter.approved()
    payment = f"pi_{case['order_number']}"
    by_hand = {"id": f"re_{uuid4().hex}", "status": "succeeded", "amount": 10299, "payment_intent": payment}

    await post.tell(post.about("refund.created", **by_hand))
    told(await counter.send(case, "inspection", inspection(), "dev-warehouse"), 200)

    blocked = await counter.until(case, "payout_blocked")
    assert blocked["blocked_by"] == "cap_exceeded"


async def test_r38_a_dispute_holds_the_payout_and_one_that_is_won_lets_it_go(post, counter):
    case = await counter.approved()
    dispute_id = f"du_{uuid4().hex}"
    await post.tell(post.dispute(case, "needs_response", dispute_id))
    told(await counter.send(case, "inspection", inspection(), "dev-warehouse"), 200)
    await counter.until(case, "chargeback_hold")

    await post.tell(post.dispute(case, "won", dispute_id))

    assert (await counter.until(case, "refunded"))["amounts"]["paid"]["minor"] > 0


async def test_fault_14_a_dispute_told_as_won_before_it_is_told_as_opened_holds_nothing(post, counter):
    case = await counter.approved()
    dispute_id = f"du_{uuid4().hex}"
    opened, won = (post.dispute(case, status, dispute_id) for status in ("needs_response", "won"))
    for event in (won, opened):
        await post.tell(event)

    told(await counter.send(case, "inspection", inspection(), "dev-warehouse"), 200)

    assert "chargeback_hold" not in await until_told(counter, case, "refunded")


async def test_r38_a_case_held_over_a_dispute_that_was_won_meanwhile_goes_on_by_the_sweep(post, counter):
    case = await counter.approved()
    dispute_id = f"du_{uuid4().hex}"
    await post.tell(post.dispute(case, "needs_response", dispute_id))
    told(await counter.send(case, "inspection", inspection(), "dev-warehouse"), 200)
    held = await counter.until(case, "chargeback_hold")
    await sweep(post.services)
    assert (await counter.case(held))["state"] == "chargeback_hold", "the dispute is open"

    # Recorded, and its news lost on the way to the case: they came before the case knew that it was held.
    [known] = post.services.disputes.of("stripe", f"pi_{case['order_number']}")
    post.services.disputes.record(known.amend(status="won", changed_at=post.services.now()))
    await sweep(post.services)

    await counter.until(case, "refunded")


async def test_an_event_that_cannot_be_applied_goes_behind_the_others(services, counter):
    class Confused(RefundWorkflows):
        async def hear(self, intake, signal, news):
            raise KeyError("a fault of ours")

    case = await refunded(counter)
    confused = Confused(services.workflows._client)
    async with taking(services, workflows=confused) as post:
        await post.tell(post.refund(case, "failed", refund_id_of(case)))
    assert services.events.pending(1000)[-1].refund.payout_id == f"{case['case_id']}-p1"


async def test_prometheus_reads_what_became_of_webhooks(services):
    app = create_app(services)
    async with sweeping(app), asyncio.timeout(20):
        while b'refunds_gateway_events{status="parked"}' not in app.state.metrics.text():
            await asyncio.sleep(0.05)
