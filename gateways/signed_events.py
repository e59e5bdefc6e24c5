"""Reads the body of a webhook whose signature is right; whatever cannot be read in it becomes one named error."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast

from pydantic import ValidationError

from domain.errors import DomainError, UnreadableEventError
from domain.types import Identifier
from domain.value import Value

T = TypeVar("T")
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[^\s{}\[\]:,"]+|.', re.DOTALL)
_IN_JSON = re.compile(rb'".+"|[{}\[\]:,]|-?[0-9][0-9.eE+-]*|true|false|null', re.DOTALL)
_DEPTHS = {b"{": 1, b"[": 1, b"}": -1, b"]": -1}
_SAYS: dict[type[Exception], str] = {
    UnicodeDecodeError: "it is not in UTF-8",
    json.JSONDecodeError: "it is no JSON",
    RecursionError: "it is nested too deeply",
    LookupError: "a field is missing that the provider documents",
}


class _EventId(Value):
    event_id: Identifier


class _OddBodyError(ValueError):
    """Something of the body as a whole, which can be said without quoting it."""


def translated(body: bytes, translate: Callable[[dict[str, Any]], T], *, id_field: str | None = "id") -> T:
    """Return what `translate` makes of the body's JSON object.

    Raises UnreadableEventError, with the event's id as far as it can be read, for everything else: no JSON in UTF-8, no
    object, a field given twice, numbers and times out of any range, too deep a nesting, and whatever `translate`
    stumbles over.
    """
    try:
        return translate(_object(body))
    except DomainError:
        raise
    except Exception as error:
        raise UnreadableEventError(_why(error), _id_in(body, id_field)) from error


def text(value: object) -> str:
    """Return the value if it is a text; raises TypeError for any other one, which would only look like a text."""
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def is_one_json_value(body: bytes) -> bool:
    """Return whether the body is one JSON value with nothing after it, as its tokens show, however deeply nested."""
    depth = -1
    for depth_now, token in _tokens(body):
        if depth == 0 or not _IN_JSON.fullmatch(token):
            return False
        depth = depth_now
    return depth == 0


def _object(body: bytes) -> dict[str, Any]:
    read = json.loads(body.decode("utf-8"), object_pairs_hook=_each_once)
    if not isinstance(read, dict):
        raise _OddBodyError("it is no JSON object")
    return cast("dict[str, Any]", read)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _OddBodyError("a field is given twice")
    return members


def _why(error: Exception) -> str:
    """Return what is wrong, without anything that the body says, which may be personal data."""
    if isinstance(error, _OddBodyError):
        return str(error)
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc'])) or 'a value'} is not as documented ({first['type']})"
    known = next((said for kind, said in _SAYS.items() if isinstance(error, kind)), "a value is not as documented")
    return f"{known} ({type(error).__name__})"


def _id_in(body: bytes, field: str | None) -> str | None:
    """Return the event's id, also from a body that is no valid JSON, or None."""
    name, before = json.dumps(field).encode(), (b"", b"")
    for depth, token in _tokens(body):
        if depth == 1 and before == (name, b":"):
            return _readable(token)
        before = (before[1], token)
    return None


def _readable(token: bytes) -> str | None:
    try:
        return _EventId.model_validate_json(b'{"event_id": ' + token + b"}").event_id
    except ValidationError:
        return None


def _tokens(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Return the tokens of the body, each with how many brackets are open after it."""
    depth = 0
    for found in _TOKEN.finditer(body):
        token = found.group()
        if not token.isspace():
            depth += _DEPTHS.get(token, 0)
            yield depth, token
