"""Which report of a parcel is the latest: every kind of time, equal times, people's words, running cases of 0.1.0."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from domain.cases.messages import CourierTracking
from domain.enums import CourierStatus, CourierSubStatus
from domain.parcels import Sighting, Sightings
from policy.parcels.courier_events import reported_by
from policy.parcels.sightings import FINALITY, clock_ahead, instant_of, is_same, join, latest, merge
from tests.support.assertions import assert_present
from tests.support.parcel_simulation import NUMBER, ParcelSimulation

NINE = datetime(2026, 11, 20, 9, 33, tzinfo=UTC)
LOCAL = datetime(2026, 11, 20, 17, 33)  # noqa: DTZ001 - a courier's clock, eight hours ahead
DAY = datetime(2026, 11, 20)  # noqa: DTZ001 - a day without a zone


def exact(status: str, minutes: int = 0) -> Sighting:
    return Sighting(status=status, at=NINE + timedelta(minutes=minutes))


def local(status: str, minutes: int = 0) -> Sighting:
    at = LOCAL + timedelta(minutes=minutes)
    return Sighting(status=status, at=instant_of(at, 0), local_time=at)


def day(status: str, days: int = 0) -> Sighting:
    at = DAY + timedelta(days=days)
    return Sighting(status=status, at=instant_of(at, 0), local_time=at, day_only=True)


def last_of(*sightings: Sighting, ahead: int | None = None) -> str:
    """Return the status of the latest one, which is the same in whatever order they come."""
    ends: set[str] = set()
    for order in permutations(sightings):
        known = Sightings()
        for one in order:
            known = join(known, one, ahead)
        ends.add(assert_present(latest(known)).status)
    [end] = ends
    return end


def test_p1_every_status_has_its_place_among_equal_times() -> None:
    assert set(FINALITY) == {*CourierStatus, *CourierSubStatus}
    assert len(FINALITY) == len(set(FINALITY))


@pytest.mark.parametrize("kind", [exact, local, day])
def test_p1_with_equal_times_the_more_final_word_wins(kind) -> None:
    assert last_of(kind("in_transit"), kind("lost")) == "lost"
    assert last_of(kind("in_transit"), kind("delivered"), kind("out_for_delivery")) == "delivered"
    assert last_of(kind("returned"), kind("damaged"), kind("destroyed")) == "destroyed"


def test_r22_between_delivered_and_lost_at_the_same_time_a_human_decides() -> None:
    assert last_of(exact("delivered"), exact("lost")) == "lost"
    assert last_of(day("delivered"), day("destroyed"), exact("delivered")) == "destroyed"


@pytest.mark.parametrize("final", ["lost", "destroyed", "delivered"])
@pytest.mark.parametrize("kind", [exact, local, day])
def test_p2_an_older_word_takes_nothing_back_and_a_newer_one_does(final: str, kind) -> None:
    assert last_of(kind(final), kind("in_transit", -1)) == final
    assert last_of(kind(final), kind("in_transit", 1)) == "in_transit"


def test_p2_a_time_without_a_zone_is_compared_by_how_far_the_clock_is_ahead() -> None:
    assert last_of(local("lost"), exact("in_transit", -1), ahead=480) == "lost"
    assert last_of(local("lost"), exact("in_transit", 0), ahead=480) == "lost"
    assert last_of(local("lost"), exact("in_transit", 1), ahead=480) == "in_transit"


def test_p2_a_day_is_as_late_as_every_time_of_that_day_on_the_courier_s_clock() -> None:
    assert last_of(day("lost"), exact("in_transit", 5), ahead=480) == "lost"
    assert last_of(day("in_transit"), local("delivered", -60)) == "delivered"
    assert last_of(day("lost"), exact("in_transit", 60 * 7), ahead=480) == "in_transit"  # past midnight there
    assert last_of(day("lost", 1), local("in_transit")) == "lost"


def test_p2_the_clock_is_as_far_ahead_as_what_was_recorded_shows() -> None:
    assert clock_ahead(LOCAL, NINE + timedelta(minutes=3)) == 480
    assert clock_ahead(LOCAL, NINE + timedelta(minutes=40)) == 450
    assert clock_ahead(LOCAL, NINE + timedelta(days=2)) is None
    assert clock_ahead(LOCAL, NINE - timedelta(days=2)) is None


def test_fault_14_sightings_that_are_merged_twice_are_the_same() -> None:
    some = join(join(Sightings(), local("lost"), 480), day("delivered"))
    others = join(Sightings(), exact("in_transit"), 60)
    both = merge(some, others)
    assert both == merge(others, some) == merge(both, others) == merge(some, both)
    assert is_same(latest(both), local("lost"))


def typed(status: str, **more: object) -> CourierTracking:
    """Return what somebody types into the Temporal UI, without an event id."""
    return CourierTracking.model_validate(
        {"carrier": "sf_express", "tracking_number": NUMBER, "status": status, **more}
    )


def test_r22_what_people_type_without_a_time_counts_from_when_they_sent_it() -> None:
    parcel = ParcelSimulation()
    parcel.tell(typed("exception", sub_status="lost"))
    assert parcel.end == ("lost_in_return", "lost")
    parcel.tell(typed("in_transit", occurred_at=parcel.now - timedelta(hours=1)))
    assert parcel.end == ("lost_in_return", "lost")
    parcel.tell(typed("in_transit"))
    assert parcel.end == ("in_transit", "in_transit")


def test_r19_registering_the_number_again_says_nothing_about_where_the_parcel_is() -> None:
    assert reported_by(typed("info_received"), NINE) is None
    parcel = ParcelSimulation()
    parcel.tell(typed("exception", sub_status="lost", occurred_at=NINE))
    parcel.tell(typed("info_received"))
    assert parcel.end == ("lost_in_return", "lost")


def test_r22_a_sub_status_counts_only_with_an_exception() -> None:
    parcel = ParcelSimulation()
    parcel.tell(typed("delivered", sub_status="lost", occurred_at=NINE))
    assert parcel.end == ("in_transit", "delivered")


def test_fault_24_a_case_of_0_1_0_goes_on_dropping_an_event_of_the_same_time() -> None:
    parcel = ParcelSimulation()
    parcel.case = parcel.case.amend(process_version=1)
    parcel.tell(typed("in_transit", occurred_at=NINE))
    parcel.tell(typed("exception", sub_status="lost", occurred_at=NINE))
    assert parcel.end == ("in_transit", "in_transit")
