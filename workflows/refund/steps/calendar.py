"""Calendar: a year is published, and what was computed or refused by a guess is put right (R3, R6)."""

from collections.abc import Sequence

from domain.calendar import Deadline, WindowName
from domain.cases.case import Case, Refusal
from domain.cases.timeline import CaseEvent
from policy.calendars.published import confirmed, recomputed
from workflows.refund.transition import TimelineEvent, Transition


def recompute(case: Case, fresh: Sequence[Deadline]) -> Transition:
    """Put the deadlines that were computed again in place of the provisional ones; nothing happens if none changes.

    The customer gets the later end of a window, and the shop keeps the earlier end of a payout window (R6).
    """
    deadlines = recomputed(case.deadlines, fresh)
    changed = [(old, new) for old, new in zip(case.deadlines, deadlines, strict=True) if old != new]
    return Transition(case.amend(deadlines=deadlines), tuple(_recomputed(old, new) for old, new in changed))


def judge_again(case: Case, judged: Case) -> Transition:
    """Reopen a request that was refused by a guess and was in time, or make its refusal final (R3, R6).

    `judged` is the case as it would be opened today for the same request. To reopen it is no goodwill, because the
    right was not waived. Nothing happens if the refusal is still the same.
    """
    if judged.refusal is None:
        return _reopened(case, judged)
    if judged.refusal.rule != "R3":
        return refuse(case, judged.refusal)
    return _confirmed(case, judged.refusal)


def refuse(case: Case, refusal: Refusal) -> Transition:
    """Keep the case refused, by another rule than before: for example, its units are taken by now (R11)."""
    event = TimelineEvent(CaseEvent.REQUEST_REFUSED, rule=refusal.rule, details={"code": refusal.code})
    return Transition(case.amend(refusal=refusal), (event,))


def _reopened(case: Case, judged: Case) -> Transition:
    deadline = judged.deadline(WindowName.REQUEST)
    details = {"against": "R3", "deadline": deadline.when.isoformat() if deadline else None}
    event = TimelineEvent(CaseEvent.REFUSAL_LIFTED, rule="R6", details=dict(details))
    asked = {"state": judged.state, "lines": judged.lines, "payment_step": judged.payment_step}
    reopened = case.amend(**asked, refusal=None, ended_at=None)
    return Transition(reopened, (event,))


def _confirmed(case: Case, refusal: Refusal) -> Transition:
    kept, fresh = case.refusal, confirmed(case.refusal, refusal)
    if kept == fresh or kept is None or kept.deadline is None or fresh.deadline is None:
        return Transition(case)
    return Transition(case.amend(refusal=fresh), (_recomputed(kept.deadline, fresh.deadline),))


def _recomputed(old: Deadline, new: Deadline) -> TimelineEvent:
    details = {
        "what": new.what,
        "when": new.when.isoformat(),
        "before": old.when.isoformat(),
        "provisional": new.provisional,
    }
    return TimelineEvent(CaseEvent.DEADLINE_RECOMPUTED, rule="R6", details=dict(details))
