"""Request: evidence arrives, the customer withdraws, the information window ends, or an operator reopens the case."""

from datetime import datetime

from pydantic import JsonValue

from domain.calendar import Deadline
from domain.cases.case import Case, Refusal
from domain.cases.evidence import EvidencePin
from domain.cases.messages import CaseResolution, EvidenceReport, Withdrawal
from domain.cases.timeline import CaseEvent
from domain.enums import CaseState, EvidenceStatus
from domain.policy_document import PolicyDocument
from policy import dispatches, returns
from policy import request as rules
from policy.case_reopening import check_reopening, decided_by_rule, may_reopen
from workflows.refund.steps import completion, exchange
from workflows.refund.steps.postage import telling
from workflows.refund.transition import ReceivedMessage, TimelineEvent, Transition

OPTIONAL_HOLDS_NOTHING_UP = 2
"""The first version of the process in which optional evidence is not waited for (R8)."""


def take_evidence(case: Case, arrived: ReceivedMessage[EvidenceReport], policy: PolicyDocument) -> Transition:
    """Record pinned or refused evidence; once the information is complete, the auditor's turn begins (R8, R9)."""
    pins = _merged(case.evidence, arrived.message.pins)
    happened = tuple(
        TimelineEvent(CaseEvent.of_evidence(pin.status), "customer", "R8", {"evidence_id": pin.evidence_id})
        for pin in arrived.message.pins
    )
    case = case.amend(evidence=pins)
    if case.state is CaseState.INFORMATION_REQUESTED and _is_complete(case, arrived.message, policy):
        return _to_audit(case, happened)
    return Transition(case, happened)


def withdraw(case: Case, arrived: ReceivedMessage[Withdrawal], policy: PolicyDocument) -> Transition | Refusal:
    """End the case at the customer's request, as long as the warehouse does not have the goods (R24)."""
    if refusal := returns.check_withdrawal(case):
        return refusal
    is_settled_in_part = case.is_partly_paid or any(line.refused for line in case.lines)
    state = completion.end_state(case) if is_settled_in_part else CaseState.WITHDRAWN
    happened = TimelineEvent(CaseEvent.WITHDRAWN, arrived.message.withdrawn_by, "R24")
    withdrawn = Transition(case.amend(state=state, ended_at=arrived.at), (happened,))
    return telling.at_the_end(withdrawn, policy, arrived.at)


def end_information_window(case: Case, deadline: Deadline, _at: datetime, policy: PolicyDocument) -> Transition:
    """Go to the audit if the information is sufficient; otherwise the case expires (R9)."""
    if case.awaits_more or rules.missing_evidence(case.reason, policy, case.evidence):
        return Transition(
            case.amend(state=CaseState.EXPIRED),
            (TimelineEvent(CaseEvent.EXPIRED, rule="R9", details=_named(deadline)),),
        )
    return _to_audit(case, (TimelineEvent(CaseEvent.INFORMATION_WINDOW_ENDED, rule="R9"),))


def reopen(case: Case, arrived: ReceivedMessage[CaseResolution], policy: PolicyDocument) -> Transition | Refusal:
    """Have a refused, rejected or expired request decided anew, and record who reopened it and why (R12).

    A case whose replacement did not arrive is reopened to send another one (R39).
    """
    if not may_reopen(case) and dispatches.not_arrived(case):
        return exchange.reopen_undelivered(case, arrived, policy)
    if refusal := check_reopening(case, arrived.message):
        return refusal
    is_incomplete = case.awaits_more or rules.missing_evidence(case.reason, policy, case.evidence)
    state = CaseState.INFORMATION_REQUESTED if is_incomplete else CaseState.UNDER_AUDIT
    details = {"reason_code": arrived.message.reason_code, "against": decided_by_rule(case)}
    happened = TimelineEvent(CaseEvent.REOPENED, arrived.message.decided_by, "R12", dict(details))
    return Transition(case.amend(state=state, goodwill=True, rejected_by=None, ended_at=None), (happened,))


def _to_audit(case: Case, happened: tuple[TimelineEvent, ...]) -> Transition:
    case = case.amend(state=CaseState.UNDER_AUDIT, awaits_more=False)
    return Transition(case, (*happened, TimelineEvent(CaseEvent.AUDIT_REQUESTED, rule="R14")))


def _is_complete(case: Case, report: EvidenceReport, policy: PolicyDocument) -> bool:
    if case.awaits_more:
        return any(pin.status is EvidenceStatus.PINNED for pin in report.pins)
    return not rules.missing_evidence(case.reason, policy, case.evidence) and not _awaits_uploads(case, policy)


def _awaits_uploads(case: Case, policy: PolicyDocument) -> bool:
    """Return whether uploads hold the case up; in a run of release 0.1.0 optional ones do so as well (fault 24)."""
    if case.process_version < OPTIONAL_HOLDS_NOTHING_UP:
        return any(pin.status is EvidenceStatus.ANNOUNCED for pin in case.evidence)
    return rules.awaits_uploads(case.reason, policy, case.evidence)


def _merged(known: tuple[EvidencePin, ...], reported: tuple[EvidencePin, ...]) -> tuple[EvidencePin, ...]:
    pins = {pin.evidence_id: pin for pin in known}
    for pin in reported:
        settled = pin.evidence_id in pins and pins[pin.evidence_id].status is EvidenceStatus.PINNED
        pins = pins if settled else {**pins, pin.evidence_id: pin}
    return tuple(pins.values())


def _named(deadline: Deadline) -> dict[str, JsonValue]:
    return {"what": deadline.what, "when": deadline.when.isoformat()}
