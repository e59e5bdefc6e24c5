"""Return postage: what was told for each parcel, what of it the shop bears, and what an auditor decides (R30, R31)."""

from datetime import datetime

from domain.calendar import WindowName
from domain.cases.case import Case, Refusal
from domain.cases.case_lines import ParcelPostage
from domain.cases.messages import CaseResolution, CourierTracking
from domain.enums import CaseState, CourierStatus, ResolutionDecision
from domain.payout_state import BlockReason
from domain.policy_document import PolicyDocument
from policy.deadlines import in_time
from policy.parcels.parcel_codes import is_same_number

SUMS_PARCELS = 2
"""The first version of the process in which each parcel has postage of its own, and none is capped."""

POSTAGE_DECISIONS = frozenset({ResolutionDecision.ACCEPT, ResolutionDecision.REFUSE, ResolutionDecision.PARTIAL_REFUND})

_CUSTOMERS = "postage: for the reason {} the return postage is the customer's; nothing of it is refunded."


def bears_postage(case: Case, policy: PolicyDocument) -> bool:
    """Return whether the shop bears the return postage: by the case's reason (R30), or it is the customer's (R31).

    Units that were accepted before the rest was reclassified keep it the shop's: they had to come back anyway (R27).
    """
    return bool({case.reason, case.accepted_as} & policy.postage.reimburse_return_for)


def review_amount(case: Case, policy: PolicyDocument) -> int:
    """Return the return postage of a case above which an auditor is asked, in minor units of its currency (R30).

    In a currency for which the policy version has no amount, it is what was paid for the goods of the case.
    """
    own = policy.postage.return_review or policy.postage.return_cap
    return own.get(case.currency, sum(line.goods for line in case.lines))


def judged(case: Case, policy: PolicyDocument) -> Case:
    """Return the case with what the shop bears of each parcel's postage, what is under review, and what is refused.

    R30: parcels are borne in the order in which they were told, up to the review amount together; an auditor is asked
    about one that goes beyond it, and about a correction of what was decided before. R31: postage that is the
    customer's is refused. What has fallen due stays borne.
    """
    is_borne = bears_postage(case, policy)
    left = review_amount(case, policy) - sum(one.due for one in case.return_postage if one.decided is None)
    parcels: list[ParcelPostage] = []
    for one in case.return_postage:
        more = one.told.minor - one.due
        fits = is_borne and one.decided is None and one.decided_by is None and more <= max(left, 0)
        left -= more if fits else 0
        parcels.append(_shared(case, one, fits=fits, is_borne=is_borne))
    return case.amend(return_postage=tuple(parcels))


def _shared(case: Case, one: ParcelPostage, *, fits: bool, is_borne: bool) -> ParcelPostage:
    wanted = one.told.minor if fits else one.decided.minor if one.decided and is_borne else 0
    borne = max(one.due, wanted)
    rest = one.told.minor - borne
    is_asked = is_borne and not fits and one.decided is None
    return one.amend(
        borne=case.money(borne),
        under_review=case.money(rest if is_asked else 0),
        refused=case.money(0 if is_asked else rest),
    )


def told(case: Case, tracking: CourierTracking, at: datetime, policy: PolicyDocument) -> Case:
    """Return the case with the postage of the message's parcel; the latest amount of a parcel counts (R30).

    The message must have passed `check_told`.
    """
    known, paid = _of_parcel(case, tracking), tracking.postage
    if paid is None or (known and known.told == paid):
        return case
    parcel = _corrected(known, tracking, at) if known else _new(case, tracking, at)
    others = tuple(parcel if one is known else one for one in case.return_postage)
    case = case.amend(return_postage=others if known else (*others, parcel))
    if case.shipment and is_same_number(case.shipment.tracking_number, tracking.tracking_number):
        case = case.amend(shipment=case.shipment.amend(postage=paid))
    return judged(case, policy)


