"""A replacement is held in the place of the unit that it replaced, by one case at most (R11, R39, fault 9)."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from db.cases.cases import Cases
from db.core.engine import Database
from db.orders.orders import Orders
from domain.cases.case import Case
from domain.cases.case_lines import CaseLine
from domain.cases.exchange import OutboundParcel, Replacement
from domain.enums import CaseState, DispatchedGoods, ReplacementState
from domain.errors import UnitsTakenError
from domain.order import Unit
from policy.dispatches import replaced_again
from policy.units.order_units import UnitsInCases, order_units
from policy.units.replaced_units import successor
from tests.db.facts import a_case, an_order, at_once, execute, later, money, rows
from tests.support.factories import NOON, order_line

MUGS = order_line(quantity=1, unit_price=1000)
ORDER = an_order(lines=(MUGS,), outbound_postage=0)


@pytest.fixture(autouse=True)
def _order(orders: Orders) -> None:
    orders.put(ORDER)


def exchanged(cases: Cases, number: int = 1, line: CaseLine | None = None, *, says_units: bool = True) -> Case:
    """A case whose mug was replaced, as this release records it or as 0.1.0 did."""
    offered = a_case(number, order=ORDER)
    opened = cases.open(offered.amend(lines=(line,)) if line else offered, [])
    [mug] = opened.lines
    sent = Replacement(
        replacement_id=f"{opened.case_id}-x1",
        line_sku="MUG",
        sku="MUG",
        quantity=1,
        difference=money(100),
        state=ReplacementState.SENT,
        is_accounted=True,
        tracking_number=f"SF{number}",
        units=(successor(mug.units[0], mug, "MUG", 100),) if says_units else (),
    )
    parcel = OutboundParcel(
        goods=DispatchedGoods.REPLACEMENT,
        carrier="sf",
        tracking_number=f"SF{number}",
        sent_at=NOON,
        sent_by="wang",
    )
    ended = later(
        opened,
        lines=(mug.amend(accepted=1, replaced=1),),
        replacements=(sent,),
        sent=(parcel,),
        state=CaseState.EXCHANGED,
    )
    return cases.record(ended, [])


def asking(cases: Cases, number: int) -> Case:
    """A case for the mug as it is now."""
    [unit] = order_units(ORDER, 1, cases.units_in_cases("O-1"))
    line = CaseLine(sku="MUG", product_name="Mug", quantity=1, units=(unit.share,))
    return a_case(number, order=ORDER).amend(lines=(line,))


def held(database: Database) -> list[tuple[int, str, bool, int | None]]:
    found = rows(
        database, "SELECT generation, case_id, settled, successor FROM reserved_units ORDER BY unit, generation"
    )
    return [(generation, case_id, bool(settled), successor) for generation, case_id, settled, successor in found]


@pytest.mark.parametrize("says_units", [True, False], ids=["this release", "release 0.1.0"])
def test_p8_r39_a_case_gets_the_replacement_for_what_is_left_of_the_price(cases: Cases, says_units: bool):
    exchanged(cases, says_units=says_units)
    [unit] = order_units(ORDER, 1, cases.units_in_cases("O-1"))
    assert (unit.unit, unit.share.goods, unit.is_free, unit.received_at) == (Unit("MUG", 1, 1), 900, True, None)
    assert cases.open(asking(cases, 2), []).lines[0].units == (unit.share,)
    assert cases.units_in_cases("O-1").holders[Unit("MUG", 1, 1)] == a_case(2).case_id


def test_p8_fault_9_of_twenty_requests_at_once_for_a_replacement_one_gets_it(cases: Cases, database: Database):
    first = exchanged(cases)
    wanted = asking(cases, 2)
    outcomes = at_once(20, lambda number: cases.open(wanted.amend(case_id=f"rc_{number + 2:08d}"), []))
    [winner] = [one for one in outcomes if isinstance(one, Case)]
    assert all(isinstance(one, Case | UnitsTakenError) for one in outcomes), outcomes
    assert held(database) == [(0, first.case_id, True, 1), (1, winner.case_id, False, None)]


def test_p8_r39_a_unit_that_is_not_replaced_has_no_successor(cases: Cases, database: Database):
    opened = cases.open(a_case(1, order=ORDER), [])
    [mug] = opened.lines
    early = mug.amend(units=(successor(mug.units[0], mug, "MUG", 0),))
    with pytest.raises(UnitsTakenError, match="unit 1 is not replaced"):
        cases.record(later(opened, lines=(early,)), [])
    assert held(database) == [(0, opened.case_id, False, None)]


def test_p8_r11_a_replacement_is_free_again_when_its_case_is_withdrawn_and_settled_once(
    cases: Cases, database: Database
):
    first = exchanged(cases)
    second = cases.open(asking(cases, 2), [])
    cases.record(later(second, state=CaseState.WITHDRAWN), [])
    assert held(database) == [(0, first.case_id, True, None)]
    third = cases.open(asking(cases, 3), [])
    paid = third.lines[0].amend(accepted=1, paid=1)
    cases.record(later(third, lines=(paid,), state=CaseState.REFUNDED), [])
    assert held(database) == [(0, first.case_id, True, 1), (1, third.case_id, True, None)]
    with pytest.raises(UnitsTakenError, match="1 asked for, 0 free"):
        cases.open(asking(cases, 4), [])


def test_p8_r39_a_chain_of_two_replacements_is_three_units_in_one_place(cases: Cases, database: Database):
    exchanged(cases, 1)
    exchanged(cases, 2, asking(cases, 2).lines[0])
    [unit] = order_units(ORDER, 1, cases.units_in_cases("O-1"))
    assert (unit.unit.generation, unit.share.goods) == (2, 800)
    third = cases.open(asking(cases, 3), [])
    assert [one[:2] for one in held(database)] == [
        (0, a_case(1).case_id),
        (1, a_case(2).case_id),
        (2, third.case_id),
    ]


def test_p8_r39_a_lost_replacement_is_taken_up_by_its_own_case_unless_another_has_it(cases: Cases, database: Database):
    case = exchanged(cases)
    again = later(replaced_again(case, case.replacements[0]), state=CaseState.REPLACEMENT_DUE)
    other = cases.open(asking(cases, 2), [])
    with pytest.raises(UnitsTakenError, match="in another refund case"):
        cases.record(again, [])
    cases.record(later(other, state=CaseState.WITHDRAWN), [])
    cases.record(again, [])
    assert held(database) == [(0, case.case_id, True, 1), (1, case.case_id, False, None)]


@pytest.mark.parametrize(
    "row",
    [
        (1, 2, 1, None, True, "refund"),
        (1, 1, None, None, True, "refund"),
        (1, 2, 2, None, True, "refund"),
        (1, 0, None, 1, True, "refund"),
        (1, 0, None, 1, False, "replacement"),
        (1, 0, None, 3, True, "replacement"),
    ],
)
def test_p8_r11_the_table_itself_refuses_a_successor_of_what_was_not_replaced(database: Database, row):
    unit, generation, follows, successor_, settled, settles_as = row
    past = (
        "INSERT INTO reserved_units"
        " (order_number, sku, unit, generation, follows, successor, settled, settles_as, case_id)"
        " VALUES ('O-1', 'MUG', :unit, :generation, :follows, :successor, :settled, :settles_as, 'x')"
    )
    values = {
        "unit": unit,
        "generation": generation,
        "follows": follows,
        "successor": successor_,
        "settled": settled,
        "settles_as": settles_as,
    }
    with pytest.raises(IntegrityError):
        execute(database, past, **values)


def test_p8_r39_units_of_an_order_without_cases_are_those_that_were_sold(cases: Cases):
    assert cases.units_in_cases("O-1") == UnitsInCases()
    [unit] = order_units(ORDER)
    assert (unit.unit, unit.received_at) == (Unit("MUG", 1), NOON - timedelta(days=3))
