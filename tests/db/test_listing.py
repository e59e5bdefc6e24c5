"""Lists of cases and their timelines."""

from datetime import timedelta
from typing import Any

import pytest

from db.cases.cases import CaseFilter, Cases
from db.cases.submissions import Submissions
from db.orders.orders import Orders
from domain.cases.timeline import CaseEvent
from domain.enums import CaseState, Party
from domain.errors import BadCursorError
from tests.db.facts import NOON, a_case, a_submission, an_order, case_id, entry, later


@pytest.fixture
def seven(orders: Orders, cases: Cases) -> list[str]:
    """Seven refused or audited cases, newest first; each two opened in the same moment."""
    for number in range(7):
        order = an_order(order_number=f"O-{number % 2}")
        orders.put(order)
        state = CaseState.REJECTED if number % 3 else CaseState.UNDER_AUDIT
        opened_at = NOON + timedelta(minutes=number // 2)
        cases.open(a_case(number, order=order, state=state, opened_at=opened_at, overdue=number > 4), [])
    return [case_id(number) for number in (6, 5, 4, 3, 2, 1, 0)]


def listed(cases: Cases, **wanted: Any) -> list[str]:
    return [case.case_id for case in cases.page(CaseFilter(**wanted)).cases]


def test_cases_are_listed_newest_first(cases: Cases, seven: list[str]):
    assert listed(cases) == seven


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7])
def test_pages_follow_each_other_without_gap_or_repeat(cases: Cases, seven: list[str], limit: int):
    found: list[str] = []
    page = cases.page(CaseFilter(limit=limit))
    while True:
        found += [case.case_id for case in page.cases]
        if page.next_cursor is None:
            break
        page = cases.page(CaseFilter(limit=limit, cursor=page.next_cursor))
    assert found == seven


def test_a_case_opened_meanwhile_does_not_shift_the_next_page(cases: Cases, seven: list[str]):
    first = cases.page(CaseFilter(limit=3))
    cases.open(a_case(9, order=an_order(order_number="O-1"), opened_at=NOON + timedelta(hours=1)), [])
    assert listed(cases, cursor=first.next_cursor) == seven[3:]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({"state": CaseState.UNDER_AUDIT}, [6, 3, 0]),
        ({"order_number": "O-1"}, [5, 3, 1]),
        ({"awaiting": Party.AUDITOR, "order_number": "O-0"}, [6, 0]),
        ({"overdue": True}, [6, 5]),
        ({"overdue": False, "state": CaseState.UNDER_AUDIT}, [3, 0]),
        ({"principal": "shop"}, [4, 2]),
        ({"principal": "other"}, []),
    ],
)
def test_cases_are_listed_by_what_is_asked(
    cases: Cases, submissions: Submissions, seven: list[str], wanted: dict[str, object], numbers: list[int]
):
    for number in (2, 4):
        submissions.claim(a_submission(number, idempotency_key=f"key-{number}"))
    assert listed(cases, **wanted) == [case_id(number) for number in numbers]


@pytest.mark.parametrize(
    "cursor", ["", "x", "é", "MjAyNg", "AAAA", "MDAwMS0wMS0wMVQwMDowMDowMCsyMzo1OSByY18wMDAwMDAwMQ"]
)
def test_a_cursor_that_no_list_gave_is_refused(cases: Cases, cursor: str):
    with pytest.raises(BadCursorError, match="next_cursor of the previous page"):
        cases.page(CaseFilter(cursor=cursor))


def test_a_timeline_is_told_oldest_first_with_the_edges_own_notes(cases: Cases, orders: Orders):
    orders.put(an_order())
    opened = cases.open(a_case(), [entry(0, "opened", rule="R7", details={"lines": 1})])
    at = NOON + timedelta(seconds=103)
    cases.note(opened.case_id, at, "mei", CaseEvent.AUDIT_NOTE, {"to": "customer"}, "Which mug was it?")
    cases.record(later(opened), [entry(105, "approved"), entry(102, "reminded")])
    told = cases.timeline(opened.case_id)
    assert [(one.event, one.source, one.text) for one in told] == [
        ("opened", "case", None),
        ("reminded", "case", None),
        ("audit_note", "edge", "Which mug was it?"),
        ("approved", "case", None),
    ]
    assert (told[0].rule, told[0].details, told[2].details) == ("R7", {"lines": 1}, {"to": "customer"})
    assert cases.timeline(case_id(9)) == []


def test_fault_29_the_very_same_note_twice_is_one_and_another_text_is_another(cases: Cases):
    for said in ("Hello", "Hello", "Hello?"):
        cases.note(case_id(1), NOON, "mei", CaseEvent.AUDIT_NOTE, {}, said)
    assert sorted(one.text or "" for one in cases.timeline(case_id(1))) == ["Hello", "Hello?"]


def test_fault_24_open_cases_of_an_earlier_process_are_found_and_no_others(cases: Cases, orders: Orders):
    orders.put(an_order())
    old = cases.open(a_case(1, process_version=1), [])
    cases.open(a_case(2, process_version=2), [])
    ended = cases.open(a_case(3, process_version=1), [])
    cases.record(later(ended, state=CaseState.WITHDRAWN), [])
    assert cases.of_process_before(2) == [old]
