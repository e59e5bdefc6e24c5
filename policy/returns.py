"""The return of the goods: instructions, withdrawal, and parcels that arrive or are lost (R13, R19-R22, R24)."""

from domain.cases.case import Case, Refusal
from domain.cases.messages import Dispatch, GoodsReceipt, Message, WarehouseInspection
from domain.enums import CaseState, CourierStatus, CourierSubStatus
from domain.policy_document import PolicyDocument

_WITHDRAWABLE = frozenset(
    {CaseState.INFORMATION_REQUESTED, CaseState.UNDER_AUDIT, CaseState.AWAITING_RETURN, CaseState.IN_TRANSIT}
)
_EXPECTING = frozenset({CaseState.AWAITING_RETURN, CaseState.IN_TRANSIT, CaseState.EXPIRED})
_LOSSES = frozenset({CourierSubStatus.LOST, CourierSubStatus.DESTROYED})


def may_instruct_return(case: Case) -> bool:
    """Return whether the customer may get the return address and code: once approved, if goods come back (R13)."""
    return case.approved_at is not None and not case.return_waived


def may_withdraw(state: CaseState) -> bool:
    """Return whether the customer may still withdraw: until the warehouse has received the goods (R24)."""
    return state in _WITHDRAWABLE


def may_revive(state: CaseState) -> bool:
    """Return whether a case revives when its goods arrive at the warehouse: only an expired one does (R19)."""
    return state is CaseState.EXPIRED


def proves_receipt(message: Message) -> bool:
    """Return whether the message proves that the warehouse has the goods: a scan or inspection, not a courier (R20)."""
    return isinstance(message, GoodsReceipt | WarehouseInspection)


def expects(case: Case) -> bool:
    """Return whether the case expects a parcel; an operator matches a parcel that no case expects (R21).

    An approved case does until its goods arrive, also after it has expired while waiting for them (R19).
    """
    return may_instruct_return(case) and case.state in _EXPECTING


def expects_soon(case: Case) -> bool:
    """Return whether goods are still to come, even while the first part of them is being inspected or paid (R26)."""
    is_rest_out = any(line.outstanding for line in case.lines)
    return expects(case) or (may_instruct_return(case) and case.is_open and is_rest_out)


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
