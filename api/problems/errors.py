"""Errors that only the API raises; statuses.py maps each to its HTTP status."""

from collections.abc import Iterable, Sequence

from domain.cases.case import Refusal
from domain.enums import CaseState
from domain.errors import DomainError


class UnauthenticatedError(DomainError):
    """The request has no key, or one that is not valid."""

    code = "unauthenticated"

    def __init__(self, message: str, *, presented: bool) -> None:
        super().__init__(message)
        self.presented = presented


class ForbiddenError(DomainError):
    """The key is valid, but its role may not do this."""

    code = "forbidden"

    def __init__(self, role: str, needed: Iterable[str]) -> None:
        super().__init__(f"this needs the role {' or '.join(needed)}; this key has the role {role}")


class InvalidInputError(DomainError):
    """A field is wrong in a way that its schema cannot express."""

    code = "invalid_request"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.reason = message


class BodyTooLargeError(DomainError):
    """The body is larger than any request needs."""

    code = "body_too_large"


class RefusedError(DomainError):
    """A rule of the policy refuses; `recorded` if the refusal is on record as a case of its own (R3)."""

    code = "refused"

    def __init__(self, refusal: Refusal, case_id: str, *, recorded: bool = False) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal
        self.case_id = case_id
        self.recorded = recorded


class WrongStateError(DomainError):
    """The case is in a state that does not allow this, or no longer allows it."""

    code = "wrong_state"

    def __init__(self, case_id: str, state: CaseState, message: str | None = None) -> None:
        super().__init__(message or f"the case is in the state {state}, which does not allow this")
        self.case_id = case_id
        self.state = state


class TooMuchEvidenceError(DomainError):
    """The case has as many pieces of evidence as allowed."""

    code = "too_much_evidence"


class UnknownProviderError(DomainError):
    """This service does not accept webhooks of that provider."""

    code = "unknown_provider"

    def __init__(self, provider: str, known: Sequence[str]) -> None:
        accepted = f"those of {', '.join(known)} are" if known else "no signing secret is set"
        super().__init__(f"webhooks of {provider!r} are not accepted; {accepted}")


class NotReadyError(DomainError):
    """A system that this service needs does not answer."""

    code = "not_ready"

    def __init__(self, failing: dict[str, str]) -> None:
        super().__init__(f"not ready: {', '.join(sorted(failing))}")
        self.failing = failing
