"""The return of the goods: instructions, withdrawal, and parcels that arrive or are lost (R13, R19-R22, R24)."""

from domain.cases.case import Case, Refusal
from domain.cases.case_lines import CaseLine
from domain.cases.messages import Dispatch, GoodsReceipt, Message, WarehouseInspection, Withdrawal
from domain.enums import CaseState, CourierStatus, CourierSubStatus, ResolutionDecision
from domain.policy_document import PolicyDocument

RESOLUTIONS_AFTER_LOSS = frozenset({ResolutionDecision.PAY, ResolutionDecision.CLOSE})
"""What a human decides about a lost parcel: the shop bears the loss and pays, or the customer bears it (R22)."""
_WITHDRAWABLE = frozenset(
    {
        CaseState.INFORMATION_REQUESTED,
        CaseState.UNDER_AUDIT,
        CaseState.AWAITING_RETURN,
        CaseState.IN_TRANSIT,
        CaseState.LOST_IN_RETURN,
    }
)
_EXPECTING = frozenset({CaseState.AWAITING_RETURN, CaseState.IN_TRANSIT})
_LOSSES = frozenset({CourierSubStatus.LOST, CourierSubStatus.DESTROYED})


def may_instruct_return(case: Case) -> bool:
    """Return whether the customer may get the return address and code: once approved, if goods come back (R13)."""
    return case.approved_at is not None and not case.return_waived


def check_withdrawal(case: Case) -> Refusal | None:
    """Return why the customer can no longer withdraw, namely that the warehouse has the goods, or None (R24).

    A lost parcel has not been received; only a case that release 0.1.0 opened waits for the decision about its loss.
    """
    if case.state not in _WITHDRAWABLE:
        message = "The warehouse already has the goods."
    elif case.state is CaseState.LOST_IN_RETURN and case.process_version == 1:
        message = "An auditor decides about the lost parcel; wait for the decision."
    else:
        return None
    return Refusal(rule="R24", code="too_late_to_withdraw", message=message)


def ended_without_goods(case: Case) -> bool:
    """Return whether a case has ended while units that it approved had not arrived (R19, R21, R22).

    It expired while waiting, its loss was closed or the customer withdrew; in part, if other units were settled before.
    """
    return may_instruct_return(case) and not case.is_open and any(line.outstanding for line in case.lines)


def may_revive(case: Case) -> bool:
    """Return whether the ended case revives by itself when its goods arrive at the warehouse (R19, R22).

    After a withdrawal (R24) it does not: only an operator can match the parcel with it (R21).
    """
    return ended_without_goods(case) and Withdrawal.kind not in case.last_messages


def proves_receipt(message: Message) -> bool:
    """Return whether the message proves that the warehouse has the goods: a scan or inspection, not a courier (R20)."""
    return isinstance(message, GoodsReceipt | WarehouseInspection)


def expects(case: Case) -> bool:
    """Return whether the case expects a parcel; an operator matches a parcel that no case expects (R21).

    An approved case does until its goods arrive, also after it has ended without them (R19, R22).
    """
    return (may_instruct_return(case) and case.is_open and case.state in _EXPECTING) or may_revive(case)


def expects_soon(case: Case) -> bool:
    """Return whether goods are still to come, even while the first part of them is being inspected or paid (R26)."""
    is_rest_out = any(line.outstanding for line in case.lines)
    return expects(case) or (may_instruct_return(case) and case.is_open and is_rest_out)


def paid_unseen(case: Case, line: CaseLine) -> int:
    """Return how many units of the line were paid or replaced although the warehouse has not seen them (R22, R23)."""
    if not (case.loss_accepted or case.return_waived):
        return 0
    found = [one for record in case.inspections for one in record.lines if one.sku == line.sku]
    return max(0, line.quantity - line.outstanding - sum(one.quantity for one in found if one.verdict.is_of_seen_units))


def takes_paid_goods(case: Case) -> bool:
    """Return whether goods may still arrive that were paid or replaced without them: they are never paid again (R22).

    A run that release 0.1.0 began notes nothing before it has ended.
    """
    return (case.process_version > 1 or not case.is_open) and any(paid_unseen(case, line) for line in case.lines)


def is_loss(status: CourierStatus, sub: CourierSubStatus | None) -> bool:
    """Return whether the courier reports that the parcel will never arrive: lost or destroyed (R22)."""
    return status is CourierStatus.EXCEPTION and sub in _LOSSES


def shop_bears_loss(case: Case, policy: PolicyDocument) -> bool:
    """Return whether the shop bears the loss of a return parcel: it is at fault, or paid for the label (R22)."""
    return policy.is_sellers_fault(case.reason) or case.shop_paid_label is not None


def may_send_back(case: Case) -> bool:
    """Return whether goods were refused, so that they are sent back to the customer (R28)."""
    return any(line.refused for line in case.lines)


def check_send_back(case: Case, dispatch: Dispatch) -> Refusal | None:
    """Return why a parcel with refused goods is refused: none were refused, or none of its sku; else None (R28)."""
    if not may_send_back(case):
        message = "No goods of the case were refused: do not send any back."
    elif case.process_version > 1 and not any(dispatch.sku in {None, line.sku} for line in case.lines if line.refused):
        message = f"No unit of {dispatch.sku} was refused: check the sku, or leave it out to mean all refused goods."
    else:
        return None
    return Refusal(rule="R28", code="nothing_refused", message=message)
