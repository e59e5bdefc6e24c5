"""The versions of the refund policy, one JSON file each; implements `activities.ports.policy` (R41)."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from pydantic import ValidationError

from domain.errors import DomainError
from domain.policy_document import PolicyDocument
from gateways.calendars import HolidayCalendars

POLICY_VERSIONS = Path(__file__).parent.parent / "policy" / "versions"
"""The versions that come with the release."""


class PolicyUnreadableError(DomainError):
    """A policy version cannot be used; the message names its file and field."""

    code = "policy_unreadable"


class PolicyRepository:
    """All policy versions of a folder, read and validated at start, so that no mistake surfaces later in a case."""

    def __init__(self, folder: Path) -> None:
        """Read all `*.json` files of the folder. Raises PolicyUnreadableError."""
        documents = [_read(path) for path in sorted(folder.glob("*.json"))]
        if not documents:
            raise PolicyUnreadableError(f"{folder}: no policy version here; add one, with a name like 2025-01-01.json")
        self._by_age = sorted(documents, key=_age)
        self._by_name = {document.version: document for document in documents}

    def in_force(self, placed_at: datetime) -> PolicyDocument:
        """Return the version in force on the day the order was placed, in the version's timezone (R41).

        An order older than the first version gets the first one; of two versions of the same day, the later revision
        counts.
        """
        begun = [document for document in self._by_age if _has_begun(document, placed_at)]
        return begun[-1] if begun else self._by_age[0]

    def version(self, version: str) -> PolicyDocument:
        """Return the version that a case keeps to its end (R41); raises KeyError if the folder no longer has it."""
        return self._by_name[version]

    def all(self) -> Sequence[PolicyDocument]:
        """Return all versions, the oldest first."""
        return self._by_age


def _has_begun(document: PolicyDocument, at: datetime) -> bool:
    return at.astimezone(ZoneInfo(document.timezone)).date() >= document.in_force_from


def _age(document: PolicyDocument) -> tuple[str, str, int]:
    day, _, revision = document.version.partition(".")
    return document.in_force_from.isoformat(), day, int(revision or 0)


def _read(path: Path) -> PolicyDocument:
    try:
        document = PolicyDocument.model_validate_json(path.read_bytes())
    except OSError as error:
        raise PolicyUnreadableError(f"{path}: cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise PolicyUnreadableError(f"{path}: {_says(error)}") from error
    if mistake := _mistake(document, path.stem):
        raise PolicyUnreadableError(f"{path}: {mistake}")
    return document


def _says(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in one['loc']) or 'the file'}: {one['msg']}" for one in error.errors()
    )


def _mistake(document: PolicyDocument, stem: str) -> str | None:
    if document.version != stem:
        return f"version: {document.version} must be the name of the file"
    if document.timezone not in available_timezones():
        return f"timezone: {document.timezone} is not in the IANA database; use a name like Asia/Shanghai"
    if not HolidayCalendars().knows(document.country):
        return f"country: there is no calendar for {document.country}"
    return None
