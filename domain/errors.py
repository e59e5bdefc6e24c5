"""Named failures; whatever else is raised is transient and Temporal tries it again."""


class DomainError(Exception):
    """A failure with a stable code that says what is wrong and how to mend it."""

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class OrderConflictError(DomainError):
    """An order's update contradicts what cases already rely on."""

    code = "order_conflict"


class UnknownCaseError(DomainError):
    """No such case, or not visible to the caller."""

    code = "unknown_case"


class RegistrationRefusedError(DomainError):
    """A tracking provider will not follow the parcel; asking again cannot help."""

    code = "registration_refused"


class NoLabelError(DomainError):
    """No goods come back for the case, or not yet: there is no return slip (R18)."""

    code = "no_label"


class UnknownParcelError(DomainError):
    """Nobody expects such a parcel, or there is no such record."""

    code = "unknown_parcel"


class ScanReusedError(DomainError):
    """A scan_id came back with another scan."""

    code = "scan_id_reused"


class UnknownEvidenceError(DomainError):
    """No such piece of evidence on that case."""

    code = "unknown_evidence"


class KeyReusedError(DomainError):
    """An Idempotency-Key came back with another body."""

    code = "idempotency_key_reused"


class UnitsTakenError(DomainError):
    """The units are in another open case, or were refunded already (R11)."""

    code = "units_taken"


class CapExceededError(DomainError):
    """More than captured minus refunded would go through the original payment (R32)."""

    code = "cap_exceeded"


class ChargeDisputedError(DomainError):
    """A chargeback over the payment is open: refunding it too would pay twice (R38)."""

    code = "charge_disputed"


class BadSignatureError(DomainError):
    """A webhook is not signed by its provider, or too long ago."""

    code = "bad_signature"


class UnreadableEventError(DomainError):
    """A webhook is signed and yet not what its provider documents."""

    code = "unreadable_event"


class UnknownFindingError(DomainError):
    """No such finding."""

    code = "unknown_finding"


class EvidenceRefusedError(DomainError):
    """An upload is not what was announced (R8)."""

    code = "evidence_refused"


class EvidenceMissingError(DomainError):
    """Nothing was uploaded under the ticket yet."""

    code = "evidence_missing"


class EvidenceChangedError(DomainError):
    """Pinned evidence no longer matches its version or hash."""

    code = "evidence_changed"


class StoreUnavailableError(DomainError):
    """The object store does not answer; try again later."""

    code = "evidence_store_unavailable"


class PayoutRefusedError(DomainError):
    """The gateway refuses for good (R36); trying again with the same data cannot help."""

    code = "payout_refused"

    def __init__(self, message: str, decline_code: str) -> None:
        super().__init__(message)
        self.decline_code = decline_code


class NoGatewayError(DomainError):
    """No gateway is set up for the payment's provider."""

    code = "no_gateway"


class StockUnavailableError(DomainError):
    """The shop's stock does not answer, or not clearly; try again later (R39)."""

    code = "stock_unavailable"


class UnknownProductError(DomainError):
    """No such product is stated (R39)."""

    code = "unknown_product"


class GatewayUnavailableError(DomainError):
    """The gateway did not answer, or not clearly: whether it paid is unknown until asked again."""

    code = "gateway_unavailable"


class AnswerLostError(GatewayUnavailableError):
    """The request was sent and no whole answer came: it may have been carried out, now or a little later."""

    code = "gateway_answer_lost"


class StaleAnswerError(GatewayUnavailableError):
    """The gateway stored a server error under this key and will repeat it: look the refund up, then use a new key."""

    code = "gateway_stored_error"


class WorkflowsUnavailableError(DomainError):
    """Temporal or its workers do not answer; whether the message arrived is unknown until it is repeated."""

    code = "workflows_unavailable"


class BadCursorError(DomainError):
    """A list's cursor is not one that the list gave."""

    code = "bad_cursor"


class DatabaseUnavailableError(Exception):
    """The database did not take or answer a statement; nothing of the transaction is kept, trying again may help."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
