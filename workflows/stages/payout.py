"""Payout: what is owed, what the gateway answered, and where the case goes when it is paid (R25, R30-R36)."""

from datetime import datetime

from pydantic import JsonValue

from domain.calendar import Deadline
from domain.case import Case, Payout, Refusal
from domain.messages import CaseResolution, PayoutAnswer, PayoutTrouble
from domain.policy_document import PolicyDocument
from domain.words import CaseState, PayoutState, Settlement
from policy import inspection, money, windows
from workflows.move import Arrived, Happened, Move

DEAD = frozenset({PayoutState.FAILED, PayoutState.CANCELED})
UNSUBMITTED = DEAD | {PayoutState.PLANNED, PayoutState.SUBMITTING}


def pay_without_goods(case: Case, happened: tuple[Happened, ...], policy: PolicyDocument) -> Move | Refusal:
    """Owe for every unit that is not settled, though nothing came back (R22, R23)."""
    lines = tuple(line.amend(accepted=line.accepted + line.outstanding) for line in case.lines)
    return _owe(case.amend(lines=lines), happened, policy)


def pay_accepted(case: Case, happened: tuple[Happened, ...], policy: PolicyDocument, at: datetime) -> Move | Refusal:
    """Owe for the accepted units; with nothing to pay the case waits for the rest or ends (R26, R28)."""
    if case.agreed_amount or any(line.accepted > line.paid for line in case.lines):
        return _owe(case, happened, policy)
    return _rest(case, happened, at)


def take_answer(case: Case, arrived: Arrived[PayoutAnswer], _policy: PolicyDocument) -> Move:
    """Keep what the gateway answered; only success counts as paid (R34), a failure parks the case (R36)."""
    payout = arrived.message.payout
    case = case.with_payout(payout)
    happened = (_answered(payout),)
    if payout.state in DEAD:
        return _blocked(case, "gateway_failed", happened)
    if all(one.state is PayoutState.SUCCEEDED or one.is_outside for one in case.payouts):
        return _paid(case, happened, arrived.at)
    return Move(case, happened)


def take_trouble(case: Case, arrived: Arrived[PayoutTrouble], _policy: PolicyDocument) -> Move:
    """Park the case for finance when trying again cannot help (R36)."""
    trouble = arrived.message
    payout = next(one for one in case.payouts if one.payout_id == trouble.payout_id)
    failed = payout.amend(state=PayoutState.FAILED, failure_code=trouble.decline_code or trouble.code)
    return _blocked(case.with_payout(failed), trouble.code, (_answered(failed),))


def retry(case: Case, arrived: Arrived[CaseResolution], _policy: PolicyDocument) -> Move | Refusal:
    """Try the failed payouts again, each as a new attempt with a new key (R36)."""
    if arrived.message.decision is not Settlement.RETRY:
        return Refusal(
            rule="R36", code="wrong_resolution", says="For a blocked payout decide retry, once it is mended."
        )
    for payout in case.payouts:
        case = case.with_payout(_again(payout)) if payout.state in DEAD else case
    happened = Happened("payout_retried", arrived.message.decided_by, "R36")
    return Move(case.amend(state=CaseState.PAYOUT_DUE, blocked_by=None), (happened,))


def planned(case: Case, payouts: tuple[Payout, ...], at: datetime) -> Move:
    """Take the committed plan; when nothing of it goes through a gateway the case is paid (R32, R35)."""
    fresh = payouts[len(case.payouts) :]
    happened = tuple(
        Happened(
            "reimbursement_owed" if payout.is_outside else "payout_planned",
            rule="R32" if payout.is_outside else "R35",
            details={"payout_id": payout.payout_id, **payout.amount.model_dump()},
        )
        for payout in fresh
    )
    case = case.amend(payouts=payouts)
    if any(payout.state is PayoutState.PLANNED for payout in fresh):
        return Move(case, happened)
    return _paid(case, happened, at)


def check_submission(case: Case, deadline: Deadline, _at: datetime, _policy: PolicyDocument) -> Move:
    """Alert when a payout has not reached its gateway by the end of its first working day (R34)."""
    if case.blocked_by is None and all(one.state not in UNSUBMITTED for one in case.payouts):
        return Move(case)
    details = {"what": deadline.what, "when": deadline.when.isoformat()}
    return Move(case.amend(overdue=True), (Happened("payout_submission_overdue", rule="R34", details=dict(details)),))


