"""Which status and title each named failure is answered with."""

from collections.abc import Mapping
from http import HTTPStatus

from api.errors import (
    BodyTooLargeError,
    ForbiddenError,
    InvalidInputError,
    NotReadyError,
    RefusedError,
    TooMuchEvidenceError,
    UnauthenticatedError,
    UnknownProviderError,
    WorkflowsUnavailableError,
    WrongStateError,
)
from domain.errors import (
    AnswerLostError,
    BadCursorError,
    BadSignatureError,
    DomainError,
    EvidenceMissingError,
    EvidenceRefusedError,
    GatewayUnavailableError,
    KeyReusedError,
    OrderConflictError,
    ScanReusedError,
    StoreUnavailableError,
    UnknownCaseError,
    UnknownEvidenceError,
    UnknownFindingError,
    UnknownParcelError,
    UnreadableEventError,
)

STATUSES: Mapping[type[DomainError], tuple[HTTPStatus, str]] = {
    UnauthenticatedError: (HTTPStatus.UNAUTHORIZED, "A key is needed"),
    ForbiddenError: (HTTPStatus.FORBIDDEN, "Not with this key"),
    BadSignatureError: (HTTPStatus.UNAUTHORIZED, "Signature not valid"),
    UnknownProviderError: (HTTPStatus.NOT_FOUND, "No such webhook"),
    UnknownFindingError: (HTTPStatus.NOT_FOUND, "No such finding"),
    UnreadableEventError: (HTTPStatus.UNPROCESSABLE_ENTITY, "Event not readable"),
    GatewayUnavailableError: (HTTPStatus.SERVICE_UNAVAILABLE, "The provider does not answer"),
    AnswerLostError: (HTTPStatus.SERVICE_UNAVAILABLE, "The provider does not answer"),
    UnknownCaseError: (HTTPStatus.NOT_FOUND, "No such case"),
    UnknownParcelError: (HTTPStatus.NOT_FOUND, "No such parcel"),
    ScanReusedError: (HTTPStatus.CONFLICT, "scan_id used before"),
    UnknownEvidenceError: (HTTPStatus.NOT_FOUND, "No such evidence"),
    KeyReusedError: (HTTPStatus.CONFLICT, "Idempotency-Key used before"),
    OrderConflictError: (HTTPStatus.CONFLICT, "The order is relied on"),
    TooMuchEvidenceError: (HTTPStatus.CONFLICT, "Too much evidence"),
    WrongStateError: (HTTPStatus.CONFLICT, "Not in this state"),
    BodyTooLargeError: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Body too large"),
    BadCursorError: (HTTPStatus.UNPROCESSABLE_ENTITY, "Cursor not known"),
    EvidenceMissingError: (HTTPStatus.UNPROCESSABLE_ENTITY, "Nothing uploaded"),
    EvidenceRefusedError: (HTTPStatus.UNPROCESSABLE_ENTITY, "Not what was announced"),
    InvalidInputError: (HTTPStatus.UNPROCESSABLE_ENTITY, "Request not valid"),
    RefusedError: (HTTPStatus.UNPROCESSABLE_ENTITY, "The refund policy refuses this"),
    NotReadyError: (HTTPStatus.SERVICE_UNAVAILABLE, "Not ready"),
    StoreUnavailableError: (HTTPStatus.SERVICE_UNAVAILABLE, "The evidence store does not answer"),
    WorkflowsUnavailableError: (HTTPStatus.SERVICE_UNAVAILABLE, "The refund process does not answer"),
}
