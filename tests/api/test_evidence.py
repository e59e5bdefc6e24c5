"""Evidence: announced, uploaded with a ticket, verified, pinned or refused, and looked at."""

from datetime import UTC, datetime

import httpx2
import pytest

from tests.support.api_client import JPEG, photo, problem, told

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(100)


async def with_photo(api, **changes):
    """Open a case with one announced photo; return it and its ticket."""
    case = await api.open(reason="quality", evidence=[photo(**changes)])
    return case, case["upload_tickets"][0]


async def confirm(api, case, ticket, as_="dev-storefront"):
    return await api.send(case, f"evidence/{ticket['evidence_id']}/uploaded", as_=as_)


async def test_r8_an_upload_that_is_what_was_announced_is_pinned_and_the_case_goes_to_audit(api):
    case, ticket = await with_photo(api)
    assert await api.upload(ticket, JPEG) == 200

    done = told(await confirm(api, case, ticket), 200)

    assert done["state"] == "under_audit"
    [shown] = done["evidence"]
    assert shown["status"] == "pinned"
    assert shown["version_id"]
    assert len(shown["sha256"]) == 64


async def test_saying_twice_that_an_upload_is_done_changes_nothing(api):
    case, ticket = await with_photo(api)
    await api.upload(ticket, JPEG)

    first = told(await confirm(api, case, ticket), 200)
    assert told(await confirm(api, case, ticket), 200) == first
    told(await api.send(case, "audit", {"decision": "approve"}, "dev-auditor"), 200)

    assert told(await confirm(api, case, ticket), 200)["state"] == "awaiting_return"
    assert [one["event"] for one in await api.timeline(case)].count("evidence_pinned") == 1


async def test_r8_an_upload_that_is_something_else_is_refused_with_why_and_how_to_mend_it(api):
    case, ticket = await with_photo(api, size=len(PNG))
    assert await api.upload(ticket, PNG) == 200

    for _ in range(2):
        refused = problem(await confirm(api, case, ticket), 422, "evidence-refused")
        assert "image/png, image/jpeg was announced" in refused["detail"]
        assert "announce the file again" in refused["detail"]
    shown = await api.case(case)
    assert shown["evidence"][0]["status"] == "refused"
    assert shown["state"] == "information_requested"


async def test_fault_27_before_anything_is_uploaded_the_answer_says_how_to_get_a_fresh_ticket(api):
    case, ticket = await with_photo(api)

    missing = problem(await confirm(api, case, ticket), 422, "evidence-missing")

    assert "if it has expired, announce the file again" in missing["detail"]
    again = told(await api.send(case, "evidence", {"evidence": [photo()]}, "dev-storefront"), 200)
    [fresh] = again["upload_tickets"]
    assert fresh["evidence_id"] == ticket["evidence_id"]
    assert datetime.fromisoformat(fresh["expires_at"]) > datetime.now(UTC)


async def test_fault_27_a_used_ticket_does_not_replace_what_was_uploaded(api):
    _case, ticket = await with_photo(api)
    assert await api.upload(ticket, JPEG) == 200
    assert await api.upload(ticket, JPEG) == 412


async def test_more_evidence_is_announced_while_the_case_takes_it(api):
    case, _ = await with_photo(api)

    more = told(await api.send(case, "evidence", {"evidence": [photo(filename="b.jpg")]}, "dev-storefront"), 200)

    assert [one["filename"] for one in more["evidence"]] == ["front.jpg", "b.jpg"]
    [ticket] = more["upload_tickets"]
    assert await api.upload(ticket, JPEG) == 200
    done = told(await confirm(api, case, ticket), 200)
    assert [one["status"] for one in done["evidence"]] == ["announced", "pinned"]
    assert done["state"] == "information_requested"


async def test_evidence_is_closed_once_the_case_is_past_the_audit(api):
    case = await api.approved()

    refused = await api.send(case, "evidence", {"evidence": [photo()]}, "dev-storefront")

    assert problem(refused, 409, "wrong-state")["state"] == "awaiting_return"


async def test_a_case_holds_twenty_files_and_no_more(api):
    case = await api.open(reason="quality", evidence=[photo(filename=f"{one}.jpg") for one in range(20)])

    refused = await api.send(case, "evidence", {"evidence": [photo(filename="21.jpg")]}, "dev-storefront")

    problem(refused, 409, "too-much-evidence")
    renewed = told(await api.send(case, "evidence", {"evidence": [photo(filename="7.jpg")]}, "dev-storefront"), 200)
    assert len(renewed["evidence"]) == 20


@pytest.mark.parametrize("as_", ["dev-auditor", "dev-warehouse", "dev-finance", "dev-storefront"])
async def test_everybody_who_sees_the_case_can_look_at_what_was_pinned(api, as_):
    case, ticket = await with_photo(api)
    await api.upload(ticket, JPEG)
    told(await confirm(api, case, ticket), 200)

    response = await api.ask("GET", f"/v1/refunds/{case['case_id']}/evidence/{ticket['evidence_id']}", as_=as_)

    link = told(response, 200)
    assert response.headers["cache-control"] == "no-store"
    async with httpx2.AsyncClient(trust_env=False) as browser:
        shown = await browser.get(link["url"])
    assert (shown.content, shown.headers["content-type"]) == (JPEG, "image/jpeg")


async def test_there_is_no_link_to_what_was_not_verified(api):
    case, ticket = await with_photo(api)
    path = f"/v1/refunds/{case['case_id']}/evidence/{ticket['evidence_id']}"
    problem(await api.ask("GET", path), 404, "unknown-evidence")


async def test_evidence_of_another_case_is_unknown(api):
    _case, ticket = await with_photo(api)
    other = await api.open()
    problem(await confirm(api, other, ticket), 404, "unknown-evidence")
    problem(
        await api.ask("GET", f"/v1/refunds/{other['case_id']}/evidence/{ticket['evidence_id']}"),
        404,
        "unknown-evidence",
    )


async def test_fault_22_a_store_that_hangs_is_a_clear_503_and_nothing_is_decided(api, seaweed):
    case, ticket = await with_photo(api)
    await api.upload(ticket, JPEG)
    with seaweed.hanging():
        response = await confirm(api, case, ticket)
        shown = await api.case(case)

    problem(response, 503, "evidence-store-unavailable")
    assert response.headers["retry-after"]
    assert shown["evidence"][0]["status"] == "announced"
    told(await confirm(api, case, ticket), 200)
