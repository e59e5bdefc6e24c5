"""POST /v1/refunds: the verdict in the answer, one case a key."""

import asyncio
from uuid import uuid4

import pytest

from tests.api.counter import photo, problem, told


async def test_a_request_is_answered_with_the_case_and_whose_turn_it_is(counter):
    case = await counter.open()

    assert case["state"] == "under_audit"
    assert case["next_step"]["party"] == "auditor"
    assert case["amounts"]["goods_asked"]["minor"] == sum(unit["goods"] for unit in case["lines"][0]["units"])
    assert case["amounts"]["paid"] == {"minor": 0, "currency": "USD"}
    assert case["description"] == "Does not suit me after all."
    assert {deadline["what"] for deadline in case["deadlines"]} >= {"request", "audit_target"}
    assert await counter.case(case) == {**case, "upload_tickets": []}
