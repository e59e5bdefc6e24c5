"""Requests that nobody thought of, made from the OpenAPI document itself: every answer is one that it promises."""

import asyncio
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import positive_data_acceptance

ROLES = ("admin", "storefront", "auditor", "warehouse", "finance")
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
# The policy refuses many a well-formed request: that is its purpose, and no fault.
NOT_PROMISED = [positive_data_acceptance]


@pytest.fixture(scope="session")
def document(app):
    load_all_checks()
    document = schemathesis.openapi.from_asgi("/openapi.json", app)
    document.config.generation.update(with_security_parameters=False)
    return document


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("role", ROLES)
async def test_every_answer_to_made_up_requests_is_one_of_the_documented(api, document, role, mode):
    case = await api.open()
    # In a thread of its own, so that the worker of these tests goes on working.
    await asyncio.to_thread(explore, document, f"dev-{role}", mode, case["case_id"], 20 if role == "admin" else 4)

    handle = api.handle(case)
    assert (await handle.query("case"))["state"] == (await api.case(case))["state"], "the case is alive"


def explore(document: Any, key: str, mode: GenerationMode, case_id: str, examples: int) -> None:
    """Send made-up requests to every operation, half of them about a case that exists."""
    for found in document.get_all_operations():
        operation = found.ok()
        _explore(operation, key, mode, {}, examples)
        if "{case_id}" in operation.path:
            _explore(operation, key, mode, {"case_id": case_id}, examples)


def _explore(operation: APIOperation, key: str, mode: GenerationMode, fixed: dict[str, str], examples: int) -> None:
    made_up = [one for one in operation.iter_parameters() if one.name not in fixed] or operation.body
    is_any_word_right = operation.path.startswith("/v1/webhooks/")  # a provider's name, and a body of its own
    if mode is GenerationMode.NEGATIVE and (is_any_word_right or not made_up):
        return

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=cast("list[HealthCheck]", list(HealthCheck)),
    )
    @given(case=operation.as_strategy(generation_mode=mode, path_parameters=fixed or None))
    def answers_as_documented(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, excluded_checks=NOT_PROMISED)

    answers_as_documented()
