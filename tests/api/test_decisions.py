"""Audit and resolution: told to the running case, answered by its record."""

import asyncio

from tests.support.api_client import problem, told


async def test_r15_a_rejection_keeps_its_text_in_the_timeline_and_out_of_temporal(api):
    case = await api.open()
    body = {"decision": "reject", "reason_code": "signs_of_use", "note": "Zebrawood shows scratches."}

    rejected = told(await api.send(case, "audit", body, "dev-auditor"), 200)

    assert rejected["state"] == "rejected"
    note = next(one for one in await api.timeline(case, "dev-storefront") if one["event"] == "audit_note")
    assert (note["text"], note["actor"]) == ("Zebrawood shows scratches.", "auditor")
    handle = api.handle(case)
    assert "Zebrawood" not in str(await handle.fetch_history())


async def test_r15_a_rejection_without_a_code_is_refused_with_the_rule(api):
    case = await api.open()
    refused = problem(
        await api.send(case, "audit", {"decision": "reject"}, "dev-auditor"),
        422,
        "reason-code-missing",
    )
    assert refused["rule"] == "R15"
    assert refused["case_id"] == case["case_id"]


async def test_fault_29_the_same_decision_again_is_the_same_answer_also_when_the_case_has_ended(api):
    case = await api.open()
    body = {"decision": "reject", "reason_code": "signs_of_use", "note": "Scratches."}

    first = told(await api.send(case, "audit", body, "dev-auditor"), 200)
    second = told(await api.send(case, "audit", body, "dev-auditor"), 200)

    assert second == first
    assert [one["event"] for one in await api.timeline(case)].count("audit_note") == 1


async def test_fault_29_a_double_click_is_one_decision(api):
    case = await api.open()

    clicks = [api.send(case, "audit", {"decision": "approve"}, "dev-auditor", Idempotency_Key="d-1") for _ in range(8)]
    answers = await asyncio.gather(*clicks)

    assert {answer.status_code for answer in answers} == {200}
    assert [one["event"] for one in await api.timeline(case)].count("approved") == 1


async def test_another_decision_after_the_first_is_a_conflict_that_names_the_state(api):
    case = await api.approved()

    refused = await api.send(case, "audit", {"decision": "reject", "reason_code": "signs_of_use"}, "dev-auditor")

    assert problem(refused, 409, "wrong-state")["state"] == "awaiting_return"


async def test_a_decision_about_a_case_that_has_ended_is_a_conflict_that_names_the_state(api):
    case = await api.open()
    told(await api.send(case, "withdrawal", as_="dev-storefront"), 200)

    refused = await api.send(case, "audit", {"decision": "approve"}, "dev-auditor")

    assert problem(refused, 409, "wrong-state")["state"] == "withdrawn"


async def test_r27_a_failed_inspection_is_decided_by_a_human(api):
    case = await api.inspected("no_defect_found")

    told(await api.send(case, "resolution", {"decision": "accept", "note": "Goodwill."}, "dev-finance"), 200)

    await api.until(case, "refunded")
    assert "resolution_note" in [one["event"] for one in await api.timeline(case)]


async def test_r28_a_partial_refund_needs_its_amount_and_no_other_decision_has_one(api):
    case = await api.inspected("used")
    amount = {"minor": 500, "currency": "USD"}
    for body in ({"decision": "partial_refund"}, {"decision": "accept", "amount": amount}):
        problem(await api.send(case, "resolution", body), 422, "invalid-request")
    negative = {"decision": "partial_refund", "amount": {"minor": -1, "currency": "USD"}}
    problem(await api.send(case, "resolution", negative), 422, "invalid-request")
    far_too_much = {"decision": "partial_refund", "amount": {"minor": 10**12, "currency": "USD"}}
    assert (await api.send(case, "resolution", far_too_much)).json()["rule"] == "R28"

    told(await api.send(case, "resolution", {"decision": "partial_refund", "amount": amount}), 200)

    assert (await api.until(case, "refunded"))["amounts"]["paid"]["minor"] == 500


async def test_r12_a_refused_request_is_reopened_as_goodwill_with_a_reason(api):
    late = api.request(await api.order(delivered_days_ago=40))
    refused = (await api.submit(late, "late-1")).json()

    reopened = await api.send(
        refused, "resolution", {"decision": "reopen", "reason_code": "loyal_customer"}, "dev-auditor"
    )

    case = told(reopened, 200)
    assert case["state"] == "under_audit"
    assert case["goodwill"] is True
    assert case["lines"][0]["units"]
    approved = told(await api.send(case, "audit", {"decision": "approve"}, "dev-auditor"), 200)
    assert approved["state"] == "awaiting_return"
    assert told(await api.submit(late, "late-1"), 200)["case_id"] == case["case_id"]


async def test_r12_reopening_without_a_reason_is_refused(api):
    late = api.request(await api.order(delivered_days_ago=40))
    refused = (await api.submit(late)).json()

    again = await api.send(refused, "resolution", {"decision": "reopen"}, "dev-auditor")

    assert again.json()["rule"] == "R12"
    assert (await api.case(refused))["state"] == "rejected"


async def test_r36_what_is_paid_outside_the_gateway_is_not_an_auditors_to_say(api):
    case = await api.open()
    for decision in ("other_account", "paid"):
        body = {"decision": decision, "reference": "acct-7"}
        problem(await api.send(case, "resolution", body, "dev-auditor"), 403, "forbidden")
        assert (await api.send(case, "resolution", body, "dev-finance")).status_code in {409, 422}
