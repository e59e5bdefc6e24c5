"""What happened to a case, oldest first: the workflow's entries, and notes of the edges with their free text."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any, Literal

from pydantic import AwareDatetime, Field, JsonValue, TypeAdapter
from sqlmodel import Session, col, select

from db.statements import INSERTS, PostgreSQLInsert, SQLiteInsert, insert_or
from db.tables import TimelineRow
from domain.case import RuleId, TimelineEntry
from domain.value import Value


class TimelineRecord(Value):
    """Something that happened: told by the case's workflow (`case`), or by an edge such as the API (`edge`)."""

    source: Literal["case", "edge"]
    entry_id: str
    at: AwareDatetime
    actor: str
    event: str
    rule: RuleId | None = None
    details: dict[str, JsonValue] = Field(default_factory=dict)
    text: str | None = None


def add_entries(session: Session, case_id: str, entries: Sequence[TimelineEntry]) -> None:
    """Add the workflow's entries, each once however often it comes; one recorded again is the newer account."""
    if entries:
        session.exec(_entry_statement(session.get_bind().dialect.name), params=[_row(case_id, one) for one in entries])


def add_note(session: Session, case_id: str, note: TimelineRecord) -> None:
    """Add an edge's entry, once however often the very same comes."""
    statement = insert_or(session, TimelineRow.__table__).on_conflict_do_nothing()
    session.exec(statement, params={"case_id": case_id, **note.model_dump()})


def note_of(at: datetime, actor: str, event: str, details: dict[str, JsonValue], text: str | None) -> TimelineRecord:
    """Return an edge's entry, known again by its content."""
    unnamed = TimelineRecord(source="edge", entry_id="", at=at, actor=actor, event=event, details=details, text=text)
    return unnamed.amend(entry_id=sha256(_CONTENT.dump_json(unnamed)).hexdigest()[:32])


def read_timeline(session: Session, case_id: str) -> list[TimelineRecord]:
    """Return everything that happened to the case, oldest first."""
    wanted = select(TimelineRow).where(TimelineRow.case_id == case_id)
    ordered = wanted.order_by(col(TimelineRow.at), col(TimelineRow.source), col(TimelineRow.entry_id))
    return [TimelineRecord.model_validate(row.model_dump(exclude={"case_id"})) for row in session.exec(ordered)]


_CONTENT = TypeAdapter(TimelineRecord)


@cache
def _entry_statement(dialect: str) -> PostgreSQLInsert | SQLiteInsert:
    # A worker that died before its workflow task was saved leaves entries of a history that never became true.
    insert = INSERTS[dialect](TimelineRow.__table__)
    keys = [column.name for column in TimelineRow.__table__.primary_key]
    told = {column.name: column for column in insert.excluded if column.name not in keys}
    return insert.on_conflict_do_update(index_elements=keys, set_=told)


def _row(case_id: str, entry: TimelineEntry) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "source": "case",
        "entry_id": f"{entry.seq:08d}",
        "at": entry.at,
        "actor": entry.actor,
        "event": entry.event,
        "rule": entry.rule,
        "details": entry.details,
        "text": None,
    }
