"""Cases whose deadlines are provisional, found by the year in which the earliest of them ends (R6)."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from db.core.engine import Database
from db.tables import CaseRow
from domain.cases.case import Case

_CASES = CaseRow.__table__.c


class ProvisionalCases:
    """Implements the port `activities.calendar_updates.ProvisionalCases`; an index contains these cases only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, years: Collection[int], after: str, limit: int) -> Sequence[Case]:
        """Return cases after that id, by id, whose earliest provisional deadline ends in one of the years."""
        found = select(_CASES.document).where(_CASES.provisional_year.in_(sorted(years)), _CASES.case_id > after)
        with self._database.reading() as connection:
            documents = connection.scalars(found.order_by(_CASES.case_id).limit(limit))
            return [Case.read(one) for one in documents]
