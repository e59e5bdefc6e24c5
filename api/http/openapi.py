"""The OpenAPI document, with the problems that each call can be answered with."""

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
    401: "The key is missing or not valid.",
    403: "The key's role may not do this; the detail names the role needed.",
    404: "There is no such resource, or this key may not see it.",
    409: "Contradicts an earlier request or the state of the case; `state` is the case's current state.",
    413: "The body is larger than 1 MiB.",
    422: "A field is wrong (`errors` says which), or a rule of the policy refuses the request (`rule` says which).",
    503: "A system behind the service does not answer; repeat the request after `Retry-After` seconds.",
}


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of the problems with which a call can be answered."""
    return {status: {"model": Problem, "description": DESCRIPTIONS[status]} for status in statuses}


MESSAGE_ANSWERS = answers(400, 401, 403, 404, 409, 413, 422, 503)
"""The problems with which a message to a case can be answered."""


def operation_id(route: APIRoute) -> str:
    """Return the operation's id, which is the name of the route's function."""
    return route.name


class Document:
    """The OpenAPI document of an application, built once; only the dates of its examples change, to keep them valid."""

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
