"""Cases with provisional deadlines are found page by page, and no other case is read (R6)."""

from datetime import date
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from db.cases.cases import Cases
from db.cases.provisional_cases import ProvisionalCases
from db.core.engine import Database
from db.core.migrate import MIGRATIONS, migrate
from db.orders.orders import Orders
from domain.calendar import Deadline, WindowName
from domain.cases.case import Case, Refusal
from domain.enums import CaseState
from tests.db.facts import MUGS, a_case, an_order, case_id
from tests.support.factories import NOON, payment

ORDER = an_order(lines=(MUGS.amend(quantity=900),), payments=(payment("pi_all", 10_000_000),))
MANY = """
INSERT INTO cases (case_id, opened_at, updated_at, version, state, reason, order_number, customer_id, awaiting, overdue,
                   policy_version, document)
WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
SELECT 'rc_bulk' || i, opened_at, updated_at, version, state, reason, order_number, customer_id, awaiting, overdue,
       policy_version, document FROM cases, n
"""
OLD_CASE = """INSERT INTO cases (case_id, version, state, reason, order_number, customer_id, awaiting, overdue,
    policy_version, document, opened_at, updated_at) VALUES
    (:case_id, 1, 'under_audit', 'quality', 'O-1', 'c-1', 'auditor', FALSE, '2025-01-01', :document, :at, :at)"""
SEARCH = "SELECT document FROM cases WHERE provisional_year IN (2026, 2027) AND case_id > '' ORDER BY case_id LIMIT 9"


def until(year: int, *, provisional: bool = True) -> Deadline:
    return Deadline(
        what=WindowName.AUDIT_TARGET, when=NOON, last_day=date(year, 1, 7), since=NOON, provisional=provisional
    )


@pytest.fixture
def cases(database: Database) -> Cases:
    Orders(database).put(ORDER)
    return Cases(database)


def opened(cases: Cases, number: int, *deadlines: Deadline, **changes: Any) -> Case:
    return cases.open(a_case(number, order=ORDER, deadlines=deadlines, **changes), ())


def found(database: Database, *years: int, after: str = "", limit: int = 9) -> list[str]:
    return [one.case_id for one in ProvisionalCases(database).page(years, after, limit)]


def test_t2_cases_are_found_by_the_year_of_their_earliest_provisional_deadline(database: Database, cases: Cases):
    opened(cases, 1, until(2027))
    opened(cases, 2, until(2027, provisional=False))
    opened(cases, 3, until(2028), until(2027))
    opened(cases, 4, until(2028))
    refusal = Refusal(rule="R3", code="late", message="Too late.", deadline=until(2027))
    opened(cases, 5, state=CaseState.REJECTED, refusal=refusal, ended_at=NOON)
    opened(cases, 6, until(2027), state=CaseState.WITHDRAWN, ended_at=NOON)
    assert found(database, 2026) == []
    assert found(database, 2026, 2027) == [case_id(1), case_id(3), case_id(5)]
    assert found(database, 2027, 2028) == [case_id(one) for one in (1, 3, 4, 5)]


def test_t2_a_final_deadline_takes_the_case_off_the_list(database: Database, cases: Cases):
    case = opened(cases, 1, until(2027))
    cases.record(case.amend(version=case.version + 1, deadlines=(until(2027, provisional=False),)), ())
    assert found(database, 2027) == []


def test_t2_pages_follow_each_other_without_gap_or_repeat(database: Database, cases: Cases):
    for number in range(1, 8):
        opened(cases, number, until(2027))
    pages: list[list[str]] = []
    while page := found(database, 2027, after=pages[-1][-1] if pages else "", limit=3):
        pages.append(page)
    assert pages == [[case_id(one) for one in numbers] for numbers in ((1, 2, 3), (4, 5, 6), (7,))]


def test_t2_an_index_finds_the_cases_concerned_among_thousands(database: Database, cases: Cases):
    opened(cases, 1, until(2027))
    with database.writing() as connection:
        connection.execute(text(MANY))
        connection.execute(text("ANALYZE"))
        how = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        plan = " ".join(str(row) for row in connection.execute(text(f"{how} {SEARCH}")))
    assert "ix_cases_case_id_provisional_year" in plan
    assert found(database, 2026, 2027) == [case_id(1)]


@pytest.mark.parametrize("indent", [None, 1], ids=["as written", "as migrated before"])
def test_t2_cases_of_an_earlier_release_are_found_after_the_migration(empty_url: str, indent: int | None):
    late = Refusal(rule="R3", code="late", message="Too late.", deadline=until(2028))
    old = [
        a_case(1, order=ORDER, deadlines=(until(2028), until(2027))),
        a_case(2, order=ORDER, deadlines=(until(2027, provisional=False),)),
        a_case(3, order=ORDER, state=CaseState.REJECTED, refusal=late, ended_at=NOON),
        a_case(4, order=ORDER, state=CaseState.WITHDRAWN, deadlines=(until(2027),), ended_at=NOON),
        a_case(5, order=ORDER, state=CaseState.REJECTED, refusal=late, ended_at=NOON, goodwill=True),
    ]
    database, config = Database(empty_url), Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
        for case in old:
            document = {
                "case_id": case.case_id,
                "document": case.model_dump_json(indent=indent),
                "at": NOON.isoformat(),
            }
            connection.execute(text(OLD_CASE), document)
    migrate(empty_url)
    assert found(database, 2027) == [case_id(1)]
    assert found(database, 2028) == [case_id(3)]
    assert found(database, 2027, 2028) == [case_id(1), case_id(3)]
    database.close()
