from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest

from gateways.calendars import HolidayCalendars, UnknownCountryError

CALENDARS = HolidayCalendars()
# From 2006 on both know every notice; chinesecalendar lacks 2005-12-31, a make-up day announced for the year after.
YEARS = range(2006, 2027)


def calendar(country, year, timezone="Asia/Shanghai"):
    return CALENDARS.calendar(country, timezone, datetime(year, 6, 1, tzinfo=UTC))


def days_of(year):
    return [
        date(year, 1, 1) + timedelta(days=number) for number in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)
    ]


@pytest.mark.parametrize("year", YEARS)
def test_r6_every_day_of_a_published_chinese_year_agrees_with_a_second_source(year):
    china = calendar("CN", year)
    assert year in china.published_years
    assert [day for day in days_of(year) if china.is_working(day) != chinese_calendar.is_workday(day)] == []


def test_r6_make_up_days_are_worked_and_their_holidays_are_off():
    china = calendar("CN", 2026)
    assert china.is_working(date(2026, 2, 14))
    assert china.is_working(date(2026, 2, 28))
    assert not china.is_working(date(2026, 2, 23))
    assert not china.is_working(date(2026, 9, 25))


def test_r6_a_chinese_year_without_a_notice_is_not_published():
    assert max(calendar("CN", 2040).published_years) < 2040


def test_r6_an_unpublished_year_carries_the_guess_of_holidays_without_make_up_days():
    far = calendar("CN", 2040)
    assert not far.is_working(date(2040, 10, 1))
    assert [day for day, works in far.days.items() if works and day.year == 2040] == []


def test_t1_a_calendar_spans_the_century_up_to_two_years_after_in_the_shops_timezone():
    new_year_in_shanghai = datetime(2025, 12, 31, 17, tzinfo=UTC)
    for timezone, last in (("Asia/Shanghai", 2028), ("Europe/London", 2027)):
        span = CALENDARS.calendar("CN", timezone, new_year_in_shanghai)
        assert {day.year for day in span.days} == set(range(2000, last + 1))


def test_only_days_that_are_not_what_their_weekday_says_are_listed():
    for country in ("CN", "US", "SA"):
        exceptions = calendar(country, 2026).days
        assert exceptions
        assert all(works != (day.weekday() < 5) for day, works in exceptions.items())


def test_other_countries_have_their_own_holidays_and_weekends():
    assert not calendar("US", 2025).is_working(date(2025, 7, 4))
    assert calendar("CN", 2025).is_working(date(2025, 7, 4))
    riyadh = calendar("SA", 2026)
    assert (riyadh.is_working(date(2026, 3, 6)), riyadh.is_working(date(2026, 3, 8))) == (False, True)


def test_r6_other_countries_are_published_as_far_as_the_package_is_up_to_date():
    assert {2025, 2026} <= calendar("US", 2026).published_years
    assert max(calendar("US", 2060).published_years) == max(calendar("CN", 2060).published_years)


def test_r6_a_year_with_estimated_holidays_is_not_published():
    assert calendar("MR", 2024).published_years == frozenset()


@pytest.mark.parametrize(("country", "first"), [("CN", 2001), ("US", 2000), ("IN", 2001), ("AE", 2017)])
def test_t1_a_year_that_the_package_does_not_cover_is_not_published(country, first):
    assert min(calendar(country, 2026).published_years) == first


@pytest.mark.filterwarnings("error")
def test_t1_a_year_before_the_notices_is_a_guess_and_nothing_breaks():
    for country in ("CN", "IN"):
        assert 2000 not in calendar(country, 2026).published_years
        assert not calendar(country, 2026).is_working(date(2000, 1, 1))


def test_a_year_is_worked_out_once():
    assert calendar("CN", 2026) is calendar("CN", 2026)


def test_a_country_without_a_calendar_is_named():
    with pytest.raises(UnknownCountryError, match="ZZ") as refused:
        calendar("ZZ", 2026)
    assert refused.value.code == "unknown_country"
    assert (CALENDARS.knows("ZZ"), CALENDARS.knows("CN")) == (False, True)