def breach(case: Case, deadline: Deadline, _at: datetime, _policy: PolicyDocument) -> Move:
    """Record that the payout window has passed without success, and why; the case goes on until it is paid (R34)."""
    causes: list[JsonValue] = [
        f"{one.payout_id} {one.state}: {one.failure_code or 'no failure told'}" for one in case.payouts
    ]
    details: dict[str, JsonValue] = {"when": deadline.when.isoformat(), "blocked_by": case.blocked_by, "causes": causes}
    return Move(case.amend(overdue=True), (Happened("payout_window_breached", rule="R34", details=details),))


def blocked_plan(case: Case, code: str) -> Move:
    """Park a case whose plan would exceed what was captured (R32)."""
    return _blocked(case, code, ())


def _owe(case: Case, happened: tuple[Happened, ...], policy: PolicyDocument) -> Move | Refusal:
    if not inspection.may_pay(case):
        return Refusal(rule="R25", code="not_inspected", says="No payout without an inspection record.")
    due = money.refund_due(case, policy)
    owed = Happened(
        "payout_due",
        rule="R30" if case.reason.is_sellers_fault else "R31",
        details={
            "goods": due.goods.minor,
            "outbound_postage": due.outbound_postage.minor,
            "return_postage": due.return_postage.minor,
            "label_deduction": due.label_deduction.minor,
            "total": due.total.minor,
            "currency": due.total.currency,
        },
    )
    return Move(case.amend(state=CaseState.PAYOUT_DUE, refund_due=due), (*happened, owed))


def _paid(case: Case, happened: tuple[Happened, ...], at: datetime) -> Move:
    part_paid = case.agreed_amount is not None
    lines = tuple(
        line.amend(paid=line.accepted, part_paid=line.refused if part_paid else line.part_paid) for line in case.lines
    )
    return _rest(case.amend(lines=lines, agreed_amount=None), happened, at)


def _rest(case: Case, happened: tuple[Happened, ...], at: datetime) -> Move:
    """Ask a human about units that failed (R27), wait for those still out while their window runs (R26), else end."""
    if inspection.needs_decision(case):
        return Move(case.amend(state=CaseState.INSPECTION_FAILED), (*happened, Happened("decision_needed", rule="R27")))
    ship_by = case.deadline("ship_by")
    is_rest_out = any(line.outstanding for line in case.lines)
    if is_rest_out and case.shipment and not case.shipment.is_inspected:
        return Move(case.amend(state=CaseState.IN_TRANSIT), (*happened, Happened("rest_awaited", rule="R26")))
    if is_rest_out and ship_by and windows.in_time(at, ship_by):
        return Move(case.amend(state=CaseState.AWAITING_RETURN), (*happened, Happened("rest_awaited", rule="R26")))
    state = end_state(case)
    return Move(case.amend(state=state), (*happened, Happened(state.value)))


def end_state(case: Case) -> CaseState:
    """Return how a case ends for which nothing more is to come: paid for a part, refused, or neither (R26, R28)."""
    if case.payouts or case.is_partly_paid:
        return CaseState.REFUNDED
    if any(line.refused for line in case.lines):
        return CaseState.RETURNING_TO_CUSTOMER
    return CaseState.EXPIRED


def _blocked(case: Case, code: str, happened: tuple[Happened, ...]) -> Move:
    blocked = Happened("payout_blocked", rule="R36", details={"code": code})
    return Move(case.amend(state=CaseState.PAYOUT_BLOCKED, blocked_by=code), (*happened, blocked))


def _answered(payout: Payout) -> Happened:
    details = {
        "payout_id": payout.payout_id,
        "amount": payout.amount.minor,
        "currency": payout.amount.currency,
        "refund_id": payout.gateway_refund_id,
        "failure_code": payout.failure_code,
    }
    return Happened(f"payout_{payout.state}", "gateway", "R34", dict(details))


def _again(payout: Payout) -> Payout:
    attempt = payout.attempt + 1
    key = payout.idempotency_key.rsplit("/", 1)[0]
    return payout.amend(
        state=PayoutState.PLANNED, attempt=attempt, idempotency_key=f"{key}/a{attempt}", failure_code=None
    )
