"""Webhooks as they really come: the sandbox's process signs and sends them, the API's process takes them in."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest

from db.core.engine import Database
from db.inbox.payment_events import GatewayEvents
from db.payouts.disputes import Disputes
from domain.payment_events import DisputeStatus
from tests.api.api_process import running
from tests.support.sandbox_process import SandboxProcess
from tests.support.waiting import wait_until

SECRET, OLD_SECRET = "whsec_newest", "whsec_before"

EVENTS = 2
"""The events of one step of a dispute that moves money: the step, and the money."""


@dataclass
class Wire:
    """A provider and the API that hears of it."""

    sandbox: SandboxProcess
    address: str
    database: Database

    def listen(self, *secrets: str) -> None:
        """Have the provider send its webhooks, signed with these."""
        self.sandbox.listen({"url": f"{self.address}/v1/webhooks/payments/stripe", "secrets": secrets or (SECRET,)})

    def payment(self) -> str:
        return self.sandbox.capture(f"pi_{uuid4().hex}")

    def until_applied(self, count: int) -> None:
        wait_until(lambda: GatewayEvents(self.database).count("applied") == count)

    def disputes(self, payment: str) -> list[DisputeStatus]:
        return [one.status for one in Disputes(self.database).of("stripe", payment)]

    def last_status(self) -> int | None:
        return self.sandbox.deliveries()[0]["last_status"]


@pytest.fixture
def wire(settings, sandbox) -> Iterator[Wire]:
    database = Database(settings["REFUNDS_DATABASE_URL"])
    secrets = {"REFUNDS_STRIPE_WEBHOOK_SECRETS": f"{SECRET},{OLD_SECRET}"}
    with running({**settings, **secrets}) as (_, client):
        yield Wire(sandbox, str(client.base_url).rstrip("/"), database)
        sandbox.listen()
    database.close()


def test_r38_a_dispute_is_heard_of_from_its_opening_to_its_end(wire):
    payment = wire.payment()
    wire.listen()

    opened = wire.sandbox.dispute(payment)
    wire.until_applied(EVENTS)
    assert wire.disputes(payment) == [DisputeStatus.OPEN]

    wire.sandbox.decide(opened["id"], "won")
    wire.until_applied(2 * EVENTS)
    assert wire.disputes(payment) == [DisputeStatus.WON]


def test_fault_13_a_webhook_sent_fifty_times_more_is_one_event(wire):
    wire.listen()
    wire.sandbox.dispute(wire.payment())
    wire.until_applied(EVENTS)

    [event] = wire.sandbox.deliveries()[:1]
    wire.sandbox.resend(event["event_id"], 50)

    assert wire.sandbox.deliveries()[0]["tries"] >= 51
    assert wire.last_status() == 200
    assert [GatewayEvents(wire.database).count(status) for status in ("new", "parked", "applied")] == [0, 0, EVENTS]


def test_fault_15_a_provider_that_signs_with_the_old_secret_is_still_heard_and_a_stranger_is_not(wire):
    for count, secrets in enumerate([(OLD_SECRET,), ("whsec_stranger", SECRET)], start=1):
        wire.listen(*secrets)
        wire.sandbox.dispute(wire.payment())
        wire.until_applied(count * EVENTS)

    wire.listen("whsec_stranger")
    stranger = wire.payment()
    wire.sandbox.dispute(stranger)

    wait_until(lambda: wire.last_status() == 401)
    assert wire.disputes(stranger) == []
