"""R11: which case holds which unit; fault 9."""

import pytest
from sqlalchemy.exc import IntegrityError

from db.cases.cases import Cases
from db.core.engine import Database
from db.orders.orders import Orders
from domain.cases.case import Case
from domain.enums import CaseState
from domain.errors import UnitsTakenError
from tests.db.facts import a_case, an_order, at_once, execute, later, money, rows


@pytest.fixture(autouse=True)
def _order(orders: Orders) -> None:
    orders.put(an_order())


def units(case: Case | None) -> list[int]:
    assert case is not None
    return [share.unit for line in case.lines for share in line.units]


def held(database: Database) -> list[tuple[int, str, bool]]:
    found = rows(database, "SELECT unit, case_id, settled FROM reserved_units ORDER BY unit")
    return [(unit, case_id, bool(settled)) for unit, case_id, settled in found]


def test_r11_a_case_gets_the_lowest_free_units(cases: Cases):
    assert units(cases.open(a_case(1, mugs=2), [])) == [1, 2]
    assert units(cases.open(a_case(2, mugs=2), [])) == [3, 4]


def test_r11_other_units_of_a_line_may_have_their_own_cases_until_none_is_left(cases: Cases):
    cases.open(a_case(1, mugs=4), [])
    with pytest.raises(UnitsTakenError, match="MUG: 2 asked for, 1 free"):
        cases.open(a_case(2, mugs=2), [])
    assert cases.case(a_case(2).case_id) is None
    assert units(cases.open(a_case(3, mugs=1), [])) == [5]


def test_r11_opening_again_returns_the_recorded_case_and_holds_nothing_more(cases: Cases, database: Database):
    opened = cases.open(a_case(mugs=2), [])
    assert cases.open(a_case(mugs=2), []) == opened == cases.case(opened.case_id)
    assert len(held(database)) == 2


def test_r11_a_refused_case_is_recorded_without_units(cases: Cases, database: Database):
    refused = cases.open(a_case(state=CaseState.REJECTED), [])
    assert units(refused) == []
    assert held(database) == []


def test_r11_the_units_of_an_ended_case_are_free_again(cases: Cases, database: Database):
    opened = cases.open(a_case(1, mugs=2), [])
    cases.record(later(opened, state=CaseState.WITHDRAWN), [])
    assert held(database) == []
    assert units(cases.open(a_case(2, mugs=2), [])) == [1, 2]


def test_r11_a_paid_unit_is_held_for_ever(cases: Cases, database: Database):
    opened = cases.open(a_case(1, mugs=3), [])
    line = opened.lines[0].amend(accepted=2, paid=2)
    ended = later(opened, lines=(line,), state=CaseState.REFUNDED)
    cases.record(ended, [])
    cases.record(later(ended, lines=(line.amend(paid=0),)), [])
    assert held(database) == [(1, opened.case_id, True), (2, opened.case_id, True)]
    assert units(cases.open(a_case(2, mugs=3), [])) == [3, 4, 5]


def test_r11_an_exchanged_unit_is_held_for_ever(cases: Cases, database: Database):
    opened = cases.open(a_case(mugs=2), [])
    cases.record(later(opened, lines=(opened.lines[0].amend(accepted=1, replaced=1),), state=CaseState.EXCHANGED), [])
    assert held(database) == [(1, opened.case_id, True)]


def test_r28_a_refused_unit_for_which_a_part_is_paid_is_held_for_ever(cases: Cases, database: Database):
    opened = cases.open(a_case(mugs=3), [])
    agreed = later(opened, lines=(opened.lines[0].amend(accepted=1, refused=1),), agreed_amount=money(300))
    cases.record(agreed, [])
    paid = agreed.lines[0].amend(paid=1)
    cases.record(later(agreed, lines=(paid,), agreed_amount=None, state=CaseState.REFUNDED), [])
    assert held(database) == [(1, opened.case_id, True), (3, opened.case_id, True)]


def test_r19_a_revived_case_gets_the_very_same_units_again(cases: Cases, database: Database):
    cases.open(a_case(1), [])
    opened = cases.open(a_case(2, mugs=2), [])
    expired = later(opened, state=CaseState.EXPIRED)
    cases.record(expired, [])
    cases.record(later(expired, state=CaseState.RECEIVED), [])
    assert [(unit, case) for unit, case, _ in held(database)][1:] == [(2, opened.case_id), (3, opened.case_id)]


def test_r11_a_revived_case_finds_its_units_taken_and_nothing_is_changed(cases: Cases, database: Database):
    opened = cases.open(a_case(1, mugs=2), [])
    expired = later(opened, state=CaseState.EXPIRED)
    cases.record(expired, [])
    other = cases.open(a_case(2), [])
    with pytest.raises(UnitsTakenError, match="MUG: unit 1 is in another refund case"):
        cases.record(later(expired, state=CaseState.RECEIVED), [])
    assert cases.case(opened.case_id) == expired
    assert held(database) == [(1, other.case_id, False)]


def test_r12_a_refused_case_that_reopens_chooses_its_units_once(cases: Cases):
    refused = cases.open(a_case(1, mugs=2, state=CaseState.REJECTED), [])
    first = cases.open(a_case(2), [])
    reopened = later(refused, state=CaseState.UNDER_AUDIT, lines=a_case(1, mugs=2).lines, goodwill=True)
    cases.record(reopened, [])
    assert units(cases.case(refused.case_id)) == [2, 3]
    cases.record(later(first, state=CaseState.WITHDRAWN), [])
    cases.record(later(reopened, state=CaseState.AWAITING_RETURN), [])
    assert units(cases.case(refused.case_id)) == [2, 3]


def test_r12_a_refused_case_is_taken_up_again_by_opening_it_open(cases: Cases):
    refused = cases.open(a_case(state=CaseState.REJECTED), [])
    assert units(cases.open(later(a_case(), version=refused.version + 1), [])) == [1]


def test_r12_a_refused_case_cannot_reopen_when_too_few_units_are_free(cases: Cases):
    refused = cases.open(a_case(1, mugs=2, state=CaseState.REJECTED), [])
    cases.open(a_case(2, mugs=4), [])
    reopened = later(refused, state=CaseState.UNDER_AUDIT, lines=a_case(1, mugs=2).lines)
    with pytest.raises(UnitsTakenError, match="2 asked for, 1 free"):
        cases.record(reopened, [])
    assert cases.case(refused.case_id) == refused


def test_fault_9_twenty_requests_at_once_never_hold_more_units_than_were_sold(cases: Cases, database: Database):
    outcomes = at_once(20, lambda number: cases.open(a_case(number, mugs=1 + number % 2), []))
    opened = [one for one in outcomes if isinstance(one, Case)]
    assert all(isinstance(one, Case | UnitsTakenError) for one in outcomes), outcomes
    assert sorted(unit for case in opened for unit in units(case)) == [1, 2, 3, 4, 5]
    assert {(unit, case) for unit, case, _ in held(database)} == {(u, c.case_id) for c in opened for u in units(c)}


def test_r11_the_table_itself_refuses_a_unit_twice_and_a_unit_of_no_line(cases: Cases, database: Database):
    cases.open(a_case(), [])
    past = (
        "INSERT INTO reserved_units (order_number, sku, unit, case_id, settled) VALUES ('O-1', :sku, :unit, 'x', false)"
    )
    for sku, unit in [("MUG", 1), ("MUG", 0), ("CUP", 1)]:
        with pytest.raises(IntegrityError):
            execute(database, past, sku=sku, unit=unit)
