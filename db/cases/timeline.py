"""The timeline of a case, oldest first: entries of its workflow, and notes from outside it with their free text."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

from pydantic import AwareDatetime, Field, JsonValue
from sqlalchemy import Connection, bindparam, select

from db.core.upsert import InsertIgnore, Upsert, given
from db.tables import TimelineRow
from domain.cases.timeline import ENTRIES_PER_VERSION, CaseEvent, EventName, TimelineEntry
from domain.types import RuleId
from domain.value import Value

_TIMELINE = TimelineRow.__table__
_READ = (
    select(*(column for column in _TIMELINE.c if column.name != "case_id"))
    .where(given(_TIMELINE.c.case_id))
    .order_by(_TIMELINE.c.at, _TIMELINE.c.source, _TIMELINE.c.entry_id)
)
_READ_VERSION = (
    select(*(column for column in _TIMELINE.c if column.name != "case_id"))
    .where(given(_TIMELINE.c.case_id), _TIMELINE.c.source == "case")
    .where(_TIMELINE.c.entry_id.between(bindparam("first"), bindparam("last")))
    .order_by(_TIMELINE.c.entry_id)
)
_ADD_NOTE = InsertIgnore(_TIMELINE)
# A worker that died before its workflow task was saved leaves entries of a history that was never saved.
_WRITE_ENTRIES = Upsert(_TIMELINE)


class TimelineRecord(Value):
    """An event of a case, recorded by its workflow (`case`) or from outside, for example by the API (`edge`)."""

    source: Literal["case", "edge"]
    entry_id: str
    at: AwareDatetime
    actor: str
    event: EventName
    rule: RuleId | None = None
    details: dict[str, JsonValue] = Field(default_factory=dict)
    text: str | None = None


def add_entries(connection: Connection, case_id: str, entries: Sequence[TimelineEntry]) -> None:
    """Add the workflow's entries; an entry that is recorded already is replaced by the newer one."""
    if entries:
        _WRITE_ENTRIES.write(connection, [_row(case_id, entry) for entry in entries])


def entries_of_version(connection: Connection, case_id: str, version: int) -> list[TimelineRecord]:
    """Return the workflow's entries of that version of the case, in their order."""
    first = version * ENTRIES_PER_VERSION
    wanted = {"case_id": case_id, "first": _entry_id(first), "last": _entry_id(first + ENTRIES_PER_VERSION - 1)}
    return [TimelineRecord(**row) for row in connection.execute(_READ_VERSION, wanted).mappings()]


def differ(recorded: Sequence[TimelineRecord], entries: Sequence[TimelineEntry]) -> bool:
    """Return whether these entries of one version tell something else than the recorded ones, whatever their time."""
    told = [(one.event, one.actor, one.rule, one.details) for one in entries]
    return [(one.event, one.actor, one.rule, one.details) for one in recorded] != told


def add_note(connection: Connection, case_id: str, note: TimelineRecord) -> None:
    """Add an entry from outside the workflow; the same entry is added only once."""
    _ADD_NOTE.add(connection, {"case_id": case_id, **note.model_dump()})


def note_of(
    at: datetime, actor: str, event: CaseEvent, details: dict[str, JsonValue], text: str | None
) -> TimelineRecord:
    """Return an entry from outside the workflow, whose id depends on its content only."""
    unnamed = TimelineRecord(source="edge", entry_id="", at=at, actor=actor, event=event, details=details, text=text)
    return unnamed.amend(entry_id=sha256(unnamed.model_dump_json().encode()).hexdigest()[:32])


def read_timeline(connection: Connection, case_id: str) -> list[TimelineRecord]:
    """Return everything that happened to the case, oldest first."""
    return [TimelineRecord(**row) for row in connection.execute(_READ, {"case_id": case_id}).mappings()]


def _row(case_id: str, entry: TimelineEntry) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "source": "case",
        "entry_id": _entry_id(entry.seq),
        "at": entry.at,
        "actor": entry.actor,
        "event": entry.event,
        "rule": entry.rule,
        "details": entry.details,
        "text": None,
    }


def _entry_id(seq: int) -> str:
    return f"{seq:08d}"
