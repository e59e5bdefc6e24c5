"""What the calendar of a year changes once it is published: provisional deadlines, and refusals by a guess (R3, R6)."""

from collections.abc import Sequence

from domain.calendar import Deadline, Window, WorkCalendar
from domain.cases.case import Case, Refusal
from domain.enums import CaseState
from domain.policy_document import PolicyDocument
from policy.deadlines import apply_published_calendar, compute, window_of
from policy.units.request_windows import without_doubt


def is_refused_by_guess(case: Case) -> bool:
    """Return whether the request was refused as late by a deadline that is still provisional (R3, R6)."""
    if case.state is not CaseState.REJECTED or case.is_open or case.goodwill or case.refusal is None:
        return False
    return case.refusal.rule == "R3" and case.refusal.deadline is not None and case.refusal.deadline.provisional


def provisional_deadlines(case: Case) -> tuple[Deadline, ...]:
    """Return the provisional deadlines of an open case, or the one by which a request was refused (R6)."""
    if case.is_open:
        return tuple(one for one in case.deadlines if one.provisional)
    return (case.refusal.deadline,) if is_refused_by_guess(case) and case.refusal and case.refusal.deadline else ()


def provisional_year(case: Case) -> int | None:
    """Return the earliest year in which a provisional deadline of the case ends, or None if all are final (R6)."""
    return min((one.last_day.year for one in provisional_deadlines(case)), default=None)


def provisional_windows(case: Case, policy: PolicyDocument) -> tuple[Window, ...]:
    """Return the windows whose deadlines are provisional, to compute them again (R6)."""
    windows = (window_of(one, policy) for one in provisional_deadlines(case))
    return tuple(window for window in windows if window)


def recomputed(kept: Sequence[Deadline], fresh: Sequence[Deadline]) -> tuple[Deadline, ...]:
    """Return the deadlines in their order, where those that were computed again have the end that holds now (R6)."""
    by_window = {(one.what, one.since): one for one in fresh}
    return tuple(
        apply_published_calendar(one, by_window[one.what, one.since])
        if one.provisional and (one.what, one.since) in by_window
        else one
        for one in kept
    )


def confirmed(kept: Refusal | None, fresh: Refusal) -> Refusal:
    """Return the refusal of a late request that holds now, by the later of both ends of the window (R3, R6)."""
    if kept is None or kept.deadline is None or fresh.deadline is None:
        return fresh
    deadline = apply_published_calendar(kept.deadline, fresh.deadline)
    if deadline.when == fresh.deadline.when:
        return fresh
    return kept.amend(deadline=deadline, message=kept.message if deadline.provisional else without_doubt(kept.message))


def is_concerned(case: Case, policy: PolicyDocument, calendar: WorkCalendar) -> bool:
    """Return whether the calendar changes a provisional deadline of the case, or makes it final (R6)."""
    kept = provisional_deadlines(case)
    fresh = [compute(window, calendar) for window in provisional_windows(case, policy)]
    return recomputed(kept, fresh) != kept
