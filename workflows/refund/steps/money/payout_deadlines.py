"""The payout windows: submission within a day, finance alerted on day 5, a breach recorded after day 7 (R34)."""

from datetime import datetime

from pydantic import JsonValue

from domain.calendar import Deadline
from domain.cases.case import Case
from domain.cases.timeline import CaseEvent
from domain.policy_document import PolicyDocument
from workflows.refund.transition import TimelineEvent, Transition


def check_submission(case: Case, deadline: Deadline, _at: datetime, _policy: PolicyDocument) -> Transition:
    """Alert when a payout has not reached its gateway by the end of its first working day (R34)."""
    if case.blocked_by is None and not any(
        one.state.has_paid_nothing or one.state.is_unconfirmed for one in case.payouts
    ):
        return Transition(case)
    details = {"what": deadline.what, "when": deadline.when.isoformat()}
    return Transition(
        case.amend(overdue=True),
        (TimelineEvent(CaseEvent.PAYOUT_SUBMISSION_OVERDUE, rule="R34", details=dict(details)),),
    )


def breach(case: Case, deadline: Deadline, _at: datetime, _policy: PolicyDocument) -> Transition:
    """Record that the payout window passed without success, and why; the case continues until it is paid (R34)."""
    causes: list[JsonValue] = [
        f"{one.payout_id} {one.state}: {one.failure_code or 'no failure code'}" for one in case.payouts
    ]
    cause = case.state.value if case.blocked_by is None else case.blocked_by
    details: dict[str, JsonValue] = {"when": deadline.when.isoformat(), "blocked_by": cause, "causes": causes}
    return Transition(
        case.amend(overdue=True), (TimelineEvent(CaseEvent.PAYOUT_WINDOW_BREACHED, rule="R34", details=details),)
    )
