"""The shape of every error answer (RFC 9457), and how one is written."""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote

from pydantic import BaseModel, Field
from starlette.responses import Response
from starlette.types import Scope

from api.problems.field_errors import FieldError
from domain.calendar import Deadline
from domain.enums import CaseState

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """What went wrong: `type` is stable, `detail` is about this one occurrence and says how to mend it."""

    type: str = Field(examples=["/problems/window-passed"])
    title: str
    status: int
    detail: str
    instance: str = Field(description="the path of the request, or of the case that records a refusal")
    rule: str | None = Field(default=None, description="the rule of the refund policy that says no", examples=["R3"])
    case_id: str | None = None
    state: CaseState | None = Field(default=None, description="the state of the case, where that is what is wrong")
    deadline: Deadline | None = Field(default=None, description="the deadline that was missed")
    errors: tuple[FieldError, ...] | None = None


class Fault(BaseModel):
    """What a problem is about, before it is known which request it answers."""

    code: str
    status: HTTPStatus
    title: str
    detail: str


def problem_of(scope: Scope, fault: Fault) -> Problem:
    """Return the problem of a request; its type is the code as a slug."""
    slug = fault.code.lower().replace("_", "-").replace(" ", "-")
    return Problem(
        type=f"/problems/{slug}",
        title=fault.title,
        status=fault.status,
        detail=fault.detail,
        instance=path_of(scope),
    )


def respond(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer that carries the problem."""
    body = problem.model_dump_json(exclude_none=True)
    return Response(body, problem.status, headers, media_type=MEDIA_TYPE)


def path_of(scope: Scope) -> str:
    """Return the path of a request in plain ASCII, whatever came."""
    return quote(str(scope["path"]), safe="/:@!$&'()*+,;=~-._")[:500]
