"""What payment providers tell by themselves: signed, and taken in once."""

import json
from datetime import timedelta

from stripe import WebhookSignature

from db.core.engine import Database
from db.inbox.payment_events import GatewayEvents
from domain.errors import GatewayUnavailableError
from tests.api.webhook_client import OLD_SECRET, PATH, SECRET, taking
from tests.support.api_client import problem, told


async def test_fault_15_a_forged_signature_is_refused_and_nothing_is_kept(webhooks, api):
    case = await api.open()
    before = webhooks.services.events.count("parked")
    event = webhooks.refund(case, "failed")

    problem(await webhooks.send(event, secret="whsec_forged"), 401, "bad-signature")
    problem(await webhooks.raw(json.dumps(event).encode(), {}), 401, "bad-signature")

    assert webhooks.services.events.count("parked") == before


async def test_fault_15_a_body_changed_after_signing_is_refused(webhooks, api):
    event = webhooks.refund(await api.open(), "failed")
    body = json.dumps(event).encode()
    stamp = int(webhooks.services.now().timestamp())
    headers = {"Stripe-Signature": WebhookSignature.generate_signature_header(body.decode(), SECRET, stamp)}

    problem(await webhooks.raw(body.replace(b"2199", b"9999"), headers), 401, "bad-signature")
    # The same JSON in other bytes is another body: what was signed are the bytes.
    problem(await webhooks.raw(json.dumps(event, indent=1).encode(), headers), 401, "bad-signature")
    told(await webhooks.raw(body, headers), 200)


async def test_fault_15_a_signature_that_is_too_old_or_from_the_future_is_refused(webhooks, api):
    event = webhooks.refund(await api.open(), "failed")
    for age in (timedelta(minutes=6), timedelta(minutes=-6)):
        problem(await webhooks.send(event, age=age), 401, "bad-signature")


async def test_fault_15_during_a_rotation_both_secrets_are_taken_and_after_it_the_new_one(services, api):
    case = await api.open()
    async with taking(services, SECRET, OLD_SECRET) as during:
        for secret in (SECRET, OLD_SECRET):
            await during.tell(during.refund(case, "pending"), secret=secret)
    async with taking(services, SECRET) as after:
        await after.tell(after.refund(case, "pending"))
        problem(await after.send(after.refund(case, "pending"), secret=OLD_SECRET), 401, "bad-signature")


async def test_a_provider_that_is_unknown_or_has_no_secret_is_not_there(api, webhooks):
    problem(await api.client.post(PATH, content=b"{}"), 404, "unknown-provider")
    problem(await webhooks.client.post("/v1/webhooks/payments/nobody", content=b"{}"), 404, "unknown-provider")


async def test_an_event_about_something_else_is_taken_and_ignored(webhooks):
    before = webhooks.services.events.count("ignored")
    await webhooks.tell(webhooks.about("customer.created", id="cus_1"))
    assert webhooks.services.events.count("ignored") == before + 1


async def test_a_database_that_is_away_lets_the_provider_send_again(services, api, tmp_path):
    nothing = Database(f"sqlite:///{tmp_path}/nothing.db")
    case = await api.open()
    async with taking(services, events=GatewayEvents(nothing)) as webhooks:
        refused = await webhooks.send(webhooks.refund(case, "failed"))
    nothing.close()
    problem(refused, 503, "database-unavailable")
    assert refused.headers["retry-after"]


async def test_a_provider_that_cannot_be_asked_about_a_signature_sends_again(services):
    class Unreachable:
        def read(self, body, headers):
            raise GatewayUnavailableError("it does not answer")

    async with taking(services, webhooks={"stripe": Unreachable()}) as webhooks:
        refused = await webhooks.send({})
    problem(refused, 503, "gateway-unavailable")
    assert refused.headers["retry-after"]
