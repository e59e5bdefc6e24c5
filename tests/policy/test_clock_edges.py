"""Fault 26: a window ends on the right second where clocks change, and where a day has 23 or 25 hours."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from policy import deadlines
from tests.policy.facts import weekdays_only, window


@pytest.mark.parametrize(
    ("timezone", "received", "ends"),
    [
        ("America/New_York", "2026-03-02T12:00", "2026-03-12T03:59:59Z"),  # clocks go forward on the 8th
        ("America/New_York", "2026-10-26T12:00", "2026-11-05T04:59:59Z"),  # and back on 1 November
        ("Europe/London", "2026-03-20T23:59:59", "2026-03-31T22:59:59Z"),
        ("Africa/Cairo", "2026-10-20T12:00", "2026-10-29T21:59:59Z"),  # the last hour of the 29th comes twice
        ("Africa/Cairo", "2026-04-14T12:00", "2026-04-23T21:59:59Z"),  # the 24th begins at one o'clock
        ("Asia/Shanghai", "2026-03-02T00:00", "2026-03-11T15:59:59Z"),
        ("Pacific/Kiritimati", "2026-03-02T12:00", "2026-03-11T09:59:59Z"),
    ],
)
def test_fault_26_the_seventh_working_day_ends_with_its_last_second(timezone, received, ends):
    at = datetime.fromisoformat(received).replace(tzinfo=ZoneInfo(timezone))
    calendar = weekdays_only(2026, timezone=timezone)
    end = deadlines.compute(window("request", at, working_days=7), calendar)
    assert end.when == datetime.fromisoformat(ends)
    assert deadlines.in_time(end.when, end)
    assert not deadlines.in_time(end.when + timedelta(seconds=1), end)
