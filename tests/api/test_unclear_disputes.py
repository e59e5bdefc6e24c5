"""R38, R43: a dispute that goes on in words that nobody knows holds no payout for ever, and counts for no case."""

from uuid import uuid4

import pytest

from domain.findings import FindingKind
from tests.support.api_client import inspection, told


async def unclear(api, webhooks):
    """Return a case whose dispute went on in a word that nobody knows, and the dispute's id."""
    case, dispute_id = await api.approved(), f"du_{uuid4().hex}"
    await webhooks.tell(webhooks.dispute(case, "needs_response", dispute_id))
    told(await api.send(case, "inspection", inspection(), "dev-warehouse"), 200)
    await api.until(case, "chargeback_hold")
    await webhooks.tell(webhooks.dispute(case, "a_new_word", dispute_id))
    return await api.until(case, "payout_blocked"), dispute_id


async def decide(api, case, **body):
    return told(await api.send(case, "resolution", body, "dev-finance"), 200)


async def test_m4_an_unknown_status_is_a_question_to_finance_and_a_finding(api, webhooks):
    case, dispute_id = await unclear(api, webhooks)
    assert (case["blocked_by"], case["counted"], case["next_step"]["party"]) == ("dispute_unclear", [], "finance")
    findings = webhooks.services.findings.page(limit=1000)
    [found] = [one for one in findings if one.kind is FindingKind.DISPUTE_UNCLEAR and one.refund_id == dispute_id]
    assert found.closed_at is None


@pytest.mark.parametrize("decision", ["pay", "retry"])
async def test_m4_finance_can_have_the_payout_made_all_the_same(api, webhooks, decision):
    case, _ = await unclear(api, webhooks)
    await decide(api, case, decision=decision)
    ended = await api.until(case, "refunded")
    assert ended["amounts"]["paid"] == ended["amounts"]["owed"]


async def test_m4_finance_can_say_that_the_dispute_returned_the_money(api, webhooks):
    case, dispute_id = await unclear(api, webhooks)
    owed = case["amounts"]["owed"]
    await decide(api, case, decision="count_refund", reference=dispute_id, amount={**owed, "minor": 2_000})
    await decide(api, case, decision="pay")
    ended = await api.until(case, "refunded")
    assert (ended["amounts"]["counted_total"]["minor"], ended["amounts"]["paid"]["minor"]) == (
        2_000,
        owed["minor"] - 2_000,
    )


async def test_m4_a_closed_case_does_not_claim_that_an_unclear_dispute_has_paid(api, webhooks):
    case, _ = await unclear(api, webhooks)
    await decide(api, case, decision="close")
    ended = await api.until(case, "closed")
    assert (ended["waived"], ended["counted"]) == (case["amounts"]["owed"], [])


@pytest.mark.parametrize(("status", "state"), [("won", "refunded"), ("needs_response", "chargeback_hold")])
async def test_r38_what_the_provider_says_later_in_known_words_is_what_counts(api, webhooks, status, state):
    case, dispute_id = await unclear(api, webhooks)
    later = webhooks.dispute(case, status, dispute_id)
    await webhooks.tell({**later, "created": later["created"] + 60})
    await api.until(case, state)


async def test_r43_finance_is_shown_how_to_name_the_dispute_before_anything_is_paid(api, webhooks):
    case, _ = await unclear(api, webhooks)
    assert case["next_step"]["send"]["POST resolution"]["decision"] == "count_refund"
    shown = await api.get(f"/v1/refunds/{case['case_id']}", as_="dev-finance")
    assert "count_refund" in shown["allowed_resolutions"]
