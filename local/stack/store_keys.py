"""The keys of one local object store: created at random once, never shared between stores."""

import secrets
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

_OWNER_ONLY = 0o600


def _random() -> str:
    return secrets.token_hex(20)


class StoreKeys(BaseModel):
    """Access and secret key for clients, and the key that protects the store's internal ports."""

    model_config = ConfigDict(frozen=True)

    access_key: str = Field(default_factory=_random)
    secret_key: str = Field(default_factory=_random, repr=False)
    signing_key: str = Field(default_factory=_random, repr=False)

    @classmethod
    def kept(cls, file: Path) -> Self:
        """Return the keys in the file, which is created the first time and readable by its owner only."""
        if file.exists():
            return cls.model_validate_json(file.read_bytes())
        keys = cls()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(_OWNER_ONLY)
        file.write_text(keys.model_dump_json())
        return keys

    def environment(self) -> dict[str, str]:
        """Return the variables that SeaweedFS reads; without the four JWT keys, its filer would answer anybody."""
        jwt = ("SIGNING_KEY", "SIGNING_READ_KEY", "FILER_SIGNING_KEY", "FILER_SIGNING_READ_KEY")
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            **{f"WEED_JWT_{name}": f"{self.signing_key}-{name}" for name in jwt},
        }
