"""Windows and their deadlines, counted in working days of the shop's country (R5, R6)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.calendar import INFORMATION_REMINDERS, SHIP_BY_REMINDERS, Deadline, Window, WindowName, WorkCalendar
from domain.cases.case import Case
from domain.enums import CaseState
from domain.policy_document import PolicyDocument, Windows
from domain.value import Value

_ONE_DAY = timedelta(days=1)
_SEND_BACK = WindowName.RETURN_TO_CUSTOMER_TARGET
_MONEY_OPEN = (
    WindowName.SHIP_BY,
    WindowName.PAYOUT_SUBMIT,
    WindowName.PAYOUT_ALERT,
    WindowName.PAYOUT,
    _SEND_BACK,
)
_OPEN_IN: dict[CaseState, tuple[WindowName, ...]] = {
    CaseState.INFORMATION_REQUESTED: (WindowName.INFORMATION, *INFORMATION_REMINDERS),
    CaseState.UNDER_AUDIT: (WindowName.AUDIT_TARGET,),
    CaseState.AWAITING_RETURN: (WindowName.SHIP_BY, *SHIP_BY_REMINDERS),
    CaseState.IN_TRANSIT: (WindowName.SHIP_BY, WindowName.PARCEL_STALLED),
    CaseState.RECEIVED: (WindowName.SHIP_BY, WindowName.INSPECTION_TARGET, _SEND_BACK),
    CaseState.INSPECTION_FAILED: (WindowName.SHIP_BY, WindowName.DECISION_TARGET, _SEND_BACK),
    CaseState.LOST_IN_RETURN: (WindowName.SHIP_BY, WindowName.DECISION_TARGET),
    CaseState.REPLACEMENT_DUE: (WindowName.SHIP_BY, WindowName.REPLACEMENT_TARGET, _SEND_BACK),
    CaseState.RETURNING_TO_CUSTOMER: (WindowName.SHIP_BY, _SEND_BACK),
    CaseState.PAYOUT_DUE: _MONEY_OPEN,
    CaseState.PAYOUT_BLOCKED: (*_MONEY_OPEN, WindowName.DECISION_TARGET),
    CaseState.REIMBURSEMENT_DUE: (WindowName.PAYOUT_ALERT, WindowName.PAYOUT, _SEND_BACK),
    CaseState.CHARGEBACK_HOLD: (*_MONEY_OPEN, WindowName.DECISION_TARGET),
}
_DECIDING_POSTAGE = (WindowName.SHIP_BY, _SEND_BACK)


class WindowSpec(Value):
    """A window that the policy defines: its name and its length, in working days or in calendar days."""

    what: WindowName
    working_days: int | None = None
    calendar_days: int | None = None

    def since(self, at: datetime) -> Window:
        """Return the window as opened at that instant; the day of opening is day 0 (R5)."""
        return Window(what=self.what, since=at, working_days=self.working_days, calendar_days=self.calendar_days)


def windows_of(state: CaseState, policy: PolicyDocument) -> tuple[WindowSpec, ...]:
    """Return the windows that run while a case is in the state.

    R9: the information window with its reminders. R14, R29: the targets of audit and inspection. R28: refused
    goods that are here go back within their target, whatever else the case waits for. R19: the ship-by
    window with its reminders; it keeps running in later states for units that have not come back (R26). R22: how long
    a parcel may show no movement, in calendar days. R34: submit the payout, alert finance, have it paid.
    """
    return _specs(_OPEN_IN.get(state, ()), policy)


def postage_windows(case: Case, policy: PolicyDocument) -> tuple[WindowSpec, ...]:
    """Return the windows about a case's return postage, whatever else it waits for (R30).

    After a payout, postage can be told for some working days, also in a case that has ended by then. While an auditor
    has to decide about postage, the target for decisions runs.
    """
    told = (WindowName.POSTAGE,) if case.paid_at is not None else ()
    asked = (WindowName.POSTAGE_REVIEW,) if case.is_open and case.postage_under_review else ()
    return _specs((*told, *asked), policy)


def windows_while_deciding_postage(policy: PolicyDocument) -> tuple[WindowSpec, ...]:
    """Return the windows that run besides while a case waits for the decision about its return postage only (R30).

    Nothing is to be paid until then, so that no payout window runs (R34).
    """
    return _specs(_DECIDING_POSTAGE, policy)


def _specs(names: tuple[WindowName, ...], policy: PolicyDocument) -> tuple[WindowSpec, ...]:
    lengths = _lengths(policy.windows)
    return tuple(lengths[name] for name in names if name in lengths)


def request_window(policy: PolicyDocument) -> WindowSpec:
    """Return the window in which a customer may ask for a refund, counted from receipt (R3)."""
    return WindowSpec(what=WindowName.REQUEST, working_days=policy.windows.request)


def window_of(deadline: Deadline, policy: PolicyDocument) -> Window | None:
    """Return the window whose end the deadline is, to compute it again (R6); None if the policy has no such window."""
    specs = {**_lengths(policy.windows), WindowName.REQUEST: request_window(policy)}
    spec = specs.get(deadline.what)
    return spec and spec.since(deadline.since)


def last_day(day: date, working_days: int, calendar: WorkCalendar) -> date:
    """Return the last day of a number of working days after `day`, which is day 0 even if it is no working day (R5).

    Make-up working days count, holidays do not (R6). Zero working days end on `day` itself.
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
    """Return whether something that arrived at `at` is in time: the deadline's last second still counts (R5)."""
    return at.replace(microsecond=0) <= deadline.when


