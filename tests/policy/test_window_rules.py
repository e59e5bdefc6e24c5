from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.calendar import Deadline, WindowName
from domain.enums import CaseState
from policy.deadlines import compute, in_time, last_day, request_window, windows_of
from tests.policy import facts
from tests.policy.facts import POLICY

ONE_SECOND = timedelta(seconds=1)


def computed(what, since, calendar=None, **days):
    return compute(facts.window(what, since, **days), calendar or facts.china())


def deadlines_of(state: CaseState, since: str = "2026-03-02") -> dict[str, Deadline]:
    opened = [spec.since(facts.local(since)) for spec in windows_of(state, POLICY)]
    return {one.what: compute(one, facts.china()) for one in opened}


def ends(deadline):
    """Whether the deadline's last second is in time and the next one late."""
    return in_time(deadline.when, deadline) and not in_time(deadline.when + ONE_SECOND, deadline)


def test_r3_the_request_window_is_seven_working_days():
    window = request_window(POLICY).since(facts.local("2026-03-02"))
    assert (window.what, window.working_days, window.calendar_days) == ("request", 7, None)


@pytest.mark.parametrize("moment", [time(0, 0, 0), time(12), time(23, 59, 59)])
def test_r5_the_hour_of_receipt_does_not_matter(moment):
    deadline = computed("request", facts.local("2026-03-02", moment), working_days=7)
    assert deadline.last_day == date(2026, 3, 11)


def test_r5_the_day_is_the_shops_and_not_utcs():
    just_past_midnight = datetime(2026, 3, 2, 16, 0, 0, tzinfo=UTC)  # 2026-03-03 00:00 in Shanghai
    assert computed("request", just_past_midnight - ONE_SECOND, working_days=1).last_day == date(2026, 3, 3)
    assert computed("request", just_past_midnight, working_days=1).last_day == date(2026, 3, 4)


def test_r5_zero_working_days_end_with_the_day_itself_worked_or_not():
    assert last_day(date(2026, 10, 1), 0, facts.china()) == date(2026, 10, 1)
    assert last_day(date(2026, 3, 2), 0, facts.china()) == date(2026, 3, 2)


def test_r5_a_fraction_of_the_last_second_is_in_time_and_the_next_second_is_late():
    deadline = computed("request", facts.local("2026-03-02"), working_days=7)
    assert in_time(deadline.when + timedelta(microseconds=999_999), deadline)
    assert not in_time(deadline.when + ONE_SECOND, deadline)


def test_r5_the_window_keeps_when_it_began_and_is_stored_in_utc():
    deadline = computed("request", facts.local("2026-03-02"), working_days=7)
    assert deadline.since == facts.local("2026-03-02")
    assert deadline.when.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("timezone", "day", "end"),
    [
        ("Europe/Berlin", "2026-03-29", datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC)),  # 23 hours long
        ("Europe/Berlin", "2026-10-25", datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC)),  # 25 hours long
        ("America/Santiago", "2026-04-04", datetime(2026, 4, 5, 3, 59, 59, tzinfo=UTC)),  # 23:59:59 comes twice
        ("Africa/Cairo", "2026-04-23", datetime(2026, 4, 23, 21, 59, 59, tzinfo=UTC)),  # no midnight after it
    ],
)
def test_r5_a_day_ends_with_its_last_second_when_the_clocks_change(timezone, day, end):
    noon = datetime.combine(date.fromisoformat(day), time(12), ZoneInfo(timezone))
    calendar = facts.weekdays_only(2026, timezone=timezone)
    assert computed("request", noon, calendar, working_days=0).when == end


def test_r9_the_information_window_is_seven_working_days_with_two_reminders_before():
    opened = deadlines_of(CaseState.INFORMATION_REQUESTED)
    assert opened["information"].last_day == date(2026, 3, 11)
    assert opened["information_reminder_1"].when < opened["information_reminder_2"].when < opened["information"].when


def test_r9_information_a_second_after_the_window_is_late():
    assert ends(deadlines_of(CaseState.INFORMATION_REQUESTED)["information"])
    assert "information" not in deadlines_of(CaseState.UNDER_AUDIT)


def test_r14_the_audit_has_a_target_that_only_marks_the_case_overdue():
    assert deadlines_of(CaseState.UNDER_AUDIT)["audit_target"].last_day == date(2026, 3, 4)
    assert WindowName("audit_target").is_target


def test_r14_no_window_of_the_audit_can_decide_it():
    assert [what for what in deadlines_of(CaseState.UNDER_AUDIT) if not WindowName(what).is_target] == []


def test_r19_the_parcel_may_be_named_until_the_seventh_working_day_and_not_a_second_later():
    opened = deadlines_of(CaseState.AWAITING_RETURN)
    assert opened["ship_by"].last_day == date(2026, 3, 11)
    assert ends(opened["ship_by"])


def test_r19_reminders_come_on_working_days_three_and_six_and_in_no_other_state():
    opened = deadlines_of(CaseState.AWAITING_RETURN)
    assert opened["ship_by_reminder_1"].last_day == date(2026, 3, 5)
    assert opened["ship_by_reminder_2"].last_day == date(2026, 3, 10)
    others = [spec.what for state in CaseState for spec in windows_of(state, POLICY)]
    assert len([what for what in others if what.startswith("ship_by_reminder")]) == 2


def test_r22_a_parcel_stalls_after_thirty_calendar_days():
    opened = deadlines_of(CaseState.IN_TRANSIT)
    assert opened["parcel_stalled"].last_day == date(2026, 4, 1)
    assert ends(opened["parcel_stalled"])


def test_r22_a_lost_parcel_waits_for_a_human_with_a_target():
    assert set(deadlines_of(CaseState.LOST_IN_RETURN)) == {"decision_target", "ship_by"}
    assert WindowName("decision_target").is_target


@pytest.mark.parametrize("state", [CaseState.RECEIVED, CaseState.INSPECTION_FAILED, CaseState.PAYOUT_DUE])
def test_r26_the_return_window_goes_on_for_units_that_are_still_out(state):
    assert "ship_by" in deadlines_of(state)


def test_r29_the_inspection_has_a_target_of_three_working_days():
    assert deadlines_of(CaseState.RECEIVED)["inspection_target"].last_day == date(2026, 3, 5)
    assert WindowName("inspection_target").is_target


def test_r29_a_window_of_the_customer_or_of_the_payout_is_no_target():
    for what in ("request", "information", "ship_by", "parcel_stalled", "payout_submit", "payout_alert", "payout"):
        assert not WindowName(what).is_target


def test_r34_a_payout_is_submitted_within_one_day_alerted_at_five_and_due_at_seven():
    opened = deadlines_of(CaseState.PAYOUT_DUE)
    days = [opened[what].last_day for what in ("payout_submit", "payout_alert", "payout")]
    assert days == [date(2026, 3, 3), date(2026, 3, 9), date(2026, 3, 11)]
    assert all(ends(opened[what]) for what in ("payout_submit", "payout_alert", "payout"))


def test_r34_a_blocked_payout_keeps_its_windows_and_a_paid_case_has_none():
    assert set(deadlines_of(CaseState.PAYOUT_BLOCKED)) == {*deadlines_of(CaseState.PAYOUT_DUE), "decision_target"}
    assert deadlines_of(CaseState.REFUNDED) == {}


def test_an_ended_case_runs_no_window():
    for state in (CaseState.REJECTED, CaseState.WITHDRAWN, CaseState.EXPIRED, CaseState.EXCHANGED):
        assert windows_of(state, POLICY) == ()
