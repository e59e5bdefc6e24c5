"""Scans and their answers: a repeated scan gets the answer of the first time."""

from datetime import datetime

from sqlalchemy import bindparam, select, update

from db.core.engine import Database
from db.core.upsert import InsertIgnore, given
from db.tables import ScanRow
from domain.errors import ScanReusedError

_SCANS = ScanRow.__table__
_ADD = InsertIgnore(_SCANS)
_READ = select(_SCANS.c.scan_sha256, _SCANS.c.answer).where(given(_SCANS.c.scan_id))
_ANSWER = (
    update(_SCANS)
    .where(_SCANS.c.scan_id == bindparam("of_scan"), _SCANS.c.answer.is_(None))
    .values(answer=bindparam("said"))
)


class Scans:
    """The scans of all devices."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take_in(self, scan_id: str, scan_sha256: str, at: datetime) -> str | None:
        """Store the scan and return its answer if it has one already.

        Raises ScanReusedError if another scan was sent with the same id before.
        """
        row = {"scan_id": scan_id, "scan_sha256": scan_sha256, "answer": None, "taken_in_at": at}
        with self._database.writing() as connection:
            _ADD.add(connection, row)
            known = connection.execute(_READ, {"scan_id": scan_id}).one()
        if known.scan_sha256 != scan_sha256:
            raise ScanReusedError(f"another scan was already sent with the id {scan_id}; a new scan needs a new id")
        return known.answer

    def answer(self, scan_id: str, said: str) -> None:
        """Store the final answer; the first one is kept."""
        with self._database.writing() as connection:
            connection.execute(_ANSWER, {"of_scan": scan_id, "said": said})