def apply_published_calendar(kept: Deadline, fresh: Deadline) -> Deadline:
    """Return the deadline that holds once the calendar behind a provisional deadline is published (R6).

    `kept` and `fresh` belong to the same window. The later one wins in the customer's windows, the earlier one in the
    payout windows, and the fresh one elsewhere. `provisional` comes from `fresh`, `passed` from `kept`.
    """
    return _winner(kept, fresh).amend(provisional=fresh.provisional, passed=kept.passed)


def _lengths(windows: Windows) -> dict[WindowName, WindowSpec]:
    working_days = {
        WindowName.INFORMATION: windows.information,
        WindowName.AUDIT_TARGET: windows.audit_target,
        WindowName.SHIP_BY: windows.ship_by,
        WindowName.INSPECTION_TARGET: windows.inspection_target,
        WindowName.DECISION_TARGET: windows.decision_target,
        WindowName.REPLACEMENT_TARGET: windows.replacement_target,
        WindowName.RETURN_TO_CUSTOMER_TARGET: windows.return_to_customer_target,
        WindowName.PAYOUT_SUBMIT: windows.payout_submit,
        WindowName.PAYOUT_ALERT: windows.payout_alert,
        WindowName.PAYOUT: windows.payout,
        WindowName.POSTAGE: windows.postage,
        WindowName.POSTAGE_REVIEW: windows.decision_target,
        **dict(zip(INFORMATION_REMINDERS, windows.information_reminders, strict=False)),
        **dict(zip(SHIP_BY_REMINDERS, windows.ship_by_reminders, strict=False)),
    }
    stalled = WindowSpec(what=WindowName.PARCEL_STALLED, calendar_days=windows.parcel_stalled_calendar_days)
    return {what: WindowSpec(what=what, working_days=days) for what, days in working_days.items()} | {
        WindowName.PARCEL_STALLED: stalled
    }


def _last_day_of(window: Window, first: date, calendar: WorkCalendar) -> date:
    if window.calendar_days is not None:
        return first + timedelta(days=window.calendar_days)
    return last_day(first, window.working_days or 0, calendar)


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    # Days may have 23 or 25 hours, and 23:59:59 may occur twice: the second before the next midnight is always right.
    midnight = datetime.combine(day + _ONE_DAY, time(), zone)
    return midnight.astimezone(UTC) - timedelta(seconds=1)


def _all_published(first: date, last: date, calendar: WorkCalendar) -> bool:
    return calendar.published_years.issuperset(range(first.year, last.year + 1))


def _winner(kept: Deadline, fresh: Deadline) -> Deadline:
    if fresh.what.is_customers:
        return max(kept, fresh, key=lambda deadline: deadline.when)
    if fresh.what.is_payout:
        return min(kept, fresh, key=lambda deadline: deadline.when)
    return fresh
