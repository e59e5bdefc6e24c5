"""Working days of countries, from the `holidays` package; implements the port `activities.cases.Calendars`."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import holidays

from domain.calendar import WorkCalendar
from domain.errors import DomainError

_CHINA: Final = "CN"
_YEARS_BEFORE: Final = 1
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
    notice only and estimates all other years. Other countries have no such sign: for them, a year is published if none
    of its holidays are estimated and it is not later than the newest year for which the package has China's notice,
    which shows how old the package is.
    """

    def calendar(self, country: str, timezone: str, around: datetime) -> WorkCalendar:
        """Return the working days from the year before `around` (in the timezone) to two years after it.

        Years that are not published contain the package's estimate. Raises UnknownCountryError.
        """
        return _calendar(country, timezone, around.astimezone(ZoneInfo(timezone)).year)

    def knows(self, country: str) -> bool:
        """Return whether there is a calendar for the country's ISO 3166 code."""
        try:
            holidays.country_holidays(country)
        except NotImplementedError:
            return False
        return True


@cache
def _calendar(country: str, timezone: str, year: int) -> WorkCalendar:
    years = range(year - _YEARS_BEFORE, year + _YEARS_AFTER + 1)
    return WorkCalendar(
        timezone=timezone,
        published_years=frozenset(one for one in years if _is_published(country, one)),
        days={day: works for one in years for day, works in _exceptions(country, one).items()},
    )


@cache
def _exceptions(country: str, year: int) -> dict[date, bool]:
    """Return the exceptions of the year: weekdays that are off and weekend days that are worked."""
    official = _official(country, year)
    by_day = {day: official.is_working_day(day) for day in _days_of(year)}
    return {day: works for day, works in by_day.items() if works != (day.weekday() < _SATURDAY)}


@cache
def _is_published(country: str, year: int) -> bool:
    if country == _CHINA:
        return _has_make_up_days(year)
    return year <= _newest_notice() and not _is_estimated(country, year)


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
    return any("estimated" in name for name in _official(country, year).values())


def _official(country: str, year: int) -> holidays.HolidayBase:
    try:
        return holidays.country_holidays(country, years=year, expand=False, language="en_US")
    except NotImplementedError:
        raise UnknownCountryError(f"there is no calendar for the country {country}: use an ISO 3166 code") from None


def _days_of(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)
