"""Return: the parcel is on its way back, received, lost or never sent (R18-R22)."""

from datetime import datetime

from domain.calendar import Deadline, WindowName
from domain.cases.case import Case, Refusal
from domain.cases.case_lines import Shipment
from domain.cases.messages import CaseResolution, CourierTracking, GoodsReceipt
from domain.cases.timeline import CaseEvent
from domain.enums import CaseState, ResolutionDecision
from domain.money import Money
from domain.policy_document import PolicyDocument
from policy import deadlines
from policy import returns as rules
from policy.parcels.courier_events import CONVERGES_SINCE, follow, has_later_report, is_lost, reported_by
from policy.parcels.parcel_codes import is_same_number
from policy.parcels.return_postage import SUMS_PARCELS, check_told, check_told_alone, is_about_another_parcel
from workflows.refund.steps import completion, exchange
from workflows.refund.steps.postage import telling
from workflows.refund.transition import ReceivedMessage, TimelineEvent, Transition


def track(case: Case, arrived: ReceivedMessage[CourierTracking], policy: PolicyDocument) -> Transition | Refusal:
    """Register or follow the parcel; "delivered" is not receipt (R19, R20), and a human decides about a loss (R22).

    The customer's postage for it is kept (R30).
    """
    refusal = check_told(case, arrived.message, arrived.at)
    return refusal or telling.keep(_tracked_parcel(case, arrived), arrived, policy)


def _tracked_parcel(case: Case, arrived: ReceivedMessage[CourierTracking]) -> Transition:
    tracking = arrived.message
    if case.process_version >= SUMS_PARCELS and is_about_another_parcel(case, tracking):
        return Transition(case)
    shipment = _shipment(case, arrived)
    if case.process_version >= CONVERGES_SINCE and case.shipment and not _is_new(case.shipment, tracking):
        return _followed(case, case.shipment, shipment, tracking)
    if shipment == case.shipment or shipment.is_inspected:
        return Transition(case)
    return _on_its_way(case, shipment, tracking, lost=rules.is_loss(tracking.status, tracking.sub_status))


def _followed(case: Case, before: Shipment, after: Shipment, tracking: CourierTracking) -> Transition:
    """Return the case after another report about its parcel; one that is not the latest changes no state (fault 14)."""
    if before.is_inspected:
        return Transition(case)
    if not has_later_report(before, after):
        happened = () if after.postage == before.postage else (_tracked(before, tracking, None),)
        return Transition(case.amend(shipment=after), happened)
    return _on_its_way(case, after, tracking, lost=is_lost(after))


def _on_its_way(case: Case, after: Shipment, tracking: CourierTracking, *, lost: bool) -> Transition:
    """Return the case with its parcel on its way, or lost; a human decides about a loss (R22)."""
    happened = _tracked(case.shipment, tracking, CaseEvent.PARCEL_LOST if lost else None)
    moving = tuple(deadline for deadline in case.deadlines if deadline.what is not WindowName.PARCEL_STALLED)
    state = CaseState.LOST_IN_RETURN if lost else CaseState.IN_TRANSIT
    return Transition(case.amend(state=state, shipment=after, deadlines=moving), (happened,))


def track_rest(case: Case, arrived: ReceivedMessage[CourierTracking], policy: PolicyDocument) -> Transition | Refusal:
    """Register the parcel with the rest of the goods while the first part is inspected or paid (R19, R26).

    Its window stays the one of the return. Postage is kept for any parcel, whether or not more goods are to come (R30).
    """
    tracking = arrived.message
    is_rest_out = case.is_open and any(line.outstanding for line in case.lines) and case.ends_in is None
    if not _is_new(case.shipment, tracking) or not is_rest_out:
        return _told_alone(case, arrived, policy) if case.process_version >= SUMS_PARCELS else Transition(case)
    is_checked = case.process_version >= SUMS_PARCELS
    rest = (check_told(case, tracking, arrived.at) if is_checked else None) or _rest_registered(case, arrived)
    return telling.keep(rest, arrived, policy) if isinstance(rest, Transition) else rest


def _told_alone(case: Case, arrived: ReceivedMessage[CourierTracking], policy: PolicyDocument) -> Transition | Refusal:
    tracking = arrived.message
    refusal = check_told_alone(case, tracking, policy) or check_told(case, tracking, arrived.at)
    return refusal or telling.keep(Transition(case), arrived, policy)


