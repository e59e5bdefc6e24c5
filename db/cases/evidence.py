"""Evidence: the announced files, and the single verdict about each upload (R8)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import Connection, RowMapping, insert, select, update

from db.core.engine import Database
from db.core.upsert import given
from db.tables import EvidenceRow
from domain.cases.evidence import EvidencePin
from domain.enums import EvidenceStatus
from domain.errors import UnknownEvidenceError
from domain.request import AnnouncedEvidence, CaseId
from domain.value import Value

_EVIDENCE = EvidenceRow.__table__
_ADD = insert(_EVIDENCE)
_READ = select(_EVIDENCE).where(given(_EVIDENCE.c.evidence_id))
_READ_ALL = (
    select(_EVIDENCE)
    .where(given(_EVIDENCE.c.case_id))
    .order_by(_EVIDENCE.c.announced_at, _EVIDENCE.c.position, _EVIDENCE.c.evidence_id)
)


class EvidenceRecord(Value):
    """A recorded piece of evidence; version and hash are set once it is pinned, `why` once it is refused."""

    case_id: CaseId
    evidence_id: str
    item: AnnouncedEvidence
    status: EvidenceStatus
    version_id: str | None = None
    sha256: str | None = None
    why: str | None = None
    announced_at: AwareDatetime
    settled_at: AwareDatetime | None = None

    @property
    def pin(self) -> EvidencePin:
        """Return the part of it that the workflow gets."""
        return EvidencePin(
            evidence_id=self.evidence_id, status=self.status, version_id=self.version_id, sha256=self.sha256
        )


class EvidenceBook:
    """The evidence of cases; the first verdict about an upload is final."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def announce(self, case_id: str, items: Mapping[str, AnnouncedEvidence], at: datetime) -> None:
        """Record announced evidence, by its id."""
        with self._database.writing() as connection:
            announce_evidence(connection, case_id, items, at)

    def get(self, case_id: str, evidence_id: str) -> EvidenceRecord:
        """Return the evidence; raises UnknownEvidenceError if the case has none with that id."""
        with self._database.reading() as connection:
            record = _read(connection, evidence_id)
        if record is None or record.case_id != case_id:
            raise UnknownEvidenceError(f"case {case_id} has no evidence {evidence_id}")
        return record

    def all(self, case_id: str) -> tuple[EvidenceRecord, ...]:
        """Return the evidence of a case in the order in which it was announced."""
        with self._database.reading() as connection:
            return tuple(_record(row) for row in connection.execute(_READ_ALL, {"case_id": case_id}).mappings())

    def pin(self, evidence_id: str, version_id: str, sha256: str, at: datetime) -> EvidenceRecord:
        """Record that the upload is what was announced, and return the evidence; an earlier verdict stays.

        Raises UnknownEvidenceError.
        """
        pinned = {"status": EvidenceStatus.PINNED.value, "version_id": version_id, "sha256": sha256, "settled_at": at}
        return self._settle(evidence_id, pinned)

    def refuse(self, evidence_id: str, why: str, at: datetime) -> EvidenceRecord:
        """Record that the upload is not what was announced, and return the evidence; an earlier verdict stays.

        Raises UnknownEvidenceError.
        """
        return self._settle(evidence_id, {"status": EvidenceStatus.REFUSED.value, "why": why, "settled_at": at})

    def _settle(self, evidence_id: str, verdict: dict[str, Any]) -> EvidenceRecord:
        undecided = _EVIDENCE.c.evidence_id == evidence_id, _EVIDENCE.c.status == EvidenceStatus.ANNOUNCED.value
        with self._database.writing() as connection:
            connection.execute(update(_EVIDENCE).where(*undecided).values(verdict))
            record = _read(connection, evidence_id)
        if record is None:
            raise UnknownEvidenceError(f"there is no evidence {evidence_id}")
        return record


def announce_evidence(
    connection: Connection, case_id: str, items: Mapping[str, AnnouncedEvidence], at: datetime
) -> None:
    """Add announced evidence in the order of the mapping."""
    if items:
        rows = [_row(case_id, position, one, item, at) for position, (one, item) in enumerate(items.items())]
        connection.execute(_ADD, rows)


def _row(case_id: str, position: int, evidence_id: str, item: AnnouncedEvidence, at: datetime) -> dict[str, Any]:
    return {
        "evidence_id": evidence_id,
        "case_id": case_id,
        "position": position,
        "filename": item.filename,
        "content_type": item.content_type,
        "size": item.size,
        "announced_sha256": item.sha256,
        "status": EvidenceStatus.ANNOUNCED.value,
        "announced_at": at,
    }


def _read(connection: Connection, evidence_id: str) -> EvidenceRecord | None:
    row = connection.execute(_READ, {"evidence_id": evidence_id}).mappings().first()
    return _record(row) if row is not None else None


def _record(row: RowMapping) -> EvidenceRecord:
    item = AnnouncedEvidence(
        filename=row["filename"], content_type=row["content_type"], size=row["size"], sha256=row["announced_sha256"]
    )
    return EvidenceRecord(item=item, **{name: row[name] for name in EvidenceRecord.model_fields if name != "item"})
