"""The formats of codes, rule ids, names of people and other values that are used everywhere."""

from typing import Annotated

from pydantic import Field

Code = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}$", examples=["signs_of_use"])]
RuleId = Annotated[str, Field(pattern=r"^R[0-9]{1,2}$")]
Actor = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\W_][\w ._@:/-]*$", examples=["王芳", "mei"])]
Count = Annotated[int, Field(ge=0, le=1000)]
Sentence = Annotated[str, Field(validation_alias="says", serialization_alias="says")]
"""One sentence for a person; in JSON it is called `says`, as it has always been."""
