"""The record of a case: the latest version stands, whatever the order it comes in."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from activities.ports.case_records import CaseAheadError
from db.cases.cases import Cases
from db.core.engine import Database
from db.orders.orders import Orders
from domain.calendar import Deadline, WindowName
from domain.cases.case import Case
from domain.cases.timeline import TimelineEntry
from domain.enums import CaseState
from tests.db.facts import NOON, a_case, an_order, at_once, entry, later, owing, rows, settled

_numbers = iter(range(1, 10_000))


@pytest.fixture(autouse=True)
def _order(orders: Orders) -> None:
    orders.put(an_order())


def keep(cases: Cases, case: Case, entries: list[TimelineEntry]) -> None:
    """Record the case as a late try does, which finds that a later version is recorded."""
    with suppress(CaseAheadError):
        cases.record(case, entries)


def versions(opened: Case, cases: Cases) -> list[Case]:
    """A whole life: audited, shipped, inspected, paid."""
    approved = later(opened, state=CaseState.AWAITING_RETURN)
    shipped = later(approved, state=CaseState.IN_TRANSIT)
    accepted = shipped.lines[0].amend(accepted=1)
    owed = owing(shipped, goods=1009, lines=(accepted,))
    planned = later(owed, payouts=cases.plan_payouts(owed))
    paid = settled(planned, lines=(accepted.amend(paid=1),), state=CaseState.REFUNDED)
    return [approved, shipped, owed, planned, paid]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_r34_records_in_any_order_and_number_end_as_in_order(cases: Cases, orders: Orders, database: Database, data):
    number = next(_numbers)
    order = an_order(order_number=f"O-{number}")
    orders.put(order)
    life = versions(cases.open(a_case(number, order=order), [entry(0)]), cases)
    shuffled = data.draw(st.permutations(life + data.draw(st.lists(st.sampled_from(life), max_size=3))))
    for case in shuffled:
        keep(cases, case, [entry(case.version * 100), entry(case.version * 100 + 1)])
    assert cases.case(life[-1].case_id) == life[-1]
    events = [record.entry_id for record in cases.timeline(life[-1].case_id)]
    assert events == sorted(f"{seq:08d}" for seq in [0, *(v * 100 + n for v in range(1, 6) for n in (0, 1))])
    held = "SELECT unit, settled FROM reserved_units WHERE order_number = :order"
    assert [(u, bool(s)) for u, s in rows(database, held, order=order.order_number)] == [(1, True)]
    paid = "SELECT movement, sum(amount) FROM ledger_entries WHERE order_number = :order GROUP BY movement ORDER BY 1"
    assert rows(database, paid, order=order.order_number) == [("captured", 0), ("refund_planned", 0), ("refunded", 0)]


def test_fault_14_two_versions_recorded_at_once_leave_the_later_one(cases: Cases):
    life = versions(cases.open(a_case(), []), cases)
    at_once(len(life) * 3, lambda n: keep(cases, life[n % len(life)], [entry((n % len(life) + 1) * 100)]))
    assert cases.case(life[-1].case_id) == life[-1]
    assert len(cases.timeline(life[-1].case_id)) == len(life)


def test_a_case_that_was_never_opened_is_recorded_all_the_same(cases: Cases, database: Database):
    opened = cases.open(a_case(1), [])
    cases.record(later(opened, state=CaseState.WITHDRAWN), [])
    stray = a_case(2, lines=opened.lines)
    cases.record(stray, [])
    assert cases.case(stray.case_id) == stray
    assert rows(database, "SELECT unit, case_id FROM reserved_units") == [(1, stray.case_id)]


def test_fault_2_the_same_version_with_the_same_entries_is_recorded_again(cases: Cases):
    opened = cases.open(a_case(), [])
    cases.record(later(opened), [entry(100, "approved"), entry(101, "told")])
    again = later(opened, updated_at=NOON + timedelta(hours=1))
    cases.record(again, [entry(100, "approved"), entry(101, "told")])
    assert cases.case(opened.case_id) == again
    assert [record.event for record in cases.timeline(opened.case_id)] == ["approved", "told"]


@pytest.mark.parametrize("version", [1, 2])
def test_fault_31_a_run_that_has_forgotten_what_is_recorded_changes_nothing(cases: Cases, version: int):
    opened = cases.open(a_case(), [])
    cases.record(later(opened), [entry(100, "approved")])
    recorded = cases.record(later(opened, version=version), [entry(version * 100, "approved")])
    with pytest.raises(CaseAheadError) as ahead:
        cases.record(later(opened, state=CaseState.REJECTED), [entry(100, "rejected"), entry(101, "told")])
    assert ahead.value.case == cases.case(opened.case_id) == recorded
    assert "rejected" not in {record.event for record in cases.timeline(opened.case_id)}


def test_fault_31_a_run_that_has_forgotten_a_plan_commits_no_other_one(cases: Cases, database: Database):
    life = versions(cases.open(a_case(), []), cases)
    for case in life:
        keep(cases, case, [entry(case.version * 100)])
    with pytest.raises(CaseAheadError):
        cases.plan_payouts(owing(life[0], goods=1009, version=2))
    assert len(rows(database, "SELECT payout_id FROM payouts WHERE NOT released")) == 1


def test_a_record_that_fails_leaves_nothing_behind(cases: Cases):
    opened = cases.open(a_case(), [])
    stray = opened.lines[0].amend(sku="NOTHING")
    with pytest.raises(IntegrityError):
        cases.record(later(opened, lines=(opened.lines[0], stray)), [entry(100)])
    assert cases.case(opened.case_id) == opened
    assert cases.timeline(opened.case_id) == []


def test_r14_the_columns_of_the_list_follow_the_case(cases: Cases, database: Database):
    soon = Deadline(what=WindowName.AUDIT_TARGET, when=NOON + timedelta(days=2), last_day=NOON.date(), since=NOON)
    opened = cases.open(a_case(), [])
    cases.record(later(opened, overdue=True, deadlines=(soon,)), [])
    (row,) = rows(database, "SELECT state, awaiting, overdue, version, next_deadline IS NULL FROM cases")
    assert (row[0], row[1], bool(row[2]), row[3], bool(row[4])) == ("under_audit", "auditor", True, 1, False)
    cases.record(later(opened, version=2, state=CaseState.WITHDRAWN), [])
    (row,) = rows(database, "SELECT state, awaiting, next_deadline IS NULL FROM cases")
    assert (row[0], row[1], bool(row[2])) == ("withdrawn", "nobody", True)
