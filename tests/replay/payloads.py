"""What workflows and activities of stored histories were given and gave back, read as strictly as it can be.

The service itself reads leniently, so that two releases can run side by side. Here a field that a release wrote and
today's code does not know is an error: it was renamed or removed, and what it held would be lost without a word.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from inspect import signature
from typing import Any, NamedTuple, get_type_hints

from pydantic import TypeAdapter, ValidationError
from temporalio.activity import _Definition as Definition

HOW_TO_GO_ON = (
    "Cases of a release hold such values. Keep the field and add the new one beside it with a default: "
    "docs/DEPLOYING.md, Changing what is stored."
)


class Payload(NamedTuple):
    """A value in a history: the input of an activity or a workflow, or its result."""

    owner: str
    part: str
    data: bytes


def types_of_activities(classes: Iterable[type]) -> dict[tuple[str, str], Any]:
    """Return the type of each activity's input and result, by its name in histories."""
    types: dict[tuple[str, str], Any] = {}
    for method in (method for one in classes for method in vars(one).values()):
        definition = Definition.from_callable(method) if callable(method) else None
        if definition and definition.name:
            hints = get_type_hints(method)
            given = list(signature(method).parameters)[1]
            types |= {(definition.name, "input"): hints[given], (definition.name, "result"): hints["return"]}
    return types


def payloads(history: str) -> Iterator[Payload]:
    """Return the inputs of workflows and of regular activities, which another release may run, and all results."""
    scheduled: dict[str, str] = {}
    for event in json.loads(history)["events"]:
        if started := event.get("workflowExecutionStartedEventAttributes"):
            yield from _read(started["workflowType"]["name"], "input", started["input"])
        if given := event.get("activityTaskScheduledEventAttributes"):
            scheduled[event["eventId"]] = given["activityType"]["name"]
            yield from _read(given["activityType"]["name"], "input", given["input"])
        if done := event.get("activityTaskCompletedEventAttributes"):
            yield from _read(scheduled[done["scheduledEventId"]], "result", done["result"])
        if marker := event.get("markerRecordedEventAttributes"):
            yield from _of_local_activity(marker["details"])


def check(payload: Payload, types: Mapping[tuple[str, str], Any]) -> None:
    """Fail unless today's code reads the value and knows every field of it."""
    kind = types[payload.owner, payload.part]
    if kind is type(None):
        return
    try:
        TypeAdapter(kind).validate_json(payload.data)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['type']}" for one in error.errors())
        raise AssertionError(f"the {payload.part} of {payload.owner} ({wrong}). {HOW_TO_GO_ON}") from None


def _of_local_activity(details: Mapping[str, Any]) -> Iterator[Payload]:
    if "result" in details:
        [about] = details["data"]["payloads"]
        yield from _read(json.loads(base64.b64decode(about["data"]))["activity_type"], "result", details["result"])


def _read(owner: str, part: str, given: Mapping[str, Any]) -> Iterator[Payload]:
    return (Payload(owner, part, base64.b64decode(one["data"])) for one in given["payloads"] if one.get("data"))
