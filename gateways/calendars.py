"""Working days of countries, from the `holidays` package: the port `activities.cases.Calendars`."""

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
    """No calendar is known for the country that a policy version names."""

    code = "unknown_country"


class HolidayCalendars:
    """Working days by country and year, each worked out once a process.

    Published (R6) is, for China, a year with make-up working days (调休): the package has them from the official
    notice only and guesses every other year. For the other countries, which have no such mark, it is a year up to
    the newest one for which the package knows China's notice (that dates the package) without estimated holidays.
    """

    def calendar(self, country: str, timezone: str, around: datetime) -> WorkCalendar:
        """Return the working days of the year of `around` in the timezone, the one before and the two after.

        Years that are not published carry the package's guess. Raises UnknownCountryError.
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
    """Return the days of the year that are not what their weekday says: off on a weekday, worked on a weekend."""
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
    # The package lists the make-up days of other years too: those of the year itself are the tell.
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
