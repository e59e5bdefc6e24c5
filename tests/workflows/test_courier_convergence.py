"""Any set of a parcel's events, in any order and any number of times, ends in one state (P1, P2, fault 14)."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gateways.courier_strategies import PROVIDERS, histories
from tests.support.parcel_simulation import ParcelSimulation, end_of

EXAMPLES = 1_000
NINE = "2026-11-20T09:33:00Z"
each_provider = pytest.mark.parametrize("name", PROVIDERS)


def in_any_order(data: st.DataObject, name: str) -> None:
    """Check that the same events end alike: in order, shuffled with repeats, and with messages that arrive late."""
    events = data.draw(histories(PROVIDERS[name]))
    again = data.draw(st.lists(st.sampled_from(events), max_size=4))
    parcel = ParcelSimulation()
    for event in data.draw(st.permutations([*events, *again])):
        parcel.hear(event)
        if data.draw(st.booleans()):
            parcel.deliver(backwards=data.draw(st.booleans()))
    parcel.deliver(backwards=data.draw(st.booleans()))
    assert parcel.end == end_of(events)


@settings(max_examples=EXAMPLES, deadline=None, database=None)
@given(data=st.data())
def test_fault_14_aftership_s_events_in_any_order_end_in_one_state(data: st.DataObject) -> None:
    in_any_order(data, "aftership")


@settings(max_examples=EXAMPLES, deadline=None, database=None)
@given(data=st.data())
def test_fault_14_easypost_s_events_in_any_order_end_in_one_state(data: st.DataObject) -> None:
    in_any_order(data, "easypost")


@settings(max_examples=EXAMPLES, deadline=None, database=None)
@given(data=st.data())
def test_fault_14_17track_s_events_in_any_order_end_in_one_state(data: st.DataObject) -> None:
    in_any_order(data, "17track")


@each_provider
@pytest.mark.parametrize("order", list(permutations(["in_transit", "lost", "delivered"])), ids="-".join)
def test_p1_of_equal_times_a_loss_counts_most_whatever_comes_first(name: str, order: tuple[str, ...]) -> None:
    provider = PROVIDERS[name]
    told = [provider.event(provider.said(word, NINE), provider.said(word, NINE)) for word in order]
    assert end_of(told) == ("lost_in_return", "lost")


@each_provider
@pytest.mark.parametrize("final", ["lost", "delivered"])
def test_p2_an_older_word_never_takes_back_a_final_one_and_a_newer_one_does(name: str, final: str) -> None:
    provider = PROVIDERS[name]
    older, now, newer = ("2026-11-20T08:00:00", "2026-11-20T09:00:00", "2026-11-20T09:00:01")
    for zone in ("", "Z", "+08:00"):
        said = {at: provider.said("in_transit", at + zone) for at in (older, newer)}
        ended = provider.said(final, now + zone)
        recorded = "2026-11-20T09:30:00Z"  # the same for all of them, as providers update in rounds
        before, after = (provider.event((*said[at][:2], recorded), said[at]) for at in (older, newer))
        end = provider.event((*ended[:2], recorded), ended)
        state = "lost_in_return" if final == "lost" else "in_transit"
        assert end_of([end, before]) == end_of([before, end]) == (state, final)
        assert end_of([end, after]) == end_of([after, end]) == ("in_transit", "in_transit")
