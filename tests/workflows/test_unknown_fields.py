"""A signal or an update with a field that is not known is refused, with the field's name, and harms no case."""

import json
from typing import Any

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from domain.cases.messages import Message
from tests.replay.stored_types import of_signals, of_updates
from tests.support.neighbours import MORE
from tests.support.samples import MESSAGES
from tests.workflows.case_driver import OpenCase
from tests.workflows.shop import Shop

BY_TYPE = {type(one): one for one in MESSAGES.values()}


def with_more(message: Message) -> dict[str, Any]:
    return {**json.loads(message.model_dump_json(exclude_none=True)), MORE: 1}


@pytest_asyncio.fixture(scope="module")
async def case(dev_shop: Shop) -> OpenCase:
    return await dev_shop.open()


@pytest.mark.parametrize("name", of_signals())
async def test_a_signal_with_a_field_that_is_not_known_stands_in_the_timeline_as_ignored(
    case: OpenCase, name: str
) -> None:
    before = case.events().count("signal_ignored")
    await case.handle.signal(name, with_more(MESSAGES[name]))
    await case.until_event("signal_ignored", before + 1)
    [ignored] = [one for one in case.timeline() if one.actor == name]
    assert ignored.details == {"why": f"{MORE}: extra_forbidden"}


@pytest.mark.parametrize(("name", "kind"), of_updates().items())
async def test_an_update_with_a_field_that_is_not_known_is_refused_to_its_sender(
    case: OpenCase, name: str, kind: type[Message]
) -> None:
    before = case.case()
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.handle.execute_update(name, with_more(BY_TYPE[kind]))
    assert isinstance(refused.value.cause, ApplicationError)
    assert case.case() == before
    kinds = {event.event_type async for event in case.handle.fetch_history_events()}
    assert EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED not in kinds