def _rest_registered(case: Case, arrived: ReceivedMessage[CourierTracking]) -> Transition | Refusal:
    tracking, ship_by = arrived.message, case.deadline(WindowName.SHIP_BY)
    if ship_by is None or not deadlines.in_time(arrived.at, ship_by):
        return Refusal(rule="R19", code="too_late_to_send", message="The time to send the rest back has ended.")
    happened = _tracked(case.shipment, tracking, None)
    return Transition(case.amend(shipment=_shipment(case, arrived)), (happened,))


def _tracked(known: Shipment | None, tracking: CourierTracking, event: CaseEvent | None) -> TimelineEvent:
    return TimelineEvent(
        event or _moved(known, tracking),
        "customer" if known is None else "courier",
        "R22" if event else "R19",
        {
            "carrier": tracking.carrier,
            "tracking_number": tracking.tracking_number,
            "status": tracking.word,
        },
    )


def receive(case: Case, arrived: ReceivedMessage[GoodsReceipt], _policy: PolicyDocument) -> Transition:
    """Record the warehouse's scan as receipt, even if the case had ended or the parcel seemed lost (R19, R20, R22)."""
    revived = () if case.is_open else (revival(case, arrived.message.matched_by),)
    happened = _received(arrived.message)
    received = case.amend(state=CaseState.RECEIVED, received_at=arrived.at, ended_at=None, ends_in=None)
    return Transition(received, (*revived, happened))


def receive_rest(case: Case, arrived: ReceivedMessage[GoodsReceipt], _policy: PolicyDocument) -> Transition:
    """Note that another parcel arrived; its goods are inspected once the first ones are settled (R26)."""
    is_rest_out = any(line.outstanding for line in case.lines)
    if case.state is CaseState.RECEIVED or case.rest_received_at or not is_rest_out:
        return Transition(case)
    return Transition(case.amend(rest_received_at=arrived.at), (_received(arrived.message),))


def receive_at_once(case: Case, arrived: ReceivedMessage[GoodsReceipt], policy: PolicyDocument) -> Transition:
    """Record the receipt of the rest at once, while refused goods wait to be sent or finance is to pay (R26, R28)."""
    return receive(case, arrived, policy) if any(line.outstanding for line in case.lines) else Transition(case)


def revival(case: Case, matched_by: str | None = None) -> TimelineEvent:
    """Return the event of an ended case that is taken up again: matched, found again, or late (R19, R21, R22)."""
    if matched_by:
        return TimelineEvent(CaseEvent.REVIVED, matched_by, "R21", {"was": case.state.value})
    rule = "R22" if case.state is CaseState.LOST_IN_RETURN else "R19"
    return TimelineEvent(CaseEvent.REVIVED, rule=rule, details={"was": case.state.value})


def receive_paid(case: Case, arrived: ReceivedMessage[GoodsReceipt], _policy: PolicyDocument) -> Transition:
    """Record that goods arrived after all which were paid or replaced without them; the case stays as it is (R22)."""
    if case.paid_goods_received_at:
        return Transition(case)
    return Transition(case.amend(paid_goods_received_at=arrived.at), (_received(arrived.message, "R22"),))


def _received(receipt: GoodsReceipt, rule: str = "R20") -> TimelineEvent:
    scanned = {"scanned_at": receipt.scanned_at.isoformat()} if receipt.scanned_at else {}
    matched = {"matched_by": receipt.matched_by} if receipt.matched_by else {}
    return TimelineEvent(CaseEvent.RECEIVED, receipt.received_by, rule, {**scanned, **matched})


def expire(case: Case, deadline: Deadline, at: datetime, policy: PolicyDocument) -> Transition:
    """End a case whose parcel was not sent in time; a part that was already paid stays paid (R19, R26)."""
    state = completion.end_state(case)
    details = {"what": deadline.what, "when": deadline.when.isoformat()}
    happened = TimelineEvent(CaseEvent.RETURN_WINDOW_ENDED, rule="R19", details=dict(details))
    return telling.at_the_end(Transition(case.amend(state=state, ended_at=at), (happened,)), policy, at)