def _new(case: Case, tracking: CourierTracking, at: datetime) -> ParcelPostage:
    nothing, paid, sent = case.money(0), tracking.postage or case.money(0), case.shipment
    is_registered = sent is not None and is_same_number(sent.tracking_number, tracking.tracking_number)
    return ParcelPostage(
        carrier=tracking.carrier,
        tracking_number=sent.tracking_number if sent and is_registered else tracking.tracking_number,
        told=paid,
        told_at=at,
        borne=nothing,
        under_review=nothing,
        refused=paid,
    )


def _corrected(known: ParcelPostage, tracking: CourierTracking, at: datetime) -> ParcelPostage:
    return known.amend(told=tracking.postage, told_at=at, decided=None)


def _of_parcel(case: Case, tracking: CourierTracking) -> ParcelPostage | None:
    same = (one for one in case.return_postage if is_same_number(one.tracking_number, tracking.tracking_number))
    return next(same, None)


def check_told(case: Case, tracking: CourierTracking, at: datetime) -> Refusal | None:
    """Return why the return postage of a parcel is refused, or None (R30).

    It is in another currency than the case, negative, less than what is owed or paid for the parcel already, or it
    comes more than the policy's working days after the payout. A repeat is never refused.
    """
    paid = tracking.postage
    if paid is None:
        return None
    if paid.currency != case.currency:
        message = f"postage: the case is in {case.currency}, not in {paid.currency}; say what was paid in "
        return _refusal("postage_not_reimbursable", f"{message}{case.currency}.")
    if paid.minor < 0:
        return _refusal("postage_not_reimbursable", "postage: say what was paid, which cannot be below zero.")
    known = _of_parcel(case, tracking)
    if case.process_version < SUMS_PARCELS or (known and known.told == paid):
        return None
    if known and paid.minor < known.due:
        message = f"postage: {known.due} minor units of {case.currency} are owed or paid for this parcel already, so "
        return _refusal("postage_already_due", f"{message}that it cannot be corrected to {paid.minor}.")
    return _check_in_time(case, at)


def _check_in_time(case: Case, at: datetime) -> Refusal | None:
    deadline = case.deadline(WindowName.POSTAGE)
    if deadline is None or in_time(at, deadline):
        return None
    message = f"postage: after the payout it could be told until {deadline.last_day}, the end of that day included."
    return _refusal("postage_too_late", message).amend(deadline=deadline)


def check_told_alone(case: Case, tracking: CourierTracking, policy: PolicyDocument) -> Refusal | None:
    """Return why a message that brings nothing but postage is refused, namely that the customer bears it (R31)."""
    known = _of_parcel(case, tracking)
    is_repeat = known is not None and known.told == tracking.postage
    if tracking.postage is None or is_repeat or bears_postage(case, policy):
        return None
    message = _CUSTOMERS.format(case.reason)
    return Refusal(rule="R31", code="postage_is_customers", message=message)


def postage_warning(case: Case, tracking_number: str) -> str | None:
    """Return what to tell a customer whose postage for the parcel was taken and is not borne by the shop (R31)."""
    parcels = (one for one in case.return_postage if is_same_number(one.tracking_number, tracking_number))
    if not any(one.refused and one.decided is None for one in parcels):
        return None
    return _CUSTOMERS.format(case.reason)


def is_about_another_parcel(case: Case, tracking: CourierTracking) -> bool:
    """Return whether the message corrects the postage of a parcel other than the one that is followed now (R30)."""
    followed = case.shipment is not None and is_same_number(case.shipment.tracking_number, tracking.tracking_number)
    is_report = tracking.occurred_at is not None or tracking.status is not CourierStatus.INFO_RECEIVED
    return tracking.postage is not None and _of_parcel(case, tracking) is not None and not followed and not is_report


def takes_late_postage(case: Case) -> bool:
    """Return whether the ended case answers to return postage that is told now: its goods were paid (R30)."""
    return not case.is_open and case.paid_at is not None


