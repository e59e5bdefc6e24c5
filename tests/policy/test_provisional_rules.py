from datetime import date

import pytest

from policy.deadlines import apply_published_calendar, compute, last_day
from tests.policy import facts

EARLY, LATE = facts.last_second("2027-01-05"), facts.last_second("2027-01-08")


def computed(what, since, calendar=None, **days):
    return compute(facts.window(what, since, **days), calendar or facts.china())


def test_r6_a_make_up_saturday_counts_and_a_holiday_does_not():
    calendar = facts.china()
    assert last_day(date(2026, 2, 27), 1, calendar) == date(2026, 2, 28)
    assert last_day(date(2026, 9, 30), 1, calendar) == date(2026, 10, 8)


def test_r6_a_window_within_published_years_is_final():
    assert not computed("request", facts.local("2026-12-22"), working_days=7).provisional
    assert computed("request", facts.local("2026-12-22"), working_days=7).last_day == date(2026, 12, 31)


def test_r6_a_window_that_reaches_into_an_unpublished_year_is_provisional():
    deadline = computed("request", facts.local("2026-12-23"), working_days=7)
    assert deadline.last_day.year == 2027
    assert deadline.provisional


def test_r6_a_window_that_begins_in_an_unpublished_year_is_provisional():
    calendar = facts.weekdays_only(2027)
    assert computed("request", facts.local("2026-12-31"), calendar, working_days=1).provisional
    assert not computed("request", facts.local("2027-01-01"), calendar, working_days=1).provisional


def test_r6_calendar_days_are_never_provisional():
    deadline = computed("parcel_stalled", facts.local("2026-12-20"), calendar_days=30)
    assert deadline.last_day == date(2027, 1, 19)
    assert not deadline.provisional


@pytest.mark.parametrize("what", ["request", "information", "ship_by"])
def test_r6_the_customer_gets_the_later_deadline(what):
    early, late = facts.deadline(what, EARLY, provisional=True), facts.deadline(what, LATE, provisional=True)
    assert apply_published_calendar(early, late.amend(provisional=False)).when == LATE
    assert apply_published_calendar(late, early.amend(provisional=False)).when == LATE


@pytest.mark.parametrize("what", ["payout_submit", "payout_alert", "payout"])
def test_r6_the_shop_keeps_the_earlier_payout_deadline(what):
    early, late = facts.deadline(what, EARLY, provisional=True), facts.deadline(what, LATE, provisional=True)
    assert apply_published_calendar(early, late.amend(provisional=False)).when == EARLY
    assert apply_published_calendar(late, early.amend(provisional=False)).when == EARLY


def test_r6_every_other_window_takes_the_published_calendar():
    for what in ("audit_target", "ship_by_reminder_1", "inspection_target"):
        early, late = facts.deadline(what, EARLY), facts.deadline(what, LATE)
        assert apply_published_calendar(early, late).when == LATE
        assert apply_published_calendar(late, early).when == EARLY


def test_r6_a_settled_deadline_is_as_final_as_the_calendar_and_stays_passed():
    kept = facts.deadline("payout", EARLY, provisional=True, passed=True)
    settled = apply_published_calendar(kept, facts.deadline("payout", LATE))
    assert (settled.provisional, settled.passed) == (False, True)
    still_guessed = apply_published_calendar(kept.amend(passed=False), facts.deadline("payout", LATE, provisional=True))
    assert (still_guessed.provisional, still_guessed.passed) == (True, False)
