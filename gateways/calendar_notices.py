"""Official calendars that a merchant adds as files, because a notice is published before a release contains it."""

import logging
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from domain.calendar import CalendarNotice
from domain.errors import DomainError
from gateways.calendars import HolidayCalendars

_NAME = re.compile(r"[A-Z]{2}-[0-9]{4}\.json")
_BYTES_MAX = 100_000
log = logging.getLogger("calendars")


class NoticeUnreadableError(DomainError):
    """A calendar file cannot be used; the message names the file and the field, and says how to mend it."""

    code = "calendar_unreadable"


class NoticeFolder:
    """The notices of a folder, one file per country and year like `CN-2027.json`; a new file counts at once (R6).

    A mistake stops a process that starts. A running one logs it and keeps what it has read before.
    """

    def __init__(self, folder: Path | None) -> None:
        """Read the folder; None stands for one without notices. Raises NoticeUnreadableError."""
        self._folder = folder
        self._state = _state_of(folder) if folder else ()
        self._notices = _all(folder) if folder else frozenset[CalendarNotice]()
        self._complaint = ""

    def __call__(self) -> frozenset[CalendarNotice]:
        """Return the notices as the folder has them now."""
        if self._folder:
            self._follow(self._folder)
        return self._notices

    def _follow(self, folder: Path) -> None:
        try:
            state = _state_of(folder)
            if state != self._state:
                self._state = state
                self._notices, self._complaint = _all(folder), ""
        except NoticeUnreadableError as error:
            if error.message != self._complaint:
                self._complaint = error.message
                log.error("the calendars stay as they were read before: %s", error.message)  # noqa: TRY400


def _all(folder: Path) -> frozenset[CalendarNotice]:
    return frozenset(_read(path) for path in _files(folder))


def _state_of(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return what tells that the files have changed: their names, times and sizes."""
    with _named(folder):
        stats = [(path.name, path.stat()) for path in _files(folder)]
    return tuple((name, one.st_mtime_ns, one.st_size) for name, one in stats)


def _files(folder: Path) -> list[Path]:
    """Return the files of the folder; hidden ones and folders are passed over."""
    with _named(folder):
        return sorted(path for path in folder.iterdir() if not path.name.startswith(".") and not path.is_dir())


@contextmanager
def _named(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise NoticeUnreadableError(
            f"{path}: cannot be read: {error.strerror}. Mend it, or unset REFUNDS_CALENDAR_FOLDER"
        ) from error


def _read(path: Path) -> CalendarNotice:
    if not _NAME.fullmatch(path.name):
        raise NoticeUnreadableError(f"{path}: name it after its country and year, like CN-2027.json, or remove it")
    try:
        with _named(path):
            notice = CalendarNotice.model_validate_json(_content(path))
    except ValidationError as error:
        raise NoticeUnreadableError(f"{path}: {_message(error)}") from error
    if mistake := _mistake(notice, path.stem):
        raise NoticeUnreadableError(f"{path}: {mistake}")
    return notice


def _content(path: Path) -> bytes:
    if path.stat().st_size > _BYTES_MAX:
        raise NoticeUnreadableError(f"{path}: larger than {_BYTES_MAX} bytes, which no calendar of a year is")
    return path.read_bytes()


def _message(error: ValidationError) -> str:
    return "; ".join(_of_field(one["loc"], one["msg"]) for one in error.errors())


def _of_field(place: tuple[int | str, ...], message: str) -> str:
    message = message.removeprefix("Value error, ")
    return f"{'.'.join(map(str, place))}: {message}" if place else message


def _mistake(notice: CalendarNotice, stem: str) -> str | None:
    if f"{notice.country}-{notice.year}" != stem:
        return f"country and year: {notice.country}-{notice.year} must be the name of the file"
    calendars = HolidayCalendars()
    if not calendars.knows(notice.country):
        return f"country: there is no calendar for {notice.country}; use an ISO 3166 code"
    weekend = calendars.weekend(notice.country, notice.year)
    if worked_anyway := [day.isoformat() for day in notice.days_worked if day.weekday() not in weekend]:
        return f"days_worked: {', '.join(worked_anyway)} is no weekend day and worked anyway; leave it out"
    return None
