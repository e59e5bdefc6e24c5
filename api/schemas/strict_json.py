"""Strict validation of bodies: a JSON string is no number, a number is no time, and 1 is not true."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


class StrictJson:
    """Marks a body (`Annotated[Model, STRICT]`) to be validated as strictly as JSON allows.

    FastAPI passes bodies as Python objects, which pydantic would have to validate leniently because times are strings.
    Therefore the model validates the JSON again.
    """

    def __get_pydantic_core_schema__(self, source: type[BaseModel], handler: GetCoreSchemaHandler) -> CoreSchema:
        """Wrap the model's own validation."""
        return core_schema.no_info_wrap_validator_function(partial(_strictly, source), handler(source))


STRICT = StrictJson()


def _strictly(model: type[BaseModel], body: object, leniently: Callable[[object], Any]) -> object:
    return model.model_validate_json(json.dumps(body), strict=True) if isinstance(body, dict) else leniently(body)
