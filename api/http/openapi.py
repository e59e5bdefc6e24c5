"""The OpenAPI document: problems with their media type, and the statuses a call can be answered with."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from api.problems.problem_details import MEDIA_TYPE, Problem
from api.schemas.examples import order_delivered_before

DESCRIPTIONS = {
    400: "The body is not JSON.",
    401: "No key, or one that opens nothing.",
    403: "The key's role may not do this; the detail names the role needed.",
    404: "There is none, or not for this key.",
    409: "Contradicts what was said before, or the state of the case; `state` says which it is in.",
    413: "The body is larger than 1 MiB.",
    422: "A field is wrong (`errors` says which), or a rule of the policy refuses (`rule` says which).",
    503: "A part behind the service does not answer; repeat after `Retry-After` seconds.",
}


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the problems that a call can be answered with, for its documentation."""
    return {status: {"model": Problem, "description": DESCRIPTIONS[status]} for status in statuses}


MESSAGE_ANSWERS = answers(400, 401, 403, 404, 409, 413, 422, 503)
"""What a call that tells a case something can be answered with."""


def operation_id(route: APIRoute) -> str:
    """Return the name of the function behind the route, as the operation's id."""
    return route.name


class Document:
    """The OpenAPI document of an app, made once; only the dates of its examples move on, so that they keep working."""

    def __init__(self, app: FastAPI, now: Callable[[], datetime]) -> None:
        self._make = app.openapi
        self._now = now
        self._made: dict[str, Any] | None = None

    def __call__(self) -> dict[str, Any]:
        """Return the document."""
        if self._made is None:
            self._made = self._make()
            for operation in (one for path in self._made["paths"].values() for one in path.values()):
                _name_media_type(operation["responses"])
        body = self._made["paths"]["/v1/orders/{order_number}"]["put"]["requestBody"]["content"]["application/json"]
        for example in body["examples"].values():
            example["value"] = order_delivered_before(self._now())
        return self._made


def _name_media_type(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        if int(status) >= HTTPStatus.BAD_REQUEST:
            response["content"] = {MEDIA_TYPE: response["content"]["application/json"]}
