"""Completion: what a case does once the money for its accepted units is paid, and how it ends (R26-R28, R39, R43)."""

from datetime import datetime

from domain.calendar import WindowName
from domain.cases.case import Case
from domain.cases.timeline import CaseEvent
from domain.enums import CaseState
from domain.payout_state import BlockReason
from policy import deadlines, inspection
from policy.case_reopening import is_owed_outside
from workflows.refund.steps.postage.asking import asked
from workflows.refund.transition import TimelineEvent, Transition

_BY_WHAT_BECAME_OF_UNITS = frozenset({CaseState.REFUNDED, CaseState.EXCHANGED, CaseState.CLOSED})


def waits_for_finance(case: Case) -> bool:
    """Return whether a case must not end yet, as finance still has to pay outside the original payments (R32)."""
    return case.process_version > 1 and is_owed_outside(case)


def taken_up(case: Case) -> Case:
    """Return an ended case as open again for its money or a replacement; it does not wait for its rest again (R11)."""
    if case.is_open or case.process_version == 1:
        return case.amend(ended_at=None)
    return case.amend(ended_at=None, ends_in=case.state)


def continue_or_end(case: Case, happened: tuple[TimelineEvent, ...], at: datetime) -> Transition:
    """Send replacements (R39), let a human decide about failed units (R27), send refused ones back (R28), wait or end.

    What the case then waits for is missing goods (R26).
    """
    if case.awaits_replacement:
        return Transition(case.amend(state=CaseState.REPLACEMENT_DUE), happened)
    if inspection.needs_decision(case):
        return Transition(
            case.amend(state=CaseState.INSPECTION_FAILED),
            (*happened, TimelineEvent(CaseEvent.DECISION_NEEDED, rule="R27")),
        )
    is_rest_out = any(line.outstanding for line in case.lines) and not case.sends_back
    is_rest_out = is_rest_out and (case.ends_in is None or case.rest_received_at is not None)
    return (_wait_for_rest(case, happened, at) if is_rest_out else None) or _end(case, happened, at)


def _wait_for_rest(case: Case, happened: tuple[TimelineEvent, ...], at: datetime) -> Transition | None:
    """Return the case waiting for its missing goods, or None when they can no longer be sent (R26)."""
    if case.rest_received_at:
        received = case.amend(
            state=CaseState.RECEIVED, received_at=case.rest_received_at, rest_received_at=None, ends_in=None
        )
        return Transition(received, happened)
    awaited = (*happened, TimelineEvent(CaseEvent.REST_AWAITED, rule="R26"))
    if case.shipment and not case.shipment.is_inspected:
        return Transition(case.amend(state=CaseState.IN_TRANSIT), awaited)
    ship_by = case.deadline(WindowName.SHIP_BY)
    if ship_by and deadlines.in_time(at, ship_by):
        return Transition(case.amend(state=CaseState.AWAITING_RETURN), awaited)
    return None


def _end(case: Case, happened: tuple[TimelineEvent, ...], at: datetime) -> Transition:
    """End the case once nothing more is to come.

    It goes on while money is owed (R32), goods are to be sent back (R28) or postage is to be decided about (R30).
    """
    if case.postage_under_review and not case.sends_back:
        return _decide_postage(case, happened)
    state = CaseState.REIMBURSEMENT_DUE if waits_for_finance(case) else end_state(case)
    if case.sends_back and state is not CaseState.REIMBURSEMENT_DUE:
        state = CaseState.RETURNING_TO_CUSTOMER
    is_named = state is not case.state and state is not CaseState.LOST_IN_RETURN
    known = (TimelineEvent(CaseEvent.of_end(state)),) if is_named else ()
    goes_on = case.sends_back or state is CaseState.REIMBURSEMENT_DUE
    ended = {} if goes_on else {"ended_at": at, "ends_in": None, **_settled(case, at)}
    return Transition(case.amend(state=state, **{"ended_at": None, **ended}), (*happened, *known))


def _settled(case: Case, at: datetime) -> dict[str, datetime | None]:
    """Return when the goods were settled, for goods that were replaced and for which nothing was paid (R30)."""
    is_unpaid = case.process_version > 1 and case.paid_at is None and case.has_settled_goods
    return {"paid_at": at if is_unpaid else case.paid_at}


def _decide_postage(case: Case, happened: tuple[TimelineEvent, ...]) -> Transition:
    """Park the case for the auditor: all else is settled, and postage above the review amount is not (R30)."""
    parked = case.amend(state=CaseState.PAYOUT_BLOCKED, blocked_by=BlockReason.POSTAGE_REVIEW)
    return Transition(parked, (*happened, *asked(case)))


def end_state(case: Case) -> CaseState:
    """Return the state in which a case ends when nothing more is to come and nothing is owed outside the payments.

    One that had ended before ends as it had, unless what became of its units or its money since says otherwise (R43).
    """
    if case.ends_in is None or case.waived or case.ends_in in _BY_WHAT_BECAME_OF_UNITS:
        return _end_state(case)
    return case.ends_in


def _end_state(case: Case) -> CaseState:
    """Return the state by what became of the units (R26, R28, R39, R43).

    A case whose rest finance waived is closed, one with replaced units is exchanged, one with paid units refunded, one
    whose units were all refused has returned them to the customer, and any other is expired.
    """
    if case.waived:
        return CaseState.CLOSED
    if any(line.replaced for line in case.lines):
        return CaseState.EXCHANGED
    if case.payouts or case.is_partly_paid:
        return CaseState.REFUNDED
    if any(line.refused for line in case.lines):
        return CaseState.RETURNING_TO_CUSTOMER
    return CaseState.EXPIRED
