"""The next step of a case: whose turn it is, what they can do, and the exact JSON to send."""

from pydantic import JsonValue

from domain.cases.case import Case, NextStep
from domain.enums import CaseState, DispatchedGoods, Party, ReplacementState
from domain.payout_state import BlockReason

_S = CaseState

PARTIES: dict[CaseState, Party] = {
    _S.INFORMATION_REQUESTED: Party.CUSTOMER,
    _S.UNDER_AUDIT: Party.AUDITOR,
    _S.AWAITING_RETURN: Party.CUSTOMER,
    _S.IN_TRANSIT: Party.WAREHOUSE,
    _S.RECEIVED: Party.WAREHOUSE,
    _S.INSPECTION_FAILED: Party.AUDITOR,
    _S.LOST_IN_RETURN: Party.AUDITOR,
    _S.REPLACEMENT_DUE: Party.WAREHOUSE,
    _S.RETURNING_TO_CUSTOMER: Party.WAREHOUSE,
    _S.PAYOUT_DUE: Party.SYSTEM,
    _S.PAYOUT_BLOCKED: Party.FINANCE,
    _S.REIMBURSEMENT_DUE: Party.FINANCE,
    _S.CHARGEBACK_HOLD: Party.FINANCE,
}

SAYS: dict[CaseState, str] = {
    _S.INFORMATION_REQUESTED: "The customer uploads photos or videos of the goods.",
    _S.UNDER_AUDIT: "An auditor approves, rejects, or asks for more information.",
    _S.AWAITING_RETURN: "The customer sends the goods back and enters carrier and tracking number.",
    _S.IN_TRANSIT: "The warehouse scans the parcel on arrival and inspects the goods.",
    _S.RECEIVED: "The warehouse inspects the goods.",
    _S.INSPECTION_FAILED: "An auditor decides about the units that were not accepted.",
    _S.LOST_IN_RETURN: "An auditor decides who bears the loss of the parcel.",
    _S.REPLACEMENT_DUE: "The warehouse sends the replacement; an auditor may have the goods refunded instead.",
    _S.PAYOUT_DUE: "The refund is on its way through the payment gateway.",
    _S.PAYOUT_BLOCKED: "Finance corrects what blocks the payout and retries it.",
    _S.REIMBURSEMENT_DUE: "Finance pays what is owed outside the original payments and records it as paid.",
    _S.CHARGEBACK_HOLD: "Finance waits for the end of the dispute.",
    _S.REJECTED: "Nothing more: the request was not granted.",
    _S.REFUNDED: "Nothing more: the money was returned.",
    _S.CLOSED: "Nothing more: finance closed the case without paying what was still owed.",
    _S.EXCHANGED: "Nothing more: the goods were replaced.",
    _S.RETURNING_TO_CUSTOMER: "The warehouse sends the refused goods back to the customer and records the parcel.",
    _S.WITHDRAWN: "Nothing more: the customer withdrew the request.",
    _S.EXPIRED: "Nothing more, unless the parcel still arrives.",
}


_REVIEW = "An auditor decides whether the shop bears return postage of {}: accept, refuse, or partial_refund."
_PAID: dict[str, JsonValue] = {"decision": "paid", "reference": "finance's reference of the payment"}

_UNBLOCKING: dict[BlockReason, JsonValue] = {
    BlockReason.OTHER_ACCOUNT: _PAID,
    BlockReason.DISPUTE_UNCLEAR: {"decision": "count_refund", "reference": "the dispute's id, if it returned money"},
    BlockReason.POSTAGE_REVIEW: {"decision": "accept"},
    BlockReason.EVIDENCE_CHANGED: {"decision": "accept"},
}


def awaiting(case: Case) -> Party:
    """Return who must act next; nobody if the case has ended."""
    if case.decides_postage:
        return Party.AUDITOR
    return PARTIES.get(case.state, Party.NOBODY) if case.is_open else Party.NOBODY


def next_step(case: Case) -> NextStep:
    """Return whose turn it is, until when, and example bodies by signal name or API call."""
    due = case.due
    return NextStep(
        party=awaiting(case),
        message=_message(case),
        by=due.when if due and case.is_open else None,
        send=_examples(case) if case.is_open else {},
    )


