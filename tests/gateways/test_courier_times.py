"""What the readers make of a body with several checkpoints, of every kind of time, and of summaries that contradict."""

from datetime import UTC, datetime

import pytest

from domain.errors import UnreadableEventError
from tests.gateways import courier_bodies as bodies
from tests.gateways.courier_strategies import PROVIDERS, SECRET, Provider
from tests.support.assertions import assert_present

NINE = "2026-11-20T09:33:00Z"
AT_NINE = datetime(2026, 11, 20, 9, 33, tzinfo=UTC)
LATER = "2026-11-20T10:00:00Z"


@pytest.fixture(params=PROVIDERS)
def provider(request: pytest.FixtureRequest) -> Provider:
    return PROVIDERS[request.param]


@pytest.mark.parametrize("word", ["lost", "delivered", "returned"])
def test_p1_a_final_checkpoint_wins_over_a_movement_of_the_same_time_whatever_the_summary(
    provider: Provider, word: str
) -> None:
    points = [provider.said(word, NINE), provider.said("in_transit", NINE)]
    for said in (word, "in_transit"):
        for order in (points, points[::-1]):
            event = provider.event(provider.said(said, LATER), *order)
            assert (event.word, event.occurred_at) == (word, AT_NINE)


def test_p1_a_summary_of_easypost_that_no_detail_repeats_counts_from_the_latest_detail() -> None:
    body = bodies.easypost("SF1", "failure", "lost", "2026-11-20T09:33:00")
    reader = PROVIDERS["easypost"].reader((SECRET,), lambda: AT_NINE)
    event = assert_present(reader.read(body, bodies.signed_easypost(SECRET, body)))
    assert (event.word, event.occurred_at) == ("lost", AT_NINE)


def test_p2_a_summary_that_lags_behind_the_checkpoints_does_not_count(provider: Provider) -> None:
    points = [provider.said("in_transit", NINE), provider.said("lost", LATER)]
    event = provider.event(provider.said("in_transit", "2026-11-20T10:05:00Z"), *points)
    assert event.word == "lost"


def test_p2_a_time_without_a_zone_is_placed_by_when_the_provider_recorded_it(provider: Provider) -> None:
    event = provider.event(provider.said("lost", NINE), provider.said("lost", "2026-11-20T17:31:00"))
    assert (event.local_time, event.clock_ahead) == (datetime(2026, 11, 20, 17, 31), 480)  # noqa: DTZ001
    assert event.occurred_at == datetime(2026, 11, 20, 9, 31, tzinfo=UTC)


def test_p2_a_time_without_a_zone_is_placed_by_the_zone_of_another_checkpoint(provider: Provider) -> None:
    points = [provider.said("in_transit", "2026-11-19T08:00:00+08:00"), provider.said("lost", "2026-11-20T17:31:00")]
    event = provider.event(provider.said("lost", "2026-11-20T15:00:00Z"), *points)
    assert (event.word, event.occurred_at) == ("lost", datetime(2026, 11, 20, 9, 31, tzinfo=UTC))


def test_p2_a_day_is_kept_as_a_day(provider: Provider) -> None:
    event = provider.event(provider.said("delivered", LATER), provider.said("delivered", "2026-11-20"))
    assert event.day_only
    assert assert_present(event.local_time).date() == datetime(2026, 11, 20, tzinfo=UTC).date()
    assert assert_present(event.occurred_at) <= datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_p2_a_body_without_checkpoints_counts_from_when_the_provider_recorded_it(provider: Provider) -> None:
    assert provider.event(provider.said("lost", NINE)).occurred_at == AT_NINE


@pytest.mark.parametrize("none", ["", None])
def test_p2_a_checkpoint_without_a_time_leaves_the_others(provider: Provider, none: str | None) -> None:
    points = [provider.said("in_transit", none), provider.said("lost", NINE)]
    event = provider.event(provider.said("lost", none), *points)
    assert (event.word, event.occurred_at) == ("lost", AT_NINE)
    assert provider.event(provider.said("lost", none), provider.said("lost", none)).occurred_at is None


@pytest.mark.parametrize("odd", ["soon", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-13-40"])
def test_p2_a_time_that_no_calendar_knows_makes_the_event_unreadable(provider: Provider, odd: str) -> None:
    with pytest.raises(UnreadableEventError):
        provider.event(provider.said("lost", NINE), provider.said("lost", odd))


def test_r4_the_delivery_has_its_own_time_and_a_return_is_never_forgotten(provider: Provider) -> None:
    points = [provider.said("returned", "2026-11-19T08:00:00Z"), provider.said("delivered", NINE)]
    event = provider.event(provider.said("delivered", LATER), *points, provider.said("in_transit", LATER))
    assert assert_present(event.delivery).at == AT_NINE
    assert event.is_returned


@pytest.mark.parametrize("odd", ["x" * 200, "evt 1", "快递", 7, None])
def test_fault_16_an_event_id_that_no_case_could_keep_is_replaced_by_the_hash_of_the_body(odd: object) -> None:
    reader = PROVIDERS["aftership"].reader((SECRET,), lambda: AT_NINE)
    body = bodies.aftership("SF1", event_id=odd)
    event = assert_present(reader.read(body, bodies.signed_aftership(SECRET, body)))
    assert len(event.event_id) == 64
