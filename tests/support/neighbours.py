"""Two neighbouring releases: what the next one writes, and what its values look like.

The next release has one optional field more in every model, however deep.
"""

from collections.abc import Iterator, Mapping
from functools import reduce
from operator import or_
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, create_model
from pydantic_core import to_jsonable_python

MORE = "of_tomorrow"
_NEWER: dict[type[BaseModel], type[BaseModel]] = {}


def models_in(kind: Any, seen: frozenset[Any] = frozenset()) -> Iterator[type[BaseModel]]:
    """Return the models that a value of the type can hold, itself included, each at least once."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if kind not in seen:
            yield kind
            for field in kind.model_fields.values():
                yield from models_in(field.annotation, seen | {kind})
    else:
        for part in get_args(kind):
            yield from models_in(part, seen)


def written_by_the_next(value: Any) -> Any:
    """Return the value as JSON of a release that has one field more in every model of it."""
    match value:
        case BaseModel():
            fields = {
                info.serialization_alias or info.alias or name: written_by_the_next(getattr(value, name))
                for name, info in type(value).model_fields.items()
                if not info.exclude
            }
            return {**fields, MORE: "new"}
        case Mapping():
            return {to_jsonable_python(key): written_by_the_next(one) for key, one in value.items()}
        case list() | tuple() | set() | frozenset():
            return [written_by_the_next(one) for one in value]
        case _:
            return to_jsonable_python(value)


def newer(kind: Any) -> Any:
    """Return the type as the next release has it."""
    if not any(models_in(kind)):
        return kind
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _NEWER.get(kind) or _NEWER.setdefault(kind, _newer_model(kind))
    first, *rest = get_args(kind)
    if get_origin(kind) is Annotated:
        return Annotated[newer(first), *rest]
    parts = [newer(one) for one in (first, *rest)]
    origin: Any = get_origin(kind)
    return reduce(or_, parts) if origin in {Union, UnionType} else origin[tuple(parts)]


def _newer_model(kind: type[BaseModel]) -> type[BaseModel]:
    changed: dict[str, Any] = {
        name: (newer(info.annotation), info)
        for name, info in kind.model_fields.items()
        if any(models_in(info.annotation))
    }
    changed[MORE] = (str | None, None)
    return create_model(kind.__name__, __base__=kind, **changed)
