"""Named failures; any other error is treated as transient, and Temporal retries it."""

from collections.abc import Sequence

from domain.parcels import ParcelCandidate


class DomainError(Exception):
    """A failure with a stable code and a message that says what is wrong and how to fix it."""

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class OrderConflictError(DomainError):
    """An order's update contradicts what cases already rely on."""

    code = "order_conflict"


class UnknownCaseError(DomainError):
    """There is no such case, or the caller may not see it."""

    code = "unknown_case"


class RegistrationRefusedError(DomainError):
    """A tracking provider refuses to follow the parcel; a retry cannot help."""

    code = "registration_refused"


class NoLabelError(DomainError):
    """There is no return slip, because no goods come back for the case, or not yet (R18)."""

    code = "no_label"


class UnknownOrderError(DomainError):
    """There is no such order."""

    code = "unknown_order"


class UnknownParcelError(DomainError):
    """No case expects such a parcel, or there is no record of it."""

    code = "unknown_parcel"


class AmbiguousCodeError(DomainError):
    """A label may mean parcels of different cases: somebody has to say which number it is."""

    code = "ambiguous_code"

    def __init__(self, candidates: Sequence[ParcelCandidate]) -> None:
        numbers = " or ".join(f"{one.code} (order {one.order_number})" for one in candidates)
        super().__init__(f"this label can mean {numbers}: enter the number that is printed on the parcel")
        self.candidates = tuple(candidates)


class ScanReusedError(DomainError):
    """A scan_id was reused for a different scan."""

    code = "scan_id_reused"


class UnknownEvidenceError(DomainError):
    """The case has no such piece of evidence."""

    code = "unknown_evidence"


class KeyReusedError(DomainError):
    """An Idempotency-Key was reused with a different body."""

    code = "idempotency_key_reused"


class UnitsTakenError(DomainError):
    """The units are in another open case, or were refunded already (R11)."""

    code = "units_taken"


class CapExceededError(DomainError):
    """More than captured minus refunded would go through the original payment (R32)."""

    code = "cap_exceeded"


class ReturnNotCountedError(DomainError):
    """The refund or dispute that somebody names cannot be counted as paid for the case (R32)."""

    code = "return_not_counted"


class OtherAmountOwedError(DomainError):
    """What somebody says they paid outside is not what is still owed (R36)."""

    code = "other_amount_owed"


class ChargeDisputedError(DomainError):
    """A chargeback over the payment is open: refunding it too would pay twice (R38)."""

    code = "charge_disputed"


class BadSignatureError(DomainError):
    """A webhook is not signed by its provider, or was signed too long ago."""

    code = "bad_signature"


class UnreadableEventError(DomainError):
    """A webhook is signed correctly, but its content is not what the provider documents."""

    code = "unreadable_event"

    def __init__(self, message: str, event_id: str | None = None) -> None:
        super().__init__(message)
        self.event_id = event_id


class UnknownFindingError(DomainError):
    """There is no such finding."""

    code = "unknown_finding"


class EvidenceRefusedError(DomainError):
    """An upload is not what was announced (R8)."""

    code = "evidence_refused"


class EvidenceMissingError(DomainError):
    """Nothing has been uploaded with the ticket yet."""

    code = "evidence_missing"


class EvidenceChangedError(DomainError):
    """Pinned evidence no longer matches its version or hash."""

    code = "evidence_changed"


class StoreUnavailableError(DomainError):
    """The object store does not answer; try again later."""

    code = "evidence_store_unavailable"


class PayoutRefusedError(DomainError):
    """The gateway refuses permanently (R36); a retry with the same data cannot help."""

    code = "payout_refused"

    def __init__(self, message: str, decline_code: str) -> None:
        super().__init__(message)
        self.decline_code = decline_code


class NoGatewayError(DomainError):
    """No gateway is set up for the payment's provider."""

    code = "no_gateway"


class StockUnavailableError(DomainError):
    """The shop's stock gives no answer or no clear one; try again later (R39)."""

    code = "stock_unavailable"


class UnknownProductError(DomainError):
    """The stock has no such product (R39)."""

    code = "unknown_product"


class GatewayUnavailableError(DomainError):
    """The gateway gave no answer or no clear one; whether it paid is unknown until it is asked again."""

    code = "gateway_unavailable"


class AnswerLostError(GatewayUnavailableError):
    """The request was sent but no complete answer came: it may have been carried out, now or a little later."""

    code = "gateway_answer_lost"


class StaleAnswerError(GatewayUnavailableError):
    """The gateway stored a server error for this key and will repeat it: look up the refund, then use a new key."""

    code = "gateway_stored_error"


class WorkflowsUnavailableError(DomainError):
    """Temporal or its workers do not answer; whether the message arrived is unknown until it is repeated."""

    code = "workflows_unavailable"


class BadCursorError(DomainError):
    """A cursor is not one that the list returned."""

    code = "bad_cursor"


class DatabaseUnavailableError(Exception):
    """The database did not execute a statement; the transaction is rolled back, and a retry may help."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class DatabaseFullError(DatabaseUnavailableError):
    """The database answers, but it can store nothing: its disk is full or read-only. The same retry helps later."""