def postage_decisions(case: Case) -> frozenset[ResolutionDecision]:
    """Return what an auditor may decide about the case's return postage now: nothing if none is under review (R30).

    Failed units and evidence that has changed are decided first, by the same words.
    """
    is_about_others = case.state is CaseState.INSPECTION_FAILED or case.blocked_by is BlockReason.EVIDENCE_CHANGED
    is_asked = case.is_open and bool(case.postage_under_review) and not is_about_others
    return POSTAGE_DECISIONS if is_asked else frozenset()


def is_postage_decision(case: Case, resolution: CaseResolution) -> bool:
    """Return whether the resolution is about return postage under review (R30)."""
    return resolution.decision in postage_decisions(case)


def check_postage_decision(case: Case, resolution: CaseResolution) -> Refusal | None:
    """Return why an auditor's decision about return postage is refused, or None (R30).

    An amount must be in the case's currency, above zero and at most what is under review.
    """
    amount, asked = resolution.amount, case.postage_under_review
    if amount is None or asked is None:
        return None
    if amount.currency != case.currency:
        return _refusal("amount_currency", f"amount: the case is in {case.currency}, not in {amount.currency}.")
    if 0 < amount.minor <= asked.minor:
        return None
    message = f"amount: 1 to {asked.minor} minor units of {case.currency}, which is the return postage under review."
    return _refusal("amount_out_of_range", message)


def decided(case: Case, resolution: CaseResolution, policy: PolicyDocument) -> Case:
    """Return the case with the auditor's decision about all postage under review: all, nothing, or an amount (R30).

    An amount is shared out in the order of the parcels. The decision must have passed `check_postage_decision`.
    """
    left, asked = _granted(case, resolution), case.postage_to_settle
    parcels: list[ParcelPostage] = []
    for one in case.return_postage:
        is_asked = one in asked and bool(one.under_review)
        part = min(left, one.under_review.minor) if is_asked else 0
        left -= part
        decision = {"decided": case.money(one.borne.minor + part), "decided_by": resolution.decided_by}
        parcels.append(one.amend(**decision) if is_asked else one)
    return judged(case.amend(return_postage=tuple(parcels)), policy)


def _granted(case: Case, resolution: CaseResolution) -> int:
    if resolution.decision is ResolutionDecision.REFUSE:
        return 0
    asked = case.postage_under_review
    return resolution.amount.minor if resolution.amount else asked.minor if asked else 0


def not_due_yet(case: Case) -> int:
    """Return the return postage that the shop bears and that has not fallen due, in minor units (R30).

    It falls due once units are accepted that do not wait for a replacement, that of a parcel with the rest of the goods
    once these are.
    """
    return sum(one.borne.minor - one.due for one in case.postage_to_settle)


def made_due(case: Case) -> Case:
    """Return the case with the return postage that was not due yet noted as fallen due."""
    due = case.postage_to_settle
    parcels = (one.amend(due=one.borne.minor) if one in due else one for one in case.return_postage)
    return case.amend(return_postage=tuple(parcels))


def taken_over(case: Case, policy: PolicyDocument) -> Case:
    """Return a case of release 0.1.0 as today's process continues it (fault 24).

    What it promised stays: one parcel's postage up to the cap, if that has fallen due. Postage that has not fallen due
    is judged as in any other case.
    """
    paid, sent = case.shipment.postage if case.shipment else None, case.shipment
    if case.process_version >= SUMS_PARCELS or sent is None or not paid or paid.currency != case.currency:
        return case
    promised = min(paid.minor, policy.postage.return_cap.get(case.currency, 0)) if bears_postage(case, policy) else 0
    is_due = any(line.settled for line in case.lines) or bool(case.payouts)
    parcel = ParcelPostage(
        carrier=sent.carrier,
        tracking_number=sent.tracking_number,
        told=paid,
        told_at=sent.registered_at,
        borne=case.money(0),
        under_review=case.money(0),
        refused=paid,
        decided=case.money(promised) if is_due else None,
        due=promised if is_due else 0,
    )
    return judged(case.amend(return_postage=(parcel,)), policy)


def _refusal(code: str, message: str) -> Refusal:
    return Refusal(rule="R30", code=code, message=message)
