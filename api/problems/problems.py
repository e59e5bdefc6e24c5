"""Turns every error into an HTTP answer."""

import logging
import traceback
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems.errors import (
    InvalidInputError,
    NotReadyError,
    RefusedError,
    UnauthenticatedError,
    WrongStateError,
)
from api.problems.field_errors import FieldError, field_error
from api.problems.problem_details import Fault, Problem, path_of, problem_of, respond
from api.problems.statuses import STATUSES
from domain.errors import AmbiguousCodeError, DatabaseFullError, DatabaseUnavailableError, DomainError
from domain.value import faults_of

MAX_FIELD_ERRORS = 20
RETRY_LATER = {"Retry-After": "5"}
log = logging.getLogger("api")

MALFORMED = Fault(
    code="malformed_json",
    status=HTTPStatus.BAD_REQUEST,
    title="Not JSON",
    detail="The body cannot be read. Send one JSON object in UTF-8, with Content-Type: application/json.",
)
NO_DATABASE = Fault(
    code="database_unavailable",
    status=HTTPStatus.SERVICE_UNAVAILABLE,
    title="The database does not answer",
    detail="Repeat the request later, with the same Idempotency-Key if it had one: nothing is lost or done twice.",
)
FULL_DATABASE = NO_DATABASE.model_copy(
    update={
        "title": "The database is full",
        "detail": "The database can store nothing, because its disk is full or read-only. Nothing of this request is "
        "kept. Once somebody has made space, repeat it, with the same Idempotency-Key if it had one: no restart is "
        "needed, and nothing is lost or done twice.",
    }
)
UNEXPECTED = Fault(
    code="internal_error",
    status=HTTPStatus.INTERNAL_SERVER_ERROR,
    title="Unexpected error",
    detail="The service failed, and the error is logged. You can repeat the request with the same Idempotency-Key.",
)
HTTP_SAYS = {
    HTTPStatus.NOT_FOUND: "There is nothing at this path; /docs lists all paths.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This path does not allow that method; the header Allow lists those that it allows.",
}


def install(app: FastAPI) -> None:
    """Make the application answer every error with a problem."""
    app.add_exception_handler(DomainError, _domain_error)
    app.add_exception_handler(DatabaseUnavailableError, _database_unavailable)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_middleware(UnexpectedErrors)


class UnexpectedErrors:
    """Answers unexpected errors with a 500 without details, and logs where they were raised.

    The log does not contain the error's message, which may quote what a customer wrote.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        sent: list[str] = []

        async def noting(message: Message) -> None:
            sent.append(message["type"])
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as error:
            frames = "".join(traceback.format_tb(error.__traceback__))
            log.error("%s in %s %s\n%s", type(error).__qualname__, scope.get("method"), path_of(scope), frames)  # noqa: TRY400
            if sent or scope["type"] != "http":
                raise
            await respond(problem_of(scope, UNEXPECTED))(scope, receive, send)


def answer_with(error: DomainError, scope: Scope) -> Response:
    """Return the answer to a request that failed with the error."""
    problem = problem_from(error, scope)
    return respond(problem, _headers(error, HTTPStatus(problem.status)))


def problem_from(error: DomainError, scope: Scope) -> Problem:
    """Return the problem with which the error is answered."""
    status, title = STATUSES[type(error)]
    code, members = _particulars(error)
    problem = problem_of(scope, Fault(code=code, status=status, title=title, detail=error.message))
    return problem.model_copy(update=members)


def _domain_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, DomainError) or type(error) not in STATUSES:
        raise error
    return answer_with(error, request.scope)


def _particulars(error: DomainError) -> tuple[str, dict[str, Any]]:
    """Return the code of the problem, and its other fields."""
    match error:
        case RefusedError(refusal=refusal, case_id=case_id):
            path = {"instance": f"/v1/refunds/{case_id}"} if error.recorded else {}
            return refusal.code, {"rule": refusal.rule, "deadline": refusal.deadline, "case_id": case_id, **path}
        case WrongStateError(state=state, case_id=case_id):
            return error.code, {"state": state, "case_id": case_id}
        case InvalidInputError(field=field, reason=reason):
            return error.code, {"errors": (FieldError(field=field, message=reason),)}
        case AmbiguousCodeError(candidates=candidates):
            return error.code, {"candidates": candidates}
        case NotReadyError(failing=failing):
            return error.code, {"errors": tuple(FieldError(field=part, message=why) for part, why in failing.items())}
        case _:
            return error.code, {}


def _headers(error: DomainError, status: HTTPStatus) -> Mapping[str, str] | None:
    if isinstance(error, UnauthenticatedError):
        wrong = ', error="invalid_token"' if error.presented else ""
        return {"WWW-Authenticate": f'Bearer realm="refunds"{wrong}'}
    return RETRY_LATER if status is HTTPStatus.SERVICE_UNAVAILABLE else None


def _database_unavailable(request: Request, error: Exception) -> Response:
    log.error("database unavailable in %s %s: %s", request.method, path_of(request.scope), error)
    fault = FULL_DATABASE if isinstance(error, DatabaseFullError) else NO_DATABASE
    return respond(problem_of(request.scope, fault), RETRY_LATER)


def _invalid(request: Request, error: Exception) -> Response:
    found: Sequence[Any] = error.errors() if isinstance(error, RequestValidationError) else ()
    if any(one["type"] == "json_invalid" for one in found):
        return respond(problem_of(request.scope, MALFORMED))
    fields = tuple(field_error(one) for one in faults_of(found)[:MAX_FIELD_ERRORS])
    detail = "; ".join(f"{one.field}: {one.message}" for one in fields[:3])
    status, title = STATUSES[InvalidInputError]
    problem = problem_of(request.scope, Fault(code=InvalidInputError.code, status=status, title=title, detail=detail))
    return respond(problem.model_copy(update={"errors": fields}))


def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return respond(problem_of(request.scope, MALFORMED))
    status = HTTPStatus(error.status_code)
    fault = Fault(
        code=status.phrase, status=status, title=status.phrase, detail=HTTP_SAYS.get(status, str(error.detail))
    )
    return respond(problem_of(request.scope, fault), error.headers)
