"""Lists of cases, newest first, page by page."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, Field, TypeAdapter
from sqlalchemy import ColumnElement, Connection, and_, bindparam, select, tuple_, union_all

from db.tables import CaseRow, SubmissionRow
from domain.cases.case import Case
from domain.enums import ENDED_STATES, CaseState, Party
from domain.errors import BadCursorError
from domain.request import CaseId
from domain.types import Identifier
from domain.value import Value


class CaseFilter(Value):
    """Which cases to list; a field that is None does not filter. `cursor` is the `next_cursor` of the last page."""

    state: CaseState | None = None
    order_number: Identifier | None = None
    awaiting: Party | None = None
    overdue: bool | None = None
    principal: str | None = None
    cursor: str | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class CasePage(Value):
    """A page of cases, and the cursor of the next page if there is one."""

    cases: tuple[Case, ...]
    next_cursor: str | None = None


_CASES, _INTAKES = CaseRow.__table__.c, SubmissionRow.__table__.c
_BEFORE = bindparam("before", type_=_CASES.updated_at.type)
_IS_OPEN = and_(
    _CASES.state.not_in([state.value for state in ENDED_STATES]),
    _CASES.awaiting != Party.NOBODY.value,  # a case may have ended in a state that others wait in
)
_TO_BE_CARRIED = union_all(
    select(_CASES.case_id, _CASES.updated_at.label("since")).where(_IS_OPEN, _CASES.updated_at < _BEFORE),
    select(_INTAKES.case_id, _INTAKES.received_at.label("since")).where(
        _INTAKES.received_at < _BEFORE, _INTAKES.case_id.not_in(select(_CASES.case_id))
    ),
).order_by("since")
_POSITION = TypeAdapter(tuple[AwareDatetime, CaseId])


def read_page(connection: Connection, wanted: CaseFilter) -> CasePage:
    """Return a page of the matching cases; raises BadCursorError."""
    documents = select(_CASES.document).where(*_conditions(wanted))
    newest = documents.order_by(_CASES.opened_at.desc(), _CASES.case_id.desc()).limit(wanted.limit + 1)
    found = [Case.read(one) for one in connection.scalars(newest)]
    page = found[: wanted.limit]
    return CasePage(cases=tuple(page), next_cursor=_cursor(page[-1]) if len(found) > wanted.limit else None)


def _conditions(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    equal = {
        _CASES.state: wanted.state,
        _CASES.order_number: wanted.order_number,
        _CASES.awaiting: wanted.awaiting,
        _CASES.overdue: wanted.overdue,
    }
    conditions: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value is not None]
    if wanted.principal is not None:
        own = select(_INTAKES.case_id).where(_INTAKES.principal == wanted.principal)
        conditions.append(_CASES.case_id.in_(own))
    if wanted.cursor is not None:
        conditions.append(tuple_(_CASES.opened_at, _CASES.case_id) < tuple_(*_position(wanted.cursor)))
    return conditions


def _cursor(last: Case) -> str:
    return urlsafe_b64encode(f"{last.opened_at.isoformat()} {last.case_id}".encode()).decode().rstrip("=")


def _position(cursor: str) -> tuple[datetime, str]:
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        opened_at, case_id = _POSITION.validate_python(text.split(" "))
        return opened_at.astimezone(UTC), case_id
    except (ValueError, OverflowError):
        raise BadCursorError("cursor: send the next_cursor of the previous page unchanged, or omit it") from None


def open_with_other_process(connection: Connection, version: int) -> list[Case]:
    """Return the open cases whose recorded run does not follow this version of the process; the oldest first.

    This reads every open case, so that it is for seldom use.
    """
    is_other = _CASES.document.not_like(f'%"process_version":{version},%')
    found = select(_CASES.document).where(_IS_OPEN, is_other).order_by(_CASES.opened_at, _CASES.case_id)
    return [Case.read(one) for one in connection.scalars(found)]


def unchanged_since(connection: Connection, before: datetime) -> list[str]:
    """Return the open cases, and the submissions without a case, that have not changed since; the oldest first."""
    return [case_id for case_id, _ in connection.execute(_TO_BE_CARRIED, {"before": before})]
