"""How the warehouse finds the case of a parcel by its label, on both databases (R18, R21)."""

import pytest

from db.cases.cases import Cases
from db.core.engine import Database
from db.inbox.parcels import Parcels
from db.orders.orders import Orders
from domain.cases.case import Case
from domain.cases.case_lines import Shipment
from domain.errors import AmbiguousCodeError
from policy.parcels.return_codes import return_code
from tests.db.facts import NOON, a_case, an_order
from tests.support.label_cases import usps_number

SHORT = "9261290113185417468510"
LONG = f"9201{SHORT}"
EITHER = f"42010282{LONG}"


@pytest.fixture
def shipped(orders: Orders, database: Database):
    """Record cases with these numbers, and return them."""

    def record(*numbers: str) -> list[Case]:
        return [_recorded(place, number, orders, Cases(database)) for place, number in enumerate(numbers, start=1)]

    return record


def _recorded(place: int, number: str, orders: Orders, cases: Cases) -> Case:
    order = an_order(order_number=f"O-{place}")
    orders.put(order)
    opened = cases.open(a_case(place, order=order, order_number=order.order_number), ())
    shipment = Shipment(carrier="x", tracking_number=number, status="?", registered_at=NOON, last_moved_at=NOON)
    code = return_code(opened.case_id)
    return cases.record(opened.amend(version=opened.version + 1, shipment=shipment, return_code=code), ())


def found(database: Database, read: str) -> list[str]:
    return [case.case_id for case in Parcels(database).cases_of(read)]


def test_p3_a_label_leads_to_the_case_of_its_number(shipped, database):
    case, other = shipped(SHORT, "JJD0002257639032011")
    assert found(database, f"]C142010282\x1d{SHORT}") == [case.case_id]
    assert found(database, "jd 0002 2576 3903 2011") == [other.case_id]
    assert found(database, f"https://shop.example/{case.return_code}") == [case.case_id]
    assert found(database, "SF1060081717189") == []


def test_p3_the_only_known_number_settles_a_label(shipped, database):
    [case] = shipped(SHORT)
    assert found(database, EITHER) == [case.case_id]


def test_p3_two_known_numbers_are_told_and_not_guessed(shipped, database):
    cases = shipped(SHORT, LONG)
    with pytest.raises(AmbiguousCodeError) as asked:
        found(database, EITHER)
    assert {one.code: one.case_id for one in asked.value.candidates} == {
        SHORT: cases[0].case_id,
        LONG: cases[1].case_id,
    }
    assert found(database, LONG) == [cases[1].case_id]


def test_p3_a_case_that_was_recorded_under_the_whole_label_is_still_found(shipped, database):
    [case] = shipped("SF-1234-5678")
    assert found(database, "SF12345678") == [case.case_id]
    number = usps_number()
    _, long_ago = shipped("SF-1", f"420-10282-{number}")
    assert found(database, f"42010282{number}") == [long_ago.case_id]


def test_p3_numbers_within_a_label_of_no_known_format_settle_it_or_are_told(shipped, database):
    one, other = shipped("755123456789", "SF1060081717189")
    assert found(database, f"{'X' * 700} QQ755123456789ZZ") == [one.case_id]
    with pytest.raises(AmbiguousCodeError):
        found(database, "QQ755123456789ZZSF1060081717189QQ")
    assert found(database, "755123456788") == []
    assert found(database, other.return_code or "") == [other.case_id]
