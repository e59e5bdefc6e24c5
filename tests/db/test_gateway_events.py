"""The inbox of webhooks: each is kept once, and tried until it is applied; faults 13 and 16."""

from datetime import timedelta

import pytest

from db.core.engine import Database
from db.inbox.payment_events import GatewayEvents
from domain.payment_events import GatewayEvent, GatewayRefundRecord
from domain.payout_state import PayoutState
from tests.db.facts import NOON, at_once, money, rows

SHA256 = "a" * 64


@pytest.fixture
def events(database: Database) -> GatewayEvents:
    return GatewayEvents(database)


def event(number: int, provider: str = "stripe") -> GatewayEvent:
    refund = GatewayRefundRecord(
        provider=provider,
        refund_id=f"re_{number}",
        payment_reference="pi_card",
        payout_id="rc_00000001-p1",
        amount=money(1009),
        state=PayoutState.FAILED,
        created_at=NOON,
    )
    return GatewayEvent(
        provider=provider, event_id=f"evt_{number}", kind="refund.failed", occurred_at=NOON, refund=refund
    )


def at(minutes: int):
    return NOON + timedelta(minutes=minutes)


def test_fault_13_the_same_webhook_fifty_times_is_taken_in_once(events: GatewayEvents):
    told = at_once(10, lambda _: [events.take_in(event(1), SHA256, NOON) for _ in range(5)])
    assert sorted(one for part in told for one in part) == [False] * 49 + [True]
    assert events.pending(10) == [event(1)]


def test_fault_13_the_same_id_of_another_provider_is_another_event(events: GatewayEvents):
    assert events.take_in(event(1), SHA256, NOON)
    assert events.take_in(event(1, "paypal"), SHA256, NOON)
    assert events.count("new") == 2


def test_fault_13_a_repeat_of_an_applied_event_does_not_make_it_pending_again(events: GatewayEvents):
    events.take_in(event(1), SHA256, NOON)
    events.mark("stripe", "evt_1", "applied", at(1))
    assert events.take_in(event(1), SHA256, at(2)) is False
    assert events.pending(10) == []
    assert (events.count("applied"), events.count("new")) == (1, 0)


def test_fault_16_a_parked_event_is_tried_again_after_new_ones_and_in_turn(events: GatewayEvents):
    for number in range(4):
        events.take_in(event(number), SHA256, at(number))
    events.mark("stripe", "evt_0", "parked", at(9))
    events.mark("stripe", "evt_1", "parked", at(8))
    events.mark("stripe", "evt_2", "ignored", at(8))
    assert events.pending(10) == [event(3), event(1), event(0)]
    assert events.pending(1) == [event(3)]


def test_of_the_body_only_the_hash_is_kept(events: GatewayEvents, database: Database):
    events.take_in(event(1), SHA256, NOON)
    ((kept, body_sha256),) = rows(database, "SELECT event, body_sha256 FROM gateway_events")
    assert GatewayEvent.model_validate_json(kept) == event(1)
    assert body_sha256 == SHA256
