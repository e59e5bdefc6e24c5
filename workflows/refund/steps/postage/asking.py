"""The timeline says when an auditor is asked about return postage (R30)."""

from domain.calendar import WindowName
from domain.cases.case import Case
from domain.cases.timeline import CaseEvent
from workflows.refund.transition import TimelineEvent


def asked(case: Case, before: Case | None = None) -> tuple[TimelineEvent, ...]:
    """Return the event that an auditor is asked about return postage, if there is more to decide about than before.

    Without a case before, what was asked is known by the window of the decision.
    """
    amount, was_asked = case.postage_under_review, case.deadline(WindowName.POSTAGE_REVIEW) is not None
    is_known = was_asked if before is None else before.postage_under_review == amount
    if amount is None or is_known:
        return ()
    return (TimelineEvent(CaseEvent.POSTAGE_REVIEW, rule="R30", details={**amount.model_dump()}),)
