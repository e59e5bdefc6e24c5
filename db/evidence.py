"""Evidence: what was announced, and the one verdict about what was uploaded (R8)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from db.engine import Database
from db.tables import EvidenceRow
from domain.case import EvidencePin
from domain.errors import UnknownEvidenceError
from domain.request import AnnouncedEvidence, CaseId
from domain.value import Value
from domain.words import EvidenceStatus


class EvidenceRecord(Value):
    """A piece of evidence as recorded; version and hash once pinned, `why` once refused."""

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
    def object_key(self) -> str:
        """Return where the object store keeps it."""
        return f"cases/{self.case_id}/{self.evidence_id}"

    @property
    def pin(self) -> EvidencePin:
        """Return what the workflow is told of it."""
        return EvidencePin(
            evidence_id=self.evidence_id, status=self.status, version_id=self.version_id, sha256=self.sha256
        )


class EvidenceBook:
    """The evidence of cases; the first verdict about an upload stands."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def announce(self, case_id: str, items: Mapping[str, AnnouncedEvidence], at: datetime) -> None:
        """Record evidence to come, by its id."""
        with self._database.writing() as session:
            announce_evidence(session, case_id, items, at)

    def get(self, case_id: str, evidence_id: str) -> EvidenceRecord:
        """Return the evidence; raises UnknownEvidenceError when the case has none of that id."""
        with self._database.reading() as session:
            row = session.get(EvidenceRow, evidence_id)
            if row is None or row.case_id != case_id:
                raise UnknownEvidenceError(f"case {case_id} has no evidence {evidence_id}")
            return _record(row)

    def all(self, case_id: str) -> tuple[EvidenceRecord, ...]:
        """Return the evidence of a case in the order it was announced."""
        wanted = select(EvidenceRow).where(EvidenceRow.case_id == case_id)
        ordered = wanted.order_by(col(EvidenceRow.announced_at), col(EvidenceRow.position))
        with self._database.reading() as session:
            return tuple(_record(row) for row in session.exec(ordered))

    def pin(self, evidence_id: str, version_id: str, sha256: str, at: datetime) -> EvidenceRecord:
        """Record that the upload is what was announced and return the evidence as it stands (first verdict).

        Raises UnknownEvidenceError.
        """
        pinned = {"status": EvidenceStatus.PINNED.value, "version_id": version_id, "sha256": sha256, "settled_at": at}
        return self._settle(evidence_id, pinned)

    def refuse(self, evidence_id: str, why: str, at: datetime) -> EvidenceRecord:
        """Record that the upload is not what was announced and return the evidence as it stands (first verdict).

        Raises UnknownEvidenceError.
        """
        return self._settle(evidence_id, {"status": EvidenceStatus.REFUSED.value, "why": why, "settled_at": at})

    def _settle(self, evidence_id: str, verdict: dict[str, Any]) -> EvidenceRecord:
        undecided = update(EvidenceRow).where(
            col(EvidenceRow.evidence_id) == evidence_id, col(EvidenceRow.status) == EvidenceStatus.ANNOUNCED.value
        )
        with self._database.writing() as session:
            session.exec(undecided.values(verdict))
            row = session.get(EvidenceRow, evidence_id)
            if row is None:
                raise UnknownEvidenceError(f"there is no evidence {evidence_id}")
            return _record(row)


def announce_evidence(session: Session, case_id: str, items: Mapping[str, AnnouncedEvidence], at: datetime) -> None:
    """Add evidence to come, in the mapping's order."""
    if items:
        rows = [_row(case_id, position, one, item, at) for position, (one, item) in enumerate(items.items())]
        session.exec(insert(EvidenceRow.__table__), params=rows)


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


def _record(row: EvidenceRow) -> EvidenceRecord:
    item = AnnouncedEvidence.model_validate(
        {
            "filename": row.filename,
            "content_type": row.content_type,
            "size": row.size,
            "sha256": row.announced_sha256,
        }
    )
    return EvidenceRecord(
        case_id=row.case_id,
        evidence_id=row.evidence_id,
        item=item,
        status=EvidenceStatus(row.status),
        version_id=row.version_id,
        sha256=row.sha256,
        why=row.why,
        announced_at=row.announced_at,
        settled_at=row.settled_at,
    )
