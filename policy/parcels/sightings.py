"""The order of what couriers report of a parcel, whatever times they give (R22, fault 14).

Couriers give an instant, a time on their own clock without a time zone, or only a day. Within one kind the later time
is the later report. A time without a zone is compared with an instant by `clock_ahead`, which the event's other times
show; a day is compared with the day of the other report. Equal times are ordered by finality (`FINALITY`): nothing
that happens at the same time takes back that a parcel is lost, destroyed or delivered. Between these, a loss counts
more than a delivery: the courier contradicts itself, so that a human has to decide (R22), while "delivered" alone
would let the parcel wait until it counts as stalled.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from math import ceil

from domain.enums import CourierStatus, CourierSubStatus
from domain.parcels import Sighting, Sightings

FINALITY: tuple[str, ...] = (
    CourierStatus.INFO_RECEIVED,
    CourierStatus.IN_TRANSIT,
    CourierStatus.OUT_FOR_DELIVERY,
    CourierStatus.AVAILABLE_FOR_PICKUP,
    CourierStatus.DELIVERY_FAILURE,
    CourierStatus.EXCEPTION,
    CourierSubStatus.OTHER,
    CourierSubStatus.DAMAGED,
    CourierStatus.EXPIRED,
    CourierSubStatus.RETURNED,
    CourierStatus.DELIVERED,
    CourierSubStatus.DESTROYED,
    CourierSubStatus.LOST,
)
"""All statuses and sub-statuses, the most final last: it wins among reports of the same time."""

LOSSES = frozenset[str]({CourierSubStatus.LOST, CourierSubStatus.DESTROYED})
"""The words for a parcel that will never arrive."""

_ENDS = LOSSES | {CourierSubStatus.RETURNED, CourierStatus.DELIVERED}
_RANKS: dict[str, int] = {word: rank for rank, word in enumerate(FINALITY)}
_STEP = 15
_CLOCKS = range(-12 * 60, 14 * 60 + 1)


def join(known: Sightings, sighting: Sighting, clock_ahead: int | None = None) -> Sightings:
    """Return the sightings with one more: the same for any order and any number of repeats (fault 14)."""
    kind = "exact" if sighting.local_time is None else "day" if sighting.day_only else "local"
    before: Sighting | None = getattr(known, kind)
    newer = sighting if before is None else max((before, sighting), key=_within_kind)
    return join_clock(known if newer is before else known.amend(**{kind: newer}), clock_ahead)


def merge(known: Sightings, others: Sightings) -> Sightings:
    """Return both together: the same for any order and any number of repeats (fault 14)."""
    for one in (others.exact, others.local, others.day):
        known = join(known, one) if one else known
    return join_clock(known, others.clock_ahead)


def join_clock(known: Sightings, clock_ahead: int | None) -> Sightings:
    """Return the sightings with what another one shows of the courier's clock: the largest lower bound."""
    ahead = largest((known.clock_ahead, clock_ahead))
    return known if ahead == known.clock_ahead else known.amend(clock_ahead=ahead)


def latest(sightings: Sightings) -> Sighting | None:
    """Return the latest sighting with its time as an instant, or None if there is none.

    The later time wins, and for equal times the more final word; a day equals every time of that day.
    """
    local = _placed(sightings.local, sightings.clock_ahead) if sightings.local else None
    timed = [one for one in (local, sightings.exact) if one is not None]
    best = max(timed, key=lambda one: (one.at, _rank(one)), default=None)
    if best is None or sightings.day is None:
        return best or sightings.day
    ahead = sightings.clock_ahead
    return max((best, sightings.day), key=lambda one: (_day(one, ahead), _rank(one)))


def is_contradicted(summary: str, latest_report: str) -> bool:
    """Return whether a provider's summary lags behind a report that ends the parcel's way, and is less final."""
    return latest_report in _ENDS and _rank_of(summary) < _rank_of(latest_report)


def is_same(one: Sighting | None, other: Sighting | None) -> bool:
    """Return whether both report the same at the same time, however that time is estimated."""
    if one is None or other is None:
        return one is other
    return _identity(one) == _identity(other)


def clock_ahead(local_time: datetime, not_after: datetime) -> int | None:
    """Return by how many minutes, at least, a clock is ahead of UTC that showed this time before that instant.

    Returns None if no clock on earth can have shown it (UTC-12 to UTC+14).
    """
    minutes = (local_time.replace(tzinfo=UTC) - not_after) / timedelta(minutes=1)
    ahead = ceil(minutes / _STEP) * _STEP
    return ahead if ahead in _CLOCKS else None


def largest(clocks: Iterable[int | None]) -> int | None:
    """Return the largest of these minutes, or None if none is known: each is a lower bound of the same clock."""
    return max((one for one in clocks if one is not None), default=None)


def instant_of(local_time: datetime, ahead: int | None) -> datetime:
    """Return the instant of a time on a clock that is so many minutes ahead of UTC, or on UTC if that is unknown."""
    return local_time.replace(tzinfo=UTC) - timedelta(minutes=ahead or 0)


def _within_kind(one: Sighting) -> tuple[datetime, int, str, datetime]:
    time = (one.local_time.replace(tzinfo=UTC)) if one.local_time else one.at
    return time, _rank(one), one.status, one.at


def _placed(one: Sighting, ahead: int | None) -> Sighting:
    return one.amend(at=instant_of(one.local_time, ahead)) if one.local_time else one


def _rank(one: Sighting) -> int:
    return _rank_of(one.status)


def _rank_of(word: str) -> int:
    return _RANKS.get(word, _RANKS[CourierStatus.IN_TRANSIT])


def _day(one: Sighting, ahead: int | None) -> date:
    return (one.local_time or one.at + timedelta(minutes=ahead or 0)).date()


def _identity(one: Sighting) -> tuple[str, datetime, bool]:
    return one.status, one.local_time or one.at, one.day_only
