"""The port settings, and how all settings are named and read."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "REFUNDS_"

Port = Annotated[int, Field(ge=1, le=65535)]


class PortSettings(BaseSettings):
    """The ports of this system on one machine; a field's `description` says how to correct a wrong setting.

    A variable is named `REFUNDS_` and the field in capitals. A variable that is set but empty counts as not set.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        validate_default=True,
    )

    api_port: Port = Field(8000, description="Set the port of the API, 1 to 65535.")
    temporal_port: Port = Field(7233, description="Set the port of the embedded Temporal server, 1 to 65535.")
    temporal_ui_port: Port = Field(8233, description="Set the port of the embedded Temporal UI, 1 to 65535.")
    s3_port: Port = Field(8333, description="Set the port of the embedded object store, 1 to 65535.")
    sandbox_port: Port = Field(8420, description="Set the port of the payment sandbox, 1 to 65535.")

    @classmethod
    def from_environment(cls) -> Self:
        """Return the settings in this process' environment; raises pydantic's ValidationError."""
        return cls.model_validate({})

    @classmethod
    def of(cls, variables: Mapping[str, str]) -> Self:
        """Return the settings in another process' environment; raises pydantic's ValidationError."""
        given = {name: variables.get(variable(name)) for name in cls.model_fields}
        return cls.model_validate({name: value for name, value in given.items() if value})


def variable(field: str) -> str:
    """Return the environment variable of a setting."""
    return f"{PREFIX}{field.upper()}"