def _message(case: Case) -> str:
    if not case.is_open:
        return _ended(case)
    says = [_REVIEW.format(case.postage_under_review)] if case.postage_under_review else []
    if not case.decides_postage:
        says.insert(0, SAYS[case.state])
    if case.sends_back and case.state is not _S.RETURNING_TO_CUSTOMER:
        says.append(SAYS[_S.RETURNING_TO_CUSTOMER])
    elif case.state is _S.REPLACEMENT_DUE and any(one.state is ReplacementState.LOST for one in case.replacements):
        says.insert(0, "A replacement did not arrive.")
    return " ".join(says)


def _ended(case: Case) -> str:
    if case.paid_goods_received_at:
        return f"{_end_of(case)} The goods, which were paid for without waiting for them, have arrived since."
    return _end_of(case)


def _end_of(case: Case) -> str:
    match case.state:
        case _S.LOST_IN_RETURN:
            return "Nothing more, unless the parcel still arrives."
        case _S.REFUNDED if case.refund_due and not case.refund_due.total and not case.payouts:
            return "Nothing more: nothing was owed for these goods."
        case _S.EXPIRED if case.approved_at is None:
            return "Nothing more: the information did not come in time. An operator can reopen the case."
        case _S.RETURNING_TO_CUSTOMER if any(one.goods is DispatchedGoods.REFUSED_GOODS for one in case.sent):
            return "Nothing more: the refused goods were sent back to the customer."
        case _S.RETURNING_TO_CUSTOMER:
            return "Nothing more: the refused units go back to the customer."
        case _:
            return SAYS[case.state]


def _examples(case: Case) -> dict[str, JsonValue]:
    inspection: dict[str, JsonValue] = {"warehouse_inspection": _inspection(case)}
    tracking: dict[str, JsonValue] = {
        "courier_tracking": {"carrier": "sf_express", "tracking_number": "SF1234567890", "status": "in_transit"}
    }
    by_state: dict[CaseState, dict[str, JsonValue]] = {
        _S.UNDER_AUDIT: {"audit_decision": {"decision": "approve", "decided_by": "your name"}},
        _S.AWAITING_RETURN: tracking,
        _S.IN_TRANSIT: inspection,
        _S.RECEIVED: inspection,
        _S.INSPECTION_FAILED: {"POST resolution": {"decision": "accept"}},
        _S.LOST_IN_RETURN: {"POST resolution": {"decision": "pay"}},
        _S.REPLACEMENT_DUE: {
            "POST dispatch": _dispatch(DispatchedGoods.REPLACEMENT),
            "POST resolution": {"decision": "pay"},
        },
        _S.PAYOUT_BLOCKED: {"POST resolution": _unblocking(case)},
        _S.REIMBURSEMENT_DUE: {"POST resolution": _PAID},
        _S.CHARGEBACK_HOLD: {"POST resolution": {"decision": "close"}},
    }
    sending_back = {"POST dispatch": _dispatch(DispatchedGoods.REFUSED_GOODS)} if case.sends_back else {}
    return {**sending_back, **by_state.get(case.state, {})}


def _dispatch(goods: DispatchedGoods) -> JsonValue:
    return {"goods": goods.value, "carrier": "sf_express", "tracking_number": "SF1234567890"}


def _unblocking(case: Case) -> JsonValue:
    """Return an example that unblocks the payout.

    It depends on the case: paid by hand after two approvals, postage that is borne, a dispute named that may have
    returned the money, accepted evidence, the rest paid after some of the money went back another way, a second
    approval, or a retry.
    """
    if example := _UNBLOCKING.get(case.blocked_by) if case.blocked_by else None:
        return example
    if case.blocked_by and (case.blocked_by.money_may_be_gone or case.blocked_by.is_about_dispute):
        return {"decision": "pay"}
    if case.other_account:
        return {"decision": "other_account", "reference": case.other_account.reference}
    return {"decision": "retry"}


def _inspection(case: Case) -> JsonValue:
    return {
        "inspected_by": "your name",
        "lines": [
            {"sku": line.sku, "quantity": line.outstanding, "verdict": "accepted", "disposition": "restock"}
            for line in case.lines
            if line.outstanding
        ],
    }
