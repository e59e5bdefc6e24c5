"""How long everybody has: windows and their deadlines, in working days of the shop's country (R5, R6)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.calendar import Deadline, Window, WorkCalendar
from domain.enums import CaseState
from domain.policy_document import PolicyDocument, Windows
from domain.value import Value

CUSTOMERS_WINDOWS = frozenset({"request", "information", "ship_by"})
PAYOUT_WINDOWS = frozenset({"payout_submit", "payout_alert", "payout"})
TARGETS = frozenset({"audit_target", "inspection_target", "decision_target", "replacement_target"})

_ONE_DAY = timedelta(days=1)
_MONEY_OPEN = ("ship_by", "payout_submit", "payout_alert", "payout")
_OPEN_IN: dict[CaseState, tuple[str, ...]] = {
    CaseState.INFORMATION_REQUESTED: ("information", "information_reminders"),
    CaseState.UNDER_AUDIT: ("audit_target",),
    CaseState.AWAITING_RETURN: ("ship_by", "ship_by_reminders"),
    CaseState.IN_TRANSIT: ("ship_by", "parcel_stalled"),
    CaseState.RECEIVED: ("ship_by", "inspection_target"),
    CaseState.INSPECTION_FAILED: ("ship_by", "decision_target"),
    CaseState.LOST_IN_RETURN: ("ship_by", "decision_target"),
    CaseState.REPLACEMENT_DUE: ("ship_by", "replacement_target"),
    CaseState.PAYOUT_DUE: _MONEY_OPEN,
    CaseState.PAYOUT_BLOCKED: (*_MONEY_OPEN, "decision_target"),
    CaseState.CHARGEBACK_HOLD: (*_MONEY_OPEN, "decision_target"),
}


class WindowSpec(Value):
    """A window of the policy that has not been opened: its name and its length in days of one kind."""

    what: str
    working_days: int | None = None
    calendar_days: int | None = None

    def since(self, at: datetime) -> Window:
        """Return the window opened at that instant; its day is day 0 (R5)."""
        return Window(what=self.what, since=at, working_days=self.working_days, calendar_days=self.calendar_days)


def windows_of(state: CaseState, policy: PolicyDocument) -> tuple[WindowSpec, ...]:
    """Return the windows that run while a case is in the state.

    R9: the information window with its reminders. R14, R29: the targets of audit and inspection. R19: ship-by with
    its reminders; it goes on beside the later states for units that have not come back (R26). R22: a parcel that
    does not move, in calendar days. R34: submit, alert finance, pay.
    """
    lengths = _lengths(policy.windows)
    return tuple(spec for name in _OPEN_IN.get(state, ()) for spec in lengths[name])


def request_window(policy: PolicyDocument) -> WindowSpec:
    """Return the window in which a customer may ask, which runs from receipt (R3)."""
    return WindowSpec(what="request", working_days=policy.windows.request)


def last_day(day: date, working_days: int, calendar: WorkCalendar) -> date:
    """Return the nth working day after the day, which is day 0 whether worked or not (R5).

    Make-up working days count, holidays do not (R6). Zero working days end on the day itself.
    """
    last = day
    left = working_days
    while left > 0:
        last += _ONE_DAY
        left -= calendar.is_working(last)
    return last


def compute(window: Window, calendar: WorkCalendar) -> Deadline:
    """Return the window's deadline: the last second of its last day in the shop's timezone, stored in UTC (R5).

    A count of working days that touches a year without a published calendar is provisional; calendar days
    never are (R6).
    """
    zone = ZoneInfo(calendar.timezone)
    first = window.since.astimezone(zone).date()
    last = _last_day_of(window, first, calendar)
    return Deadline(
        what=window.what,
        when=_end_of(last, zone),
        last_day=last,
        since=window.since,
        provisional=window.calendar_days is None and not _all_published(first, last, calendar),
    )


def in_time(at: datetime, deadline: Deadline) -> bool:
    """Return whether something that arrived at `at` is in time: on the last second still, a second later not (R5)."""
    return at.replace(microsecond=0) <= deadline.when


def settle(kept: Deadline, fresh: Deadline) -> Deadline:
    """Return what holds once the calendar behind a provisional deadline is published (R6).

    Both are deadlines of the same window. In the customer's windows the later one wins, in the payout windows the
    earlier one, elsewhere the fresh one; provisional is what the fresh one says, passed what the kept one says.
    """
    return _winner(kept, fresh).amend(provisional=fresh.provisional, passed=kept.passed)


def is_target(what: str) -> bool:
    """Return whether the window is a target: missed, it marks the case overdue and alerts, and decides nothing.

    R14 for the audit, R29 for the inspection, and alike for a human's decision on a parked case and for sending a
    replacement (R39).
    """
    return what in TARGETS


def _lengths(windows: Windows) -> dict[str, tuple[WindowSpec, ...]]:
    lengths = {
        "information": windows.information,
        "audit_target": windows.audit_target,
        "ship_by": windows.ship_by,
        "inspection_target": windows.inspection_target,
        "decision_target": windows.decision_target,
        "replacement_target": windows.replacement_target,
        "payout_submit": windows.payout_submit,
        "payout_alert": windows.payout_alert,
        "payout": windows.payout,
    }
    return {what: (WindowSpec(what=what, working_days=days),) for what, days in lengths.items()} | {
        "information_reminders": _reminders("information_reminder", windows.information_reminders),
        "ship_by_reminders": _reminders("ship_by_reminder", windows.ship_by_reminders),
        "parcel_stalled": (WindowSpec(what="parcel_stalled", calendar_days=windows.parcel_stalled_calendar_days),),
    }


def _reminders(what: str, days: tuple[int, ...]) -> tuple[WindowSpec, ...]:
    return tuple(WindowSpec(what=f"{what}_{number}", working_days=day) for number, day in enumerate(days, start=1))


def _last_day_of(window: Window, first: date, calendar: WorkCalendar) -> date:
    if window.calendar_days is not None:
        return first + timedelta(days=window.calendar_days)
    return last_day(first, window.working_days or 0, calendar)


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    # The second before the next midnight is right on days of 23 and 25 hours too, where 23:59:59 may come twice.
    midnight = datetime.combine(day + _ONE_DAY, time(), zone)
    return midnight.astimezone(UTC) - timedelta(seconds=1)


def _all_published(first: date, last: date, calendar: WorkCalendar) -> bool:
    return calendar.published_years.issuperset(range(first.year, last.year + 1))


def _winner(kept: Deadline, fresh: Deadline) -> Deadline:
    if fresh.what in CUSTOMERS_WINDOWS:
        return max(kept, fresh, key=lambda deadline: deadline.when)
    if fresh.what in PAYOUT_WINDOWS:
        return min(kept, fresh, key=lambda deadline: deadline.when)
    return fresh
