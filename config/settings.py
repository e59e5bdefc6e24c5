"""The settings of all processes, read from the environment once and by entry points only."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, cast

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, create_model, field_validator
from pydantic_settings import NoDecode

from config.keys import DEVELOPMENT_PREFIX, KeyHolder, development_keys
from config.ports import PortSettings, variable
from gateways.couriers import registry as couriers
from gateways.payments import registry as payments

BAD_SETTINGS_EXIT_CODE = 2
EMBEDDED_DATABASE_URL = "sqlite:///.local/refunds.db"
DATABASE_SCHEMES = ("sqlite:///", "postgres://", "postgresql://", "postgresql+psycopg://")
KEY_CHARACTERS_MIN = 24
UNNAMED_COMMIT = "local"

SomeSettings = TypeVar("SomeSettings", bound=PortSettings)


class OwnSettings(PortSettings):
    """The settings of the service itself, without those of payment and tracking providers."""

    env: Literal["development", "production"] = Field("development", description="Set development or production.")
    commit: str = Field(
        UNNAMED_COMMIT,
        pattern=r"^[0-9A-Za-z.-]{1,64}$",
        description="Set the commit that the code was built from (git rev-parse --short HEAD); images contain it.",
    )
    database_url: str = Field(
        EMBEDDED_DATABASE_URL,
        repr=False,
        description="Set postgresql://user:password@host/database, or in development also sqlite:///path.",
    )
    temporal_address: str = Field(
        "localhost:7233", pattern=r"^[^/\s]+:\d+$", description="Set host:port of the Temporal server."
    )
    temporal_namespace: str = Field("default", min_length=1, description="Set a namespace of that Temporal server.")
    max_cached_workflows: int = Field(
        1000, ge=0, description="Set how many cases a worker keeps in memory, about 0.1 MB each."
    )
    workflow_sandbox: bool = Field(
        default=False,
        description="Set true to run workflows in Temporal's sandbox here too (tests and replays always do); "
        "it doubles a worker's processor time.",
    )
    s3_endpoint: str | None = Field(
        None, pattern=r"^https?://", description="Set the store's http(s) address; leave it unset for Amazon S3."
    )
    s3_public_endpoint: str | None = Field(
        None,
        pattern=r"^https?://",
        description="Set the store's address as customers reach it, or leave it unset if it is the same.",
    )
    s3_bucket: str = Field("evidence", min_length=3, description="Set the bucket that stores evidence.")
    s3_region: str = Field("us-east-1", min_length=1, description="Set the region of the bucket.")
    s3_access_key: str = Field(min_length=1, repr=False, description="Set the access key of the object store.")
    s3_secret_key: SecretStr = Field(min_length=1, description="Set the secret key of the object store.")
    stock_webhook_url: str | None = Field(
        None,
        pattern=r"^https?://",
        description="Set the http(s) address of the shop's stock system, which is asked for replacements, or leave it "
        "unset to keep the stock in this service.",
    )
    stock_webhook_secret: SecretStr | None = Field(
        None,
        min_length=16,
        description="Set the secret with which requests to the stock system are signed (whsec_… or any other of 16 or "
        "more characters), together with its address.",
    )
    calendar_folder: Path | None = Field(
        None,
        description="Set the folder with the official calendars that the installed release does not know yet, one file "
        "per country and year like CN-2027.json, or leave it unset if there are none.",
    )
    api_keys: Annotated[dict[str, KeyHolder], NoDecode] = Field(
        default_factory=development_keys,
        repr=False,
        description='Set JSON like {"<key>": {"role": "auditor", "name": "mei"}}; '
        "roles are storefront, auditor, warehouse, finance, admin.",
    )
    api_host: str = Field("127.0.0.1", min_length=1, description="Set the address the API listens on.")

    @field_validator("commit")
    @classmethod
    def _production_knows_its_commit(cls, commit: str, info: ValidationInfo) -> str:
        if commit == UNNAMED_COMMIT and _is_production(info):
            raise ValueError("production needs a commit, so that two builds can be told apart and rolled back")
        return commit

    @field_validator("database_url")
    @classmethod
    def _database_is_known_and_meant(cls, url: str, info: ValidationInfo) -> str:
        if not url.startswith(DATABASE_SCHEMES):
            raise ValueError("it is not an address of PostgreSQL or SQLite")
        if url == EMBEDDED_DATABASE_URL and _is_production(info):
            raise ValueError("the embedded database is for development only")
        return url

    @field_validator("stock_webhook_secret")
    @classmethod
    def _stock_has_both(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if (secret is None) is not (info.data.get("stock_webhook_url") is None):
            raise ValueError("set the address and the secret of the stock together")
        return secret

    @field_validator("api_keys", mode="before")
    @classmethod
    def _keys_are_json(cls, given: Any) -> Any:  # noqa: ANN401 - whatever the source gave
        if not isinstance(given, str):
            return given
        try:
            return json.loads(given)
        except ValueError:
            raise ValueError("it is not JSON") from None

    @field_validator("api_keys")
    @classmethod
    def _production_keys_are_secret(cls, keys: dict[str, KeyHolder], info: ValidationInfo) -> dict[str, KeyHolder]:
        if not keys:
            raise ValueError("without keys nobody can call the API")
        if not _is_production(info):
            return keys
        if any(key.startswith(DEVELOPMENT_PREFIX) for key in keys):
            raise ValueError(f"production accepts no {DEVELOPMENT_PREFIX}* keys, because they are public")
        if any(len(key) < KEY_CHARACTERS_MIN for key in keys):
            raise ValueError(f"production accepts only keys of at least {KEY_CHARACTERS_MIN} characters")
        return keys


_PROVIDERS = (*payments.PROVIDERS, *couriers.PROVIDERS)
_WithProviders = cast(
    "type[OwnSettings]",
    create_model("WithProviders", __base__=(*(one.settings for one in reversed(_PROVIDERS)), OwnSettings)),
)


class Settings(_WithProviders):
    """The settings of one process with those of every registered provider, validated as a whole."""


def load() -> Settings:
    """Return the settings, or exit with code 2 and one line per wrong setting."""
    return _load(Settings)


def load_ports() -> PortSettings:
    """Return the port settings, or exit with code 2 and one line per wrong setting."""
    return _load(PortSettings)


def _load(kind: type[SomeSettings]) -> SomeSettings:
    try:
        return kind.from_environment()
    except ValidationError as error:
        print("\n".join(complaints(error)), file=sys.stderr)  # noqa: T201 - printed before logging is set up
        raise SystemExit(BAD_SETTINGS_EXIT_CODE) from None


def complaints(error: ValidationError) -> list[str]:
    """Return one line per wrong setting: what is wrong and how to fix it, never the value, which may be a secret."""
    lines = {str(problem["loc"][0]): _complaint(problem["type"], problem["msg"]) for problem in error.errors()}
    return [
        f"{variable(field)} {message}. {Settings.model_fields[field].description}" for field, message in lines.items()
    ]


def _complaint(kind: str, message: str) -> str:
    if kind == "missing":
        return "is not set"
    return f"is wrong: {message.removeprefix('Value error, ')}"


def _is_production(info: ValidationInfo) -> bool:
    return info.data.get("env") == "production"
