"""The findings of reconciliation, until operators close them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, RowMapping, bindparam, select, update

from db.core.engine import Database
from db.core.upsert import Upsert, given
from db.tables import FindingRow
from domain.errors import UnknownFindingError
from domain.findings import Finding, FindingKind

RECONCILIATION = "reconciliation"
_FINDINGS = FindingRow.__table__
_OWN = ("found_at", "last_seen_at", "closed_at", "closed_by", "close_note")
_WRITE = Upsert(_FINDINGS, keep={"found_at", "closed_at", "closed_by", "close_note"})
_READ = select(_FINDINGS).order_by(_FINDINGS.c.found_at, _FINDINGS.c.finding_id)
_READ_ONE = select(_FINDINGS).where(given(_FINDINGS.c.finding_id))
_CLOSE = (
    update(_FINDINGS)
    .where(_FINDINGS.c.finding_id == bindparam("of_finding"), _FINDINGS.c.closed_at.is_(None))
    .values(
        closed_at=bindparam("at", type_=_FINDINGS.c.closed_at.type),
        closed_by=bindparam("by"),
        close_note=bindparam("note"),
    )
)
# A finding that disappeared and comes back is open again; one that somebody closed stays closed.
_REOPEN = (
    update(_FINDINGS)
    .where(_FINDINGS.c.finding_id == bindparam("of_finding"), _FINDINGS.c.closed_by == RECONCILIATION)
    .values(closed_at=None, closed_by=None, close_note=None)
)
_OPEN_OF = select(_FINDINGS.c.finding_id).where(_FINDINGS.c.closed_at.is_(None))


class Findings:
    """The findings; each stays open until somebody closes it or the difference disappears."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def found(self, findings: Sequence[Finding]) -> None:
        """Record the findings, each once: the time of the first one is kept, and a closed one stays closed."""
        if findings:
            with self._database.writing() as connection:
                add_findings(connection, findings)

    def page(self, *, open_only: bool = True, limit: int = 200) -> list[Finding]:
        """Return findings, the oldest first."""
        wanted = _READ.where(_FINDINGS.c.closed_at.is_(None)) if open_only else _READ
        with self._database.reading() as connection:
            return [_finding(row) for row in connection.execute(wanted.limit(limit)).mappings()]

    def close(self, finding_id: str, by: str, note: str, at: datetime) -> Finding:
        """Close the finding and return it; one that is closed already is returned unchanged.

        Raises UnknownFindingError.
        """
        with self._database.writing() as connection:
            connection.execute(_CLOSE, {"of_finding": finding_id, "by": by, "note": note, "at": at})
            row = connection.execute(_READ_ONE, {"finding_id": finding_id}).mappings().first()
        if row is None:
            raise UnknownFindingError(f"there is no finding {finding_id}: GET /v1/findings lists them")
        return _finding(row)

    def close_gone(self, kinds: Collection[FindingKind], seen_ids: Collection[str], at: datetime) -> int:
        """Close the open findings of these kinds that were not seen again, and return how many."""
        wanted = _OPEN_OF.where(_FINDINGS.c.kind.in_([kind.value for kind in kinds]))
        with self._database.writing() as connection:
            gone = sorted(set(connection.scalars(wanted)) - set(seen_ids))
            note = {"by": RECONCILIATION, "note": "no difference any more", "at": at}
            if gone:
                connection.execute(_CLOSE, [{"of_finding": one, **note} for one in gone])
            return len(gone)


def add_findings(connection: Connection, findings: Sequence[Finding]) -> None:
    """Record at least one finding, each once, as `Findings.found` does."""
    _WRITE.write(connection, [_row(finding) for finding in findings])
    connection.execute(_REOPEN, [{"of_finding": finding.finding_id} for finding in findings])


def _row(finding: Finding) -> dict[str, Any]:
    own = finding.model_dump(include=set(_OWN))
    document = finding.model_dump_json(exclude=set(_OWN))
    return {"finding_id": finding.finding_id, "kind": finding.kind.value, "finding": document, **own}


def _finding(row: RowMapping) -> Finding:
    return Finding.read({**from_json(row["finding"]), **{name: row[name] for name in _OWN}})
