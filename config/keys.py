"""Who may call the API: the keys in the settings and the role of each."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

DEVELOPMENT_PREFIX = "dev-"


class Role(StrEnum):
    """What the holder of a key may do; spelled as in the settings and in the API."""

    STOREFRONT = "storefront"
    AUDITOR = "auditor"
    WAREHOUSE = "warehouse"
    FINANCE = "finance"
    ADMIN = "admin"


class KeyHolder(BaseModel):
    """The holder of a key; timelines show the name of whoever acted."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    role: Role
    name: str = Field(min_length=1, max_length=100)


def development_keys() -> dict[str, KeyHolder]:
    """Return the five public keys `dev-<role>`, whose holders are named like their roles."""
    return {f"{DEVELOPMENT_PREFIX}{role}": KeyHolder(role=role, name=role) for role in Role}
