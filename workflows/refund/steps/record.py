"""The record of a case and its run: what is done when one of them is behind the other (faults 31, 33)."""

from datetime import datetime

from domain.cases.case import Case
from domain.cases.messages import RecordCheck
from domain.cases.timeline import CaseEvent
from domain.policy_document import PolicyDocument
from policy.reconciliation import findings
from workflows.refund.transition import ReceivedMessage, TimelineEvent, Transition


def check(case: Case, arrived: ReceivedMessage[RecordCheck], _policy: PolicyDocument) -> Transition:
    """Have the case recorded again when the record is behind it; one that is ahead is found while recording."""
    recorded = arrived.message.recorded_version
    if recorded == case.version:
        return Transition(case)
    again = TimelineEvent(CaseEvent.RECORDED_AGAIN, details={"recorded_version": recorded, "version": case.version})
    behind = recorded < case.version
    return Transition(case, (again,), (findings.record_behind(case, recorded, arrived.at),) if behind else ())


def restarted(case: Case, at: datetime) -> Transition:
    """Note that the case was open without a workflow and goes on in a new run."""
    event = TimelineEvent(CaseEvent.WORKFLOW_RESTARTED, details={"version": case.version})
    return Transition(case, (event,), (findings.workflow_lost(case, at),))
