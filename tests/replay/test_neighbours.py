"""Two neighbouring releases read what either has stored; what people send is read strictly (fault 24)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from temporalio.api.common.v1 import Payload

from domain.cases.case import Refusal
from domain.cases.messages import Message
from tests.replay.stored_types import (
    NO_DOCUMENTS,
    OF_DATABASE,
    columns_for_documents,
    of_activities,
    of_signals,
    of_updates,
    of_workflows,
)
from tests.support.neighbours import MORE, models_in, newer, written_by_the_next
from tests.support.samples import MESSAGES, sample
from workflows.payload_converter import DATA_CONVERTER

CONVERTER = DATA_CONVERTER.payload_converter
OF_TEMPORAL = {*of_activities().values(), *of_workflows().values(), Refusal} - {type(None)}
STORED = sorted(OF_TEMPORAL | set(OF_DATABASE.values()), key=lambda kind: kind.__name__)
each_stored_type = pytest.mark.parametrize("kind", STORED, ids=lambda kind: kind.__name__)
each_message = pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)


def in_history(value: Any) -> Payload:
    [payload] = CONVERTER.to_payloads([value])
    return payload


def read(payload: Payload, kind: type[Any]) -> Any:
    return CONVERTER.from_payload(payload, kind)


def parts(value: Any) -> Iterator[BaseModel]:
    """Return the value and every model in it."""
    if isinstance(value, BaseModel):
        yield value
        value = [one for _, one in value]
    elif isinstance(value, Mapping):
        value = value.values()
    if not isinstance(value, str) and isinstance(value, Iterable):
        yield from (part for one in value for part in parts(one))


def with_more_at(value: Any, place: int) -> Any:
    """Return the value as JSON with one field more in one of its models only."""
    count = iter(range(1_000))

    def only_there(part: Any) -> Any:
        if isinstance(part, dict):
            is_there = MORE in part and next(count) == place
            return {key: only_there(one) for key, one in part.items() if key != MORE or is_there}
        return [only_there(one) for one in part] if isinstance(part, list) else part

    return only_there(written_by_the_next(value))


def test_fault_24_every_column_that_could_hold_a_document_is_known() -> None:
    assert columns_for_documents() == OF_DATABASE.keys() | NO_DOCUMENTS


@each_stored_type
def test_fault_24_the_sample_of_a_stored_type_has_every_part(kind: type[Any]) -> None:
    """The check of the check: an empty list would show nothing of what is in it."""
    assert {type(one) for one in parts(sample(kind))} >= set(models_in(kind))


@each_stored_type
def test_fault_24_a_release_reads_what_the_next_one_wrote(kind: type[Any]) -> None:
    later = written_by_the_next(sample(kind))
    assert read(in_history(later), kind) == kind.read(later) == sample(kind)
    with pytest.raises(ValidationError, match="extra_forbidden"):
        kind.model_validate(later)


@each_stored_type
def test_fault_24_the_next_release_reads_what_this_one_wrote(kind: type[Any]) -> None:
    earlier = read(in_history(sample(kind)), newer(kind))
    assert all(getattr(one, MORE) is None for one in parts(earlier))
    assert kind.read(earlier.model_dump_json()) == sample(kind)


@each_stored_type
def test_fault_24_the_next_release_has_the_field_in_every_part(kind: type[Any]) -> None:
    """The check of the check: it takes in full what an earlier one passes over."""
    known = newer(kind).model_validate(written_by_the_next(sample(kind)), extra="forbid")
    assert {getattr(one, MORE) for one in parts(known)} == {"new"}


@each_message
def test_what_people_send_is_refused_with_a_field_that_is_not_known_however_deep(message: Message) -> None:
    kind = type(message)
    assert read(in_history(message), kind) == message
    for place in range(len(list(parts(message)))):
        with pytest.raises(Exception, match=rf"{MORE}\n.*[Ee]xtra inputs are not permitted"):
            read(in_history(with_more_at(message, place)), kind)


@each_message
def test_a_message_of_the_next_release_is_taken_while_it_does_not_use_its_new_field(message: Message) -> None:
    kind = type(message)
    later = read(in_history(message), newer(kind))
    assert read(in_history(later), kind) == message


@each_message
def test_the_next_release_knows_a_message_again_that_this_one_has_taken(message: Message) -> None:
    later = newer(type(message)).model_validate_json(message.model_dump_json())
    assert later.identity == message.identity
    assert later.amend(**{MORE: "new"}).identity != message.identity


def test_every_update_and_every_signal_has_a_sample() -> None:
    assert {type(one) for one in MESSAGES.values()} >= set(of_updates().values())
    assert set(MESSAGES) >= set(of_signals())
