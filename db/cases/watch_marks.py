"""When the case watch last ran: after a restore, the database has an older time than Temporal (fault 31)."""

from datetime import datetime

from sqlalchemy import select

from db.core.engine import Database
from db.core.upsert import Upsert, given
from db.tables import WatchMarkRow

_MARKS = WatchMarkRow.__table__
_NAME = "case-watch"
_READ = select(_MARKS.c.marked_at).where(given(_MARKS.c.name))
_WRITE = Upsert(_MARKS)


class WatchMarks:
    """The time of the last watch; implements the port `activities.restored_records.WatchMark`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last(self) -> datetime | None:
        """Return when the watch last ran, as this database knows it, or None."""
        with self._database.reading() as connection:
            return connection.scalar(_READ, {"name": _NAME})

    def set(self, at: datetime) -> None:
        """Record when the watch ran."""
        with self._database.writing() as connection:
            _WRITE.write(connection, [{"name": _NAME, "marked_at": at}])
