"""Return: the parcel on its way back, received, lost, or never sent (R18-R22)."""

from datetime import datetime

from domain.calendar import Deadline
from domain.case import Case, Refusal, Shipment
from domain.messages import CaseResolution, CourierTracking, GoodsReceipt
from domain.policy_document import PolicyDocument
from domain.words import CaseState, Settlement
from policy import returns as rules
from policy.money import judge_postage
from workflows.move import Arrived, Happened, Move
from workflows.stages import payout


def track(case: Case, arrived: Arrived[CourierTracking], _policy: PolicyDocument) -> Move | Refusal:
    """Register the parcel or follow it; "delivered" is not receipt (R19, R20), a loss asks a human (R22)."""
    tracking = arrived.message
    if refusal := judge_postage(case, tracking):
        return refusal
    shipment = _shipment(case.shipment, arrived)
    if shipment == case.shipment:
        return Move(case)
    lost = rules.is_loss(tracking.status, tracking.sub_status)
    state = CaseState.LOST_IN_RETURN if lost else CaseState.IN_TRANSIT
    happened = Happened(
        "parcel_lost" if lost else _moved(case.shipment, tracking),
        "customer" if case.shipment is None else "courier",
        "R22" if lost else "R19",
        {"carrier": tracking.carrier, "tracking_number": tracking.tracking_number, "status": shipment.status},
    )
    moving = tuple(deadline for deadline in case.deadlines if deadline.what != "parcel_stalled")
    return Move(case.amend(state=state, shipment=shipment, deadlines=moving), (happened,))


def receive(case: Case, arrived: Arrived[GoodsReceipt], _policy: PolicyDocument) -> Move:
    """Take the warehouse's scan as receipt, also of a case that had expired or was thought lost (R19, R20)."""
    revived = (Happened("revived", rule="R19"),) if not case.is_open else ()
    happened = Happened("received", arrived.message.received_by, "R20")
    received = case.amend(state=CaseState.RECEIVED, received_at=arrived.at, ended_at=None)
    return Move(received, (*revived, happened))


def expire(case: Case, deadline: Deadline, _at: datetime, _policy: PolicyDocument) -> Move:
    """End a case whose parcel was not sent in time; what was paid for a part of it stays paid (R19, R26)."""
    state = CaseState.REFUNDED if case.is_partly_paid else CaseState.EXPIRED
    details = {"what": deadline.what, "when": deadline.when.isoformat()}
    return Move(case.amend(state=state), (Happened("return_window_ended", rule="R19", details=dict(details)),))


def stall(case: Case, deadline: Deadline, _at: datetime, _policy: PolicyDocument) -> Move:
    """Ask a human about a parcel that has not moved (R22)."""
    happened = Happened("parcel_stalled", rule="R22", details={"since": deadline.since.isoformat()})
    return Move(case.amend(state=CaseState.LOST_IN_RETURN), (happened,))


def decide_loss(case: Case, arrived: Arrived[CaseResolution], policy: PolicyDocument) -> Move | Refusal:
    """Pay without the goods, or close, as a human decided (R22)."""
    resolution = arrived.message
    bearer = "shop" if rules.shop_bears_loss(case) else "customer"
    happened = Happened(
        "loss_decided", resolution.decided_by, "R22", {"decision": resolution.decision.value, "policy_says": bearer}
    )
    if resolution.decision is Settlement.PAY:
        return payout.pay_without_goods(case.amend(loss_accepted=True), (happened,), policy)
    if resolution.decision is Settlement.CLOSE:
        return Move(case.amend(ended_at=arrived.at), (happened,))
    return Refusal(rule="R22", code="wrong_resolution", says="For a lost parcel decide pay or close.")


def _shipment(known: Shipment | None, arrived: Arrived[CourierTracking]) -> Shipment:
    tracking = arrived.message
    status = str(tracking.sub_status or tracking.status)
    if known is None or known.tracking_number != tracking.tracking_number:
        postage = tracking.postage or (known.postage if known else None)
        return Shipment(
            carrier=tracking.carrier,
            tracking_number=tracking.tracking_number,
            status=status,
            registered_at=arrived.at,
            last_moved_at=arrived.at,
            postage=postage,
        )
    known = known.amend(postage=tracking.postage or known.postage)
    return known if known.status == status else known.amend(status=status, last_moved_at=arrived.at)


def _moved(known: Shipment | None, tracking: CourierTracking) -> str:
    is_new = known is None or known.tracking_number != tracking.tracking_number
    return "shipment_registered" if is_new else "parcel_moved"
