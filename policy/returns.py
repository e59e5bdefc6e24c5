"""The return of the goods: instructions, the return code, withdrawal, and parcels that arrive or are lost."""

from hashlib import sha256

from domain.cases.case import Case
from domain.cases.messages import GoodsReceipt, Message, WarehouseInspection
from domain.enums import CaseState, CourierStatus, CourierSubStatus
from domain.policy_document import PolicyDocument

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE = str.maketrans("OIL", "011", "- ")
_PREFIX = "RMA"
_DIGITS = 11
CODE_LENGTH_MAX = 64
_GROUP = 4

_WITHDRAWABLE = frozenset(
    {CaseState.INFORMATION_REQUESTED, CaseState.UNDER_AUDIT, CaseState.AWAITING_RETURN, CaseState.IN_TRANSIT}
)
_EXPECTING = frozenset({CaseState.AWAITING_RETURN, CaseState.IN_TRANSIT, CaseState.EXPIRED})
_LOSSES = frozenset({CourierSubStatus.LOST, CourierSubStatus.DESTROYED})


_UNREOPENABLE = frozenset({"R1", "R8"})


def may_instruct_return(case: Case) -> bool:
    """Return whether the customer may get the return address and code: once approved, if goods come back (R13)."""
    return case.approved_at is not None and not case.return_waived


def return_code(case_id: str) -> str:
    """Return the code printed on the return label, which is always the same for a case (R18).

    `RMA-XXXX-XXXX-XXXX` in Crockford's base 32, made to be typed by hand: the last character is a check character that
    detects every single wrong character and every swap of two. The code reveals nothing about the case.
    """
    number = int.from_bytes(sha256(case_id.encode()).digest())
    digits = [number >> (5 * place) & 31 for place in range(_DIGITS)]
    return _written("".join(_ALPHABET[digit] for digit in [*digits, _check(digits)]))


def read_return_code(typed: str) -> str | None:
    """Return a scanned or typed return code in its printed form, or None if it is not a valid code (R18).

    Upper or lower case, hyphens, blanks and the look-alikes O, I and L do not matter; the check character must fit.
    """
    plain = typed.upper().translate(_ALIKE)
    if len(plain) > _DIGITS + 1:
        plain = plain.removeprefix(_PREFIX)
    if len(plain) != _DIGITS + 1 or not set(plain) <= set(_ALPHABET):
        return None
    *digits, check = (_ALPHABET.index(character) for character in plain)
    return _written(plain) if _check(digits) == check else None


def plain_code(code: str) -> str:
    """Return the form in which a return code or tracking number is looked up: upper-case letters and digits only."""
    return "".join(filter(str.isalnum, (read_return_code(code) or code).upper()))[:CODE_LENGTH_MAX]


def may_withdraw(state: CaseState) -> bool:
    """Return whether the customer may still withdraw: until the warehouse has received the goods (R24)."""
    return state in _WITHDRAWABLE


def may_revive(state: CaseState) -> bool:
    """Return whether a case revives when its goods arrive at the warehouse: only an expired one does (R19)."""
    return state is CaseState.EXPIRED


def may_reopen(case: Case) -> bool:
    """Return whether an operator may reopen the case as goodwill, because a rule refused the request (R12).

    Two refusals are final: a stranger's request (R1), as there is no customer to be generous to, and a request for
    goods or units that the order does not have (R8), as there is nothing to give back.
    """
    return case.state is CaseState.REJECTED and case.refusal is not None and case.refusal.rule not in _UNREOPENABLE


def receipt_evidence(message: Message) -> bool:
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


def _written(plain: str) -> str:
    groups = [plain[start : start + _GROUP] for start in range(0, len(plain), _GROUP)]
    return "-".join([_PREFIX, *groups])


def _check(digits: list[int]) -> int:
    # A sum over the field of 32 elements; each place has a different power of x as its weight.
    total = 0
    for digit in digits:
        total = _times_x(total) ^ digit
    return _times_x(total)


def _times_x(element: int) -> int:
    doubled = element << 1
    return doubled ^ 0b100101 if doubled & 0b100000 else doubled
