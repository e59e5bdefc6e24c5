"""Shared by all readers of tracking webhooks: the times that couriers write, and the latest of a body's checkpoints."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from domain.enums import CourierStatus, CourierSubStatus
from domain.order import CENTURY
from domain.parcels import CourierEvent, Sighting, Sightings
from gateways.couriers.courier_statuses import PENDING, Meaning
from policy.parcels import sightings as order

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")
_DATE_LENGTH = len("2026-11-20")
_NOON = time(12)


class CourierTime(NamedTuple):
    """A time as a courier writes it: an instant, or a local time or a day without a time zone."""

    at: datetime
    local_time: datetime | None = None
    day_only: bool = False
    clock_ahead: int | None = None


class Checkpoint(NamedTuple):
    """What a body reports of a parcel at one time; `meaning` is None if it has no status of its own."""

    meaning: Meaning | None
    time: CourierTime | None


class Parcel(NamedTuple):
    """Whose parcel a body is about, and under which id it is kept."""

    provider: str
    event_id: str
    tracking_number: str


def read_time(text: object, recorded_at: datetime | None = None) -> CourierTime | None:
    """Return the time, or None if there is none.

    `recorded_at` is when the provider heard of it, which shows how far the courier's clock is ahead of UTC at least.
    Raises TypeError or ValueError for anything that is no time of this century.
    """
    written = _written(text)
    if written is None:
        return None
    if written.tzinfo:
        return _exact(written)
    ahead = order.clock_ahead(written, recorded_at) if recorded_at else None
    is_day = isinstance(text, str) and len(text.strip()) <= _DATE_LENGTH
    if not is_day:
        return CourierTime(order.instant_of(written, ahead), written, clock_ahead=ahead)
    noon = order.instant_of(datetime.combine(written, _NOON), ahead)
    return CourierTime(min(noon, recorded_at or noon), written, day_only=True, clock_ahead=ahead)


def event_id_of(said: object, digest: str) -> str:
    """Return the provider's id of the event, or the hash of the body if it has none that can be kept."""
    return said if isinstance(said, str) and _ID.fullmatch(said) else digest


def instant(text: object) -> datetime | None:
    """Return the time as an instant, or None if there is none or it names no time zone; raises as `read_time` does."""
    read = read_time(text)
    return read.at if read and read.local_time is None else None


def latest_event(  # noqa: PLR0913 - what a body says
    parcel: Parcel,
    summary: Meaning,
    checkpoints: Sequence[Checkpoint],
    *,
    recorded_at: datetime | None,
    received_at: datetime,
    is_returned: bool = False,
) -> CourierEvent:
    """Return the latest report of a body, in the order of `policy.parcels.sightings`.

    The body's summary counts from its latest checkpoint, or without any from when the provider recorded it. Only when
    it lags behind a checkpoint that ends the parcel's way (lost, destroyed, delivered, returned), that one counts.
    """
    timed = [(one.meaning or PENDING, one.time) for one in checkpoints if one.time]
    known = _joined(timed)
    last = order.latest(known)
    when = _time_of(last) if last else _recorded(recorded_at)
    meaning = _meaning_of(last, timed) if last and order.is_contradicted(_word(summary), last.status) else summary
    deliveries = [(one, at) for one, at in timed if one[0] is CourierStatus.DELIVERED]
    meanings = [summary, *(one.meaning for one in checkpoints if one.meaning)]
    return CourierEvent(
        provider=parcel.provider,
        event_id=parcel.event_id,
        tracking_number=parcel.tracking_number,
        status=meaning[0],
        sub_status=meaning[1],
        occurred_at=when.at if when else None,
        local_time=when.local_time if when else None,
        day_only=when.day_only if when else False,
        clock_ahead=known.clock_ahead,
        delivery=order.latest(_joined(deliveries).amend(clock_ahead=known.clock_ahead)),
        is_returned=is_returned or any(one[1] is CourierSubStatus.RETURNED for one in meanings),
        received_at=received_at,
    )


def _written(text: object) -> datetime | None:
    if text is None or text == "":
        return None
    if not isinstance(text, str):
        raise TypeError("a time is a text")
    written = datetime.fromisoformat(text.strip())
    if not CENTURY[0] <= (written if written.tzinfo else written.replace(tzinfo=UTC)) < CENTURY[1]:
        raise ValueError("a time of another century")
    return written


def _exact(written: datetime) -> CourierTime:
    """Return the instant; an offset other than UTC's shows how far the courier's clock is ahead."""
    offset = (written.utcoffset() or timedelta(0)) // timedelta(minutes=1)
    return CourierTime(written.astimezone(UTC), clock_ahead=offset or None)


def _recorded(recorded_at: datetime | None) -> CourierTime | None:
    return CourierTime(recorded_at) if recorded_at else None


def _word(meaning: Meaning) -> str:
    return str(meaning[1] or meaning[0])


def _sighting(meaning: Meaning, when: CourierTime) -> Sighting:
    return Sighting(status=_word(meaning), at=when.at, local_time=when.local_time, day_only=when.day_only)


def _time_of(sighting: Sighting) -> CourierTime:
    return CourierTime(sighting.at, sighting.local_time, sighting.day_only)


def _joined(reports: Iterable[tuple[Meaning, CourierTime]]) -> Sightings:
    known = Sightings()
    for meaning, when in reports:
        known = order.join(known, _sighting(meaning, when), when.clock_ahead)
    return known


def _meaning_of(last: Sighting, reports: Iterable[tuple[Meaning, CourierTime]]) -> Meaning:
    return next(one for one, when in reports if order.is_same(_sighting(one, when), last))