def stall(case: Case, deadline: Deadline, _at: datetime, _policy: PolicyDocument) -> Transition:
    """Let a human decide about a parcel that has not moved (R22)."""
    happened = TimelineEvent(CaseEvent.PARCEL_STALLED, rule="R22", details={"since": deadline.since.isoformat()})
    return Transition(case.amend(state=CaseState.LOST_IN_RETURN), (happened,))


def decide_loss(case: Case, arrived: ReceivedMessage[CaseResolution], policy: PolicyDocument) -> Transition | Refusal:
    """Pay without the goods or close the case, as a human decided (R22)."""
    resolution = arrived.message
    if resolution.decision not in rules.RESOLUTIONS_AFTER_LOSS:
        return Refusal(rule="R22", code="wrong_resolution", message="For a lost parcel, decide pay or close.")
    bearer = "shop" if rules.shop_bears_loss(case, policy) else "customer"
    happened = TimelineEvent(
        CaseEvent.LOSS_DECIDED,
        resolution.decided_by,
        "R22",
        {"decision": resolution.decision.value, "policy_says": bearer},
    )
    if resolution.decision is ResolutionDecision.PAY:
        return exchange.replace_or_refund_without_goods(case.amend(loss_accepted=True), (happened,), policy, arrived.at)
    closed = Transition(case.amend(ended_at=arrived.at), (happened,))
    return telling.at_the_end(closed, policy, arrived.at)


def _shipment(case: Case, arrived: ReceivedMessage[CourierTracking]) -> Shipment:
    """Return the shipment after the message; a report that is not the latest leaves its status (fault 14)."""
    tracking, known = arrived.message, case.shipment
    if known is None or _is_new(known, tracking):
        return _registered(case, arrived)
    known = known.amend(postage=_postage(case, tracking))
    if case.process_version < CONVERGES_SINCE:
        return known if _is_old(known, tracking) else _moved_by_0_1_0(known, arrived)
    reported = reported_by(tracking, arrived.at)
    is_repeated = tracking.occurred_at is None and tracking.sightings is None and tracking.word == known.status
    if reported is None or is_repeated:
        return known
    after = follow(known, reported)
    return after.amend(last_moved_at=arrived.at) if has_later_report(known, after) else after


def _registered(case: Case, arrived: ReceivedMessage[CourierTracking]) -> Shipment:
    tracking = arrived.message
    shipment = Shipment(
        carrier=tracking.carrier,
        tracking_number=tracking.tracking_number,
        status=tracking.word,
        registered_at=arrived.at,
        last_moved_at=arrived.at,
        last_event_at=tracking.occurred_at,
        postage=_postage(case, tracking),
    )
    is_timed = tracking.occurred_at is not None or tracking.sightings is not None
    reported = reported_by(tracking, arrived.at) if is_timed else None
    return follow(shipment, reported) if reported and case.process_version >= CONVERGES_SINCE else shipment


def _postage(case: Case, tracking: CourierTracking) -> Money | None:
    """Return the parcel's latest postage: an event without one keeps it, and a zero replaces it (R30).

    In a run of release 0.1.0 another parcel takes over the postage of the one before.
    """
    known = case.shipment if case.process_version < SUMS_PARCELS or not _is_new(case.shipment, tracking) else None
    return tracking.postage if tracking.postage is not None else (known.postage if known else None)


def _is_old(known: Shipment, tracking: CourierTracking) -> bool:
    return bool(known.last_event_at and tracking.occurred_at and tracking.occurred_at <= known.last_event_at)


def _moved_by_0_1_0(known: Shipment, arrived: ReceivedMessage[CourierTracking]) -> Shipment:
    tracking = arrived.message
    if known.status == tracking.word and tracking.occurred_at is None:
        return known
    return known.amend(
        status=tracking.word, last_moved_at=arrived.at, last_event_at=tracking.occurred_at or known.last_event_at
    )


def _is_new(known: Shipment | None, tracking: CourierTracking) -> bool:
    """Return whether the message is about another parcel than the one that is known; the spelling does not matter."""
    return known is None or not is_same_number(known.tracking_number, tracking.tracking_number)


def _moved(known: Shipment | None, tracking: CourierTracking) -> CaseEvent:
    return CaseEvent.SHIPMENT_REGISTERED if _is_new(known, tracking) else CaseEvent.PARCEL_MOVED
