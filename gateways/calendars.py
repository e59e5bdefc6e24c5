"""Working days of countries, from the `holidays` package and the merchant's own notices.

Implements the port `activities.ports.policy.Calendars`.
"""

import warnings
from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import holidays

from domain.calendar import CalendarNotice, WorkCalendar
from domain.errors import DomainError

_CHINA: Final = "CN"
# Orders are of this century. Some 700 days off or worked cost 50 kB and, once per process, a tenth of a second.
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2100
_YEARS_AFTER: Final = 2
_SATURDAY: Final = 5
# The State Council's notices are in the package from this year on, one for every year.
_FIRST_NOTICE: Final = 2001


class UnknownCountryError(DomainError):
    """There is no calendar for the country of a policy version."""

    code = "unknown_country"


class HolidayCalendars:
    """Working days by country and year, computed once per process.

    For China, a year is published (R6) if it has make-up working days (调休): the package takes them from the official
    notice only and estimates all other years. Other countries have no such sign: for them, a year is published if the
    package covers it, none of its holidays are estimated, and it is not later than the newest year for which the
    package has China's notice, which shows how old the package is. A notice of the merchant publishes its year, and
    counts instead of the package.
    """

    def __init__(self, notices: Callable[[], frozenset[CalendarNotice]] = frozenset) -> None:
        self._notices = notices

    def calendar(self, country: str, timezone: str, until: datetime) -> WorkCalendar:
        """Return the working days of this century up to two years after `until` (in the timezone).

        A window that began long ago is counted with the calendars of its own years (R6). Years that are not published
        contain the package's estimate. Raises UnknownCountryError.
        """
        last = min(until.astimezone(ZoneInfo(timezone)).year + _YEARS_AFTER, _LAST_YEAR)
        return _calendar(country, timezone, last, self._notices())

    def weekend(self, country: str, year: int) -> Collection[int]:
        """Return the weekdays that are off in the country, 0 for Monday; raises UnknownCountryError."""
        return _official(country, year).weekend

    def knows(self, country: str) -> bool:
        """Return whether there is a calendar for the country's ISO 3166 code."""
        try:
            holidays.country_holidays(country)
        except NotImplementedError:
            return False
        return True


@cache
def _calendar(country: str, timezone: str, last: int, notices: frozenset[CalendarNotice]) -> WorkCalendar:
    own = {one.year: _of_notice(one) for one in notices if one.country == country}
    years = range(_FIRST_YEAR, last + 1)
    days = {year: own[year] if year in own else _of_package(country, year) for year in years}
    return WorkCalendar(
        timezone=timezone,
        published_years=frozenset(year for year in days if year in own or _is_published(country, year)),
        days={day: works for exceptions in days.values() for day, works in exceptions.items()},
    )


def _of_notice(notice: CalendarNotice) -> dict[date, bool]:
    weekend = _official(notice.country, notice.year).weekend
    off, worked = set(notice.days_off), set(notice.days_worked)
    works = {day: day in worked or (day.weekday() not in weekend and day not in off) for day in _days_of(notice.year)}
    return _unlike_weekdays(works)


@cache
def _of_package(country: str, year: int) -> dict[date, bool]:
    official = _official(country, year)
    return _unlike_weekdays({day: official.is_working_day(day) for day in _days_of(year)})


def _unlike_weekdays(works: dict[date, bool]) -> dict[date, bool]:
    """Return the exceptions: weekdays that are off and weekend days that are worked."""
    return {day: is_worked for day, is_worked in works.items() if is_worked != (day.weekday() < _SATURDAY)}


@cache
def _is_published(country: str, year: int) -> bool:
    if country == _CHINA:
        return _has_make_up_days(year)
    return _covers(country, year) and year <= _newest_notice() and not _is_estimated(country, year)


@cache
def _newest_notice() -> int:
    year = _FIRST_NOTICE
    while _has_make_up_days(year + 1):
        year += 1
    return year


def _has_make_up_days(year: int) -> bool:
    # The package also lists make-up days of neighbouring years; only those of the year itself count.
    return any(day.year == year for day in _official(_CHINA, year).weekend_workdays)


def _is_estimated(country: str, year: int) -> bool:
    official, warned = _read(country, year)
    return warned > 0 or any("estimated" in name for name in official.values())


def _covers(country: str, year: int) -> bool:
    official = _official(country)
    return official.start_year <= year <= official.end_year


def _official(country: str, year: int | None = None) -> holidays.HolidayBase:
    """Return the package's calendar of the year, or with weekends only if the package does not cover the year."""
    return _read(country, year if year and _covers(country, year) else None)[0]


@cache
def _read(country: str, year: int | None) -> tuple[holidays.HolidayBase, int]:
    """Return the package's calendar, and how often it warns that some holidays of the year are unknown to it."""
    try:
        with warnings.catch_warnings(record=True) as given:
            warnings.simplefilter("always")
            return holidays.country_holidays(country, years=year, expand=False, language="en_US"), len(given)
    except NotImplementedError:
        raise UnknownCountryError(f"there is no calendar for the country {country}: use an ISO 3166 code") from None


def _days_of(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)
