"""The shape of all error answers (RFC 9457), and how they are written."""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote

from pydantic import BaseModel, Field
from starlette.responses import Response
from starlette.types import Scope

from api.problems.field_errors import FieldError
from domain.calendar import Deadline
from domain.enums import CaseState
from domain.parcels import ParcelCandidate

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """What went wrong: `type` is stable; `detail` is about this occurrence and says how to fix it."""

    type: str = Field(examples=["/problems/window-passed"])
    title: str
    status: int
    detail: str
    instance: str = Field(description="the path of the request, or of the case that records the refusal")
    rule: str | None = Field(default=None, description="the rule of the refund policy that refuses", examples=["R3"])
    case_id: str | None = None
    state: CaseState | None = Field(default=None, description="the state of the case, if it does not allow the request")
    deadline: Deadline | None = Field(default=None, description="the deadline that was missed")
    candidates: tuple[ParcelCandidate, ...] | None = Field(
        default=None, description="the known numbers that a scanned label may mean"
    )
    errors: tuple[FieldError, ...] | None = None


class Fault(BaseModel):
    """A problem without the request that it answers."""

    code: str
    status: HTTPStatus
    title: str
    detail: str


def problem_of(scope: Scope, fault: Fault) -> Problem:
    """Return the problem for a request; its type is made from the fault's code."""
    slug = fault.code.lower().replace("_", "-").replace(" ", "-")
    return Problem(
        type=f"/problems/{slug}",
        title=fault.title,
        status=fault.status,
        detail=fault.detail,
        instance=path_of(scope),
    )


def respond(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """Return the HTTP answer with the problem."""
    body = problem.model_dump_json(exclude_none=True)
    return Response(body, problem.status, headers, media_type=MEDIA_TYPE)


def path_of(scope: Scope) -> str:
    """Return the path of a request in plain ASCII, whatever was sent."""
    return quote(str(scope["path"]), safe="/%:@!$&'()*+,;=~-._")[:500]
