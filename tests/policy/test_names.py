"""Every state that a timeline tells of has an event, and every window is of one kind at most."""

import pytest

from domain.calendar import WindowName
from domain.cases.timeline import CaseEvent, TimelineEntry
from domain.enums import EvidenceStatus, ReplacementState
from domain.payment_events import DisputeStatus
from domain.payout_state import PayoutState
from tests.db.facts import NOON


def test_every_state_that_is_told_of_has_an_event():
    assert {CaseEvent.of_payout(state) for state in PayoutState} <= set(CaseEvent)
    assert {CaseEvent.of_replacement(state) for state in ReplacementState} <= set(CaseEvent)
    assert {CaseEvent.of_dispute(status) for status in DisputeStatus} <= set(CaseEvent)
    assert {CaseEvent.of_evidence(status) for status in EvidenceStatus} <= set(CaseEvent)
    assert {CaseEvent.of_photo(status) for status in EvidenceStatus} <= set(CaseEvent)


@pytest.mark.parametrize("name", WindowName)
def test_a_window_is_of_one_kind_at_most(name):
    assert [name.is_reminder, name.is_target, name.is_customers, name.is_payout].count(True) <= 1


def test_an_event_of_a_newer_release_is_read_as_it_was_written():
    written = TimelineEntry(seq=0, at=NOON, actor="system", event="customer_thanked")
    assert TimelineEntry.read(written.model_dump_json()).event == "customer_thanked"
    assert TimelineEntry.read(written.amend(event="approved").model_dump_json()).event is CaseEvent.APPROVED
