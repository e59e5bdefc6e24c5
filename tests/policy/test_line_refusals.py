"""A refusal of a request about several lines says of each line why, until when, and what can still be asked for."""

import pytest

from domain.calendar import Deadline
from domain.cases.case import Refusal
from domain.enums import Reason
from tests.policy import facts
from tests.policy.facts import POLICY
from tests.support.factories import order_line, payment

EARLY, LATER, FRESH = "2026-03-02", "2026-03-03", "2026-03-10"
ENDS = {EARLY: "2026-03-11", LATER: "2026-03-12", FRESH: "2026-03-19"}
AFTER_BOTH = facts.local("2026-03-13")


def order(*special, **delivered):
    """An order of one unit each, every line in a parcel of its own; None is not delivered yet."""
    return facts.order(
        lines=tuple(order_line(sku, unit_price=100, special=sku in special) for sku in delivered),
        payments=(payment("pi_1", 100 * len(delivered) + 600),),
        parcels=tuple(
            facts.parcel(sku, number=f"OUT{place}", delivered_at=facts.local(day) if day else None)
            for place, (sku, day) in enumerate(delivered.items())
        ),
    )


def refused(of, *asked, at=AFTER_BOTH, policy=POLICY, **changes) -> Refusal:
    judged = facts.assessed(
        of, facts.intake(*((sku, 1) for sku in asked), received_at=at, **changes), policy, facts.china()
    )
    assert isinstance(judged, Refusal)
    return judged


@pytest.mark.parametrize("reason", Reason)
def test_t3_the_refusal_names_the_late_line_with_its_date_and_the_line_that_can_still_be_asked_for(reason):
    refusal = refused(order(MUG=EARLY, LAMP=FRESH), "MUG", "LAMP", reason=reason)
    assert (refusal.rule, refusal.code) == ("R3", "request_window_passed")
    assert f"MUG on {ENDS[EARLY]}" in refusal.message
    assert f"You can still ask for LAMP until {ENDS[FRESH]}" in refusal.message


def test_t3_each_late_line_has_its_own_date_and_the_earliest_is_the_deadline():
    refusal = refused(order(LAMP=LATER, MUG=EARLY), "LAMP", "MUG")
    assert f"LAMP on {ENDS[LATER]}" in refusal.message
    assert f"MUG on {ENDS[EARLY]}" in refusal.message
    assert "can still ask" not in refusal.message
    assert refusal.deadline is not None
    assert refusal.deadline.last_day.isoformat() == ENDS[EARLY]


def test_t3_a_late_line_beside_one_not_received_yet_names_both():
    refusal = refused(order(MUG=EARLY, CUP=None, LAMP=FRESH), "MUG", "CUP", "LAMP")
    assert refusal.rule == "R3"
    assert f"MUG on {ENDS[EARLY]}" in refusal.message
    assert "Not received yet: CUP." in refusal.message
    assert f"LAMP until {ENDS[FRESH]}" in refusal.message


def test_t3_what_can_still_be_asked_for_is_opened_when_it_is_asked_for_alone():
    of = order(MUG=EARLY, LAMP=FRESH)
    assert "LAMP" in refused(of, "MUG", "LAMP").message
    alone = facts.assessed(of, facts.intake(("LAMP", 1), received_at=AFTER_BOTH), POLICY, facts.china())
    assert isinstance(alone, Deadline)
    assert alone.last_day.isoformat() == ENDS[FRESH]


def test_t3_lines_not_received_yet_are_named_beside_those_that_can_be_asked_for():
    refusal = refused(order(CUP=None, LAMP=FRESH, DISH=None), "CUP", "LAMP", "DISH")
    assert refusal.rule == "R4"
    assert "Not received yet: CUP, DISH." in refusal.message
    assert f"You can still ask for LAMP until {ENDS[FRESH]}" in refusal.message


def test_t3_special_goods_are_named_and_no_late_line_is_offered_instead():
    of = order("RING", RING=FRESH, MUG=EARLY, LAMP=FRESH, CUP=None)
    refusal = refused(of, "RING", "MUG", "LAMP", "CUP")
    assert refusal.rule == "R10"
    assert "not refundable: RING." in refusal.message
    assert f"MUG on {ENDS[EARLY]}" in refusal.message
    assert f"You can still ask for LAMP until {ENDS[FRESH]}" in refusal.message
    assert "Not received yet: CUP." in refusal.message
    assert "can still ask" not in refused(of, "RING", "MUG").message


def test_t3_special_goods_alone_are_refused_without_a_word_about_other_lines():
    assert refused(order("RING", RING=FRESH, LAMP=FRESH), "RING").message.endswith("not refundable: RING.")


def test_t3_every_line_that_was_not_sold_is_named():
    refusal = refused(order(MUG=EARLY), "NO-SUCH", "NOR-THIS")
    assert (refusal.rule, refusal.code) == ("R8", "unknown_sku")
    assert "NO-SUCH" in refusal.message
    assert "NOR-THIS" in refusal.message
