"""What reconciliation found: seen by finance and auditors, closed by finance with a note."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.findings import Finding, FindingKind
from domain.money import Money
from tests.support.api_client import ApiClient, problem, told

PATH = "/v1/findings"


@pytest.fixture
def finding(services) -> Finding:
    """A finding that reconciliation has just made."""
    now = services.now()
    found = Finding(
        finding_id=f"unknown_refund:stripe:re_{uuid4().hex}",
        kind=FindingKind.EXTERNAL_REFUND,
        message="A refund of no payout.",
        provider="stripe",
        amount=Money(minor=500, currency="USD"),
        found_at=now,
        last_seen_at=now,
    )
    services.findings.found([found])
    return found


async def listed(api: ApiClient, finding: Finding, query: str = "", as_: str = "dev-finance") -> dict[str, Any] | None:
    """Return the finding as the list shows it, or None."""
    items = (await api.get(f"{PATH}{query}", as_))["items"]
    return next((one for one in items if one["finding_id"] == finding.finding_id), None)


async def close(api: ApiClient, finding: Finding, note: str = "Refunded by Mei.", as_: str = "dev-finance"):
    return await api.ask("POST", f"{PATH}/{finding.finding_id}/close", {"note": note}, as_)


@pytest.mark.parametrize("role", ["finance", "auditor", "admin"])
async def test_finance_auditors_and_admins_see_what_is_open(api, finding, role):
    shown = await listed(api, finding, as_=f"dev-{role}")
    assert shown
    assert shown["kind"] == "unknown_refund"
    assert shown["amount"] == {"minor": 500, "currency": "USD"}


@pytest.mark.parametrize("role", ["storefront", "warehouse"])
async def test_others_see_no_findings(api, role):
    problem(await api.ask("GET", PATH, as_=f"dev-{role}"), 403, "forbidden")


async def test_without_a_key_nobody_sees_findings(api):
    problem(await api.client.get(PATH), 401, "unauthenticated")


async def test_finance_closes_a_finding_with_a_note(api, finding):
    closed = told(await close(api, finding), 200)

    assert (closed["closed_by"], closed["close_note"]) == ("finance", "Refunded by Mei.")
    assert await listed(api, finding) is None
    assert (await listed(api, finding, "?open=false")) == closed


async def test_fault_29_closing_twice_is_the_first_answer_again(api, finding):
    first = told(await close(api, finding), 200)
    assert told(await close(api, finding, "Another note.", "dev-admin"), 200) == first


async def test_an_auditor_reads_and_does_not_close(api, finding):
    problem(await close(api, finding, as_="dev-auditor"), 403, "forbidden")
    assert await listed(api, finding)


async def test_a_note_is_needed(api, finding):
    for body in ({}, {"note": ""}, {"note": 7}):
        path = f"{PATH}/{finding.finding_id}/close"
        problem(await api.ask("POST", path, body, "dev-finance"), 422, "invalid-request")
    assert await listed(api, finding)


async def test_a_finding_that_is_none_is_said_to_be(api, finding):
    none = finding.amend(finding_id="unknown_refund:stripe:re_never")
    problem(await close(api, none), 404, "unknown-finding")


async def test_what_was_closed_stays_closed_when_it_is_found_again(api, services, finding):
    told(await close(api, finding), 200)

    services.findings.found([finding.amend(last_seen_at=finding.last_seen_at + timedelta(hours=1))])

    assert await listed(api, finding) is None


async def test_findings_are_listed_oldest_first(api, services, finding):
    older = finding.amend(finding_id=f"{finding.finding_id}-older", found_at=finding.found_at - timedelta(days=1))
    services.findings.found([older])

    ids = [one["finding_id"] for one in (await api.get(PATH, "dev-finance"))["items"]]

    assert ids.index(older.finding_id) < ids.index(finding.finding_id)
