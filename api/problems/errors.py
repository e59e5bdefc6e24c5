"""What only the edge can refuse; problems.py says which HTTP status each becomes."""

from collections.abc import Iterable, Sequence

from domain.cases.case import Refusal
from domain.enums import CaseState
from domain.errors import DomainError


class UnauthenticatedError(DomainError):
    """No key came with the request, or one that opens nothing."""

    code = "unauthenticated"

    def __init__(self, message: str, *, presented: bool) -> None:
        super().__init__(message)
        self.presented = presented


class ForbiddenError(DomainError):
    """The key is good, but its role may not do this."""

    code = "forbidden"

    def __init__(self, role: str, needed: Iterable[str]) -> None:
        super().__init__(f"this needs the role {' or '.join(needed)}; the key given has the role {role}")


class InvalidInputError(DomainError):
    """A field is wrong in a way that its schema alone cannot tell."""

    code = "invalid_request"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.reason = message


class BodyTooLargeError(DomainError):
    """The body is larger than any request needs."""

    code = "body_too_large"


class RefusedError(DomainError):
    """A rule of the policy says no; `recorded` when the refusal stands in a case of its own (R3)."""

    code = "refused"

    def __init__(self, refusal: Refusal, case_id: str, *, recorded: bool = False) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal
        self.case_id = case_id
        self.recorded = recorded


class WrongStateError(DomainError):
    """The case is in a state in which this makes no sense, or no longer."""

    code = "wrong_state"

    def __init__(self, case_id: str, state: CaseState, message: str | None = None) -> None:
        super().__init__(message or f"the case is in the state {state}, which does not allow this")
        self.case_id = case_id
        self.state = state


class TooMuchEvidenceError(DomainError):
    """The case holds as many pieces of evidence as it may."""

    code = "too_much_evidence"


class UnknownProviderError(DomainError):
    """Nobody takes webhooks of that provider here."""

    code = "unknown_provider"

    def __init__(self, provider: str, known: Sequence[str]) -> None:
        takes = f"it takes those of {', '.join(known)}" if known else "no signing secret is set"
        super().__init__(f"no webhooks of {provider!r} are taken here: {takes}")


class NotReadyError(DomainError):
    """A part that this service needs does not answer."""

    code = "not_ready"

    def __init__(self, failing: dict[str, str]) -> None:
        super().__init__(f"not ready: {', '.join(sorted(failing))}")
        self.failing = failing
