"""Findings: found once, seen again, closed by somebody or gone by themselves."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from db.core.engine import Database
from db.reconciliation.findings import Findings
from domain.errors import UnknownFindingError
from domain.findings import Finding, FindingKind
from tests.db.facts import NOON, money

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def findings(database: Database) -> Findings:
    return Findings(database)


def finding(number: int = 1, at: datetime = NOON, **changes: Any) -> Finding:
    facts = {
        "finding_id": f"unknown_refund/stripe/re_{number}",
        "kind": FindingKind.EXTERNAL_REFUND,
        "message": "refunded by hand",
        "amount": money(700),
        "found_at": at,
        "last_seen_at": at,
    }
    return Finding(**{**facts, **changes})


def test_fault_10_a_difference_found_again_keeps_when_it_was_found_and_says_what_it_is_now(findings: Findings):
    findings.found([finding(), finding(2)])
    findings.found([finding(at=LATER, message="still there")])
    assert findings.page() == [finding(last_seen_at=LATER, message="still there"), finding(2)]
    findings.found([])


def test_fault_10_a_closed_finding_stays_closed_and_closing_again_answers_the_same(findings: Findings):
    findings.found([finding()])
    closed = findings.close(finding().finding_id, "mei", "agreed with the customer", LATER)
    assert (closed.closed_by, closed.closed_at) == ("mei", LATER)
    assert findings.close(finding().finding_id, "lin", "again", LATER + timedelta(days=1)) == closed
    findings.found([finding(at=LATER)])
    assert findings.page() == []
    assert [one.closed_by for one in findings.page(open_only=False)] == ["mei"]


def test_a_finding_that_is_not_there_cannot_be_closed(findings: Findings):
    with pytest.raises(UnknownFindingError, match="there is no finding nothing"):
        findings.close("nothing", "mei", "", NOON)


def test_what_differs_no_more_is_closed_by_the_reconciliation_and_only_of_its_kinds(findings: Findings):
    other = finding(3, kind=FindingKind.MISSING_REFUND, finding_id="missing_refund/p1")
    findings.found([finding(1), finding(2), other])
    findings.close_gone([FindingKind.EXTERNAL_REFUND], [finding(2).finding_id], LATER)
    assert findings.page() == [other, finding(2)]
    gone = next(one for one in findings.page(open_only=False) if one.finding_id == finding(1).finding_id)
    assert (gone.closed_by, gone.closed_at) == ("reconciliation", LATER)


def test_what_was_gone_and_differs_again_is_open_again(findings: Findings):
    findings.found([finding()])
    findings.close_gone([FindingKind.EXTERNAL_REFUND], [], LATER)
    findings.found([finding(at=LATER + timedelta(hours=1))])
    assert [one.found_at for one in findings.page()] == [NOON]


def test_findings_come_oldest_first_and_no_more_than_asked_for(findings: Findings):
    findings.found([finding(number, at=NOON - timedelta(minutes=number)) for number in range(5)])
    assert [one.finding_id[-1] for one in findings.page(limit=3)] == ["4", "3", "2"]
