from datetime import timedelta

import pytest
from pydantic import ValidationError

from domain.calendar import Deadline
from domain.cases.case import Refusal
from domain.enums import EvidenceStatus, Reason, ResolutionAsked
from policy.request import awaits_uploads, is_purchaser, missing_evidence
from tests.policy import facts
from tests.policy.facts import LAMP, MUG, POLICY, SELLERS_FAULT
from tests.support.factories import order_line

ONE_SECOND = timedelta(seconds=1)


def assessed(order=None, intake=None, policy=POLICY):
    return facts.assessed(order or facts.order(), intake or facts.intake(), policy, facts.china())


def test_r1_the_purchaser_may_ask():
    assert is_purchaser(facts.order(), "cust-7")
    assert isinstance(assessed(), Deadline)


def test_r1_a_stranger_is_answered_exactly_like_an_unknown_order():
    stranger = assessed(intake=facts.intake(customer_id="cust-8"))
    unknown = facts.assessed(None, facts.intake(), POLICY, facts.china())
    assert stranger == unknown
    assert isinstance(unknown, Refusal)
    assert (unknown.rule, unknown.code, unknown.deadline) == ("R1", "unknown_order", None)


def test_r1_a_stranger_learns_nothing_from_a_wrong_sku_a_late_request_or_special_goods():
    asked = facts.intake(("NO-SUCH", 9), customer_id="cust-8", received_at=facts.local("2027-03-03"))
    assert assessed(intake=asked) == facts.assessed(None, facts.intake(), POLICY, facts.china())


@pytest.mark.parametrize("reason", SELLERS_FAULT)
def test_r2_three_reasons_are_the_sellers_fault(reason):
    assert POLICY.is_sellers_fault(reason)
    assert isinstance(assessed(intake=facts.intake(reason=reason)), Deadline)


def test_r2_personal_is_the_buyers_choice_and_no_other_word_is_taken():
    assert not POLICY.is_sellers_fault(Reason.PERSONAL)
    assert {*SELLERS_FAULT, Reason.PERSONAL} == set(Reason)
    assert {one.value for one in ResolutionAsked} == {"refund", "exchange"}
    with pytest.raises(ValidationError):
        facts.intake(reason="wrong_colour")


@pytest.mark.parametrize("reason", Reason)
def test_r3_a_request_on_the_last_second_is_in_time_for_every_reason(reason):
    end = facts.last_second("2026-03-11")
    judged = assessed(intake=facts.intake(reason=reason, received_at=end))
    assert isinstance(judged, Deadline)
    assert (judged.what, judged.when) == ("request", end)


@pytest.mark.parametrize("reason", Reason)
def test_r3_a_request_a_second_late_is_refused_with_the_deadline_named(reason):
    end = facts.last_second("2026-03-11")
    judged = assessed(intake=facts.intake(reason=reason, received_at=end + ONE_SECOND))
    assert isinstance(judged, Refusal)
    assert (judged.rule, judged.code) == ("R3", "request_window_passed")
    assert judged.deadline is not None
    assert judged.deadline.when == end
    assert "2026-03-11" in judged.message


def test_r3_of_several_lines_the_earliest_window_decides():
    parcels = (
        facts.parcel(MUG, number="OUT1", delivered_at=facts.local("2026-03-02")),
        facts.parcel(LAMP, number="OUT2", delivered_at=facts.local("2026-03-06")),
    )
    bought = facts.order(parcels=parcels)
    late_for_the_mug = facts.last_second("2026-03-11") + ONE_SECOND
    both = facts.intake((LAMP, 1), (MUG, 1), received_at=late_for_the_mug)
    lamp = facts.intake((LAMP, 1), received_at=late_for_the_mug)
    assert isinstance(assessed(bought, both), Refusal)
    assert isinstance(assessed(bought, lamp), Deadline)


def test_r3_a_refusal_by_a_guessed_calendar_says_so():
    bought = facts.order(parcels=(facts.parcel(MUG, delivered_at=facts.local("2026-12-28")),))
    judged = assessed(bought, facts.intake(received_at=facts.local("2027-03-01")))
    assert isinstance(judged, Refusal)
    assert judged.deadline is not None
    assert judged.deadline.provisional
    assert "as far as it is published" in judged.message


def test_r4_a_line_not_yet_received_is_refused_whatever_the_date_of_the_order():
    judged = assessed(facts.order(parcels=(), placed_at=facts.local("2025-06-02")))
    assert isinstance(judged, Refusal)
    assert (judged.rule, judged.code) == ("R4", "not_yet_received")
    assert MUG in judged.message


def test_r4_a_request_before_the_delivery_is_not_yet_received_and_in_its_very_second_is():
    bought = facts.order(parcels=(facts.parcel(MUG, delivered_at=facts.local("2026-03-02")),))
    early = facts.intake(received_at=facts.local("2026-03-02") - ONE_SECOND)
    at_once = facts.intake(received_at=facts.local("2026-03-02"))
    assert isinstance(judged := assessed(bought, early), Refusal)
    assert judged.rule == "R4"
    assert isinstance(assessed(bought, at_once), Deadline)


def test_r7_the_first_submission_is_what_is_judged_even_when_its_evidence_is_missing():
    asked = facts.intake(evidence_ids=("ev-1",), received_at=facts.last_second("2026-03-11"))
    assert missing_evidence(asked.reason, POLICY, ())
    assert isinstance(assessed(intake=asked), Deadline)


def test_r7_a_submission_after_the_window_is_late_even_with_all_its_evidence():
    asked = facts.intake(evidence_ids=("ev-1",), received_at=facts.last_second("2026-03-11") + ONE_SECOND)
    assert not missing_evidence(asked.reason, POLICY, (facts.pin(EvidenceStatus.PINNED),))
    assert isinstance(assessed(intake=asked), Refusal)


def test_r8_a_line_and_a_quantity_of_the_order_are_accepted():
    assert isinstance(assessed(intake=facts.intake((MUG, 2), (LAMP, 1))), Deadline)


@pytest.mark.parametrize(
    ("asked", "code"), [(("NO-SUCH", 1), "unknown_sku"), ((MUG, 3), "too_many_units"), ((LAMP, 2), "too_many_units")]
)
def test_r8_another_line_or_more_units_than_were_sold_are_refused(asked, code):
    judged = assessed(intake=facts.intake((MUG, 1) if asked[0] != MUG else (LAMP, 1), asked))
    assert isinstance(judged, Refusal)
    assert (judged.rule, judged.code) == ("R8", code)
    assert asked[0] in judged.message


@pytest.mark.parametrize("reason", SELLERS_FAULT)
def test_r8_one_pinned_photo_suffices_for_a_sellers_fault_reason(reason):
    pins = (facts.pin(EvidenceStatus.REFUSED, 1), facts.pin(EvidenceStatus.PINNED, 2))
    assert not missing_evidence(reason, POLICY, pins)


@pytest.mark.parametrize("reason", SELLERS_FAULT)
@pytest.mark.parametrize("status", [EvidenceStatus.ANNOUNCED, EvidenceStatus.REFUSED])
def test_r8_evidence_that_is_not_pinned_is_missing_for_a_sellers_fault_reason(reason, status):
    assert missing_evidence(reason, POLICY, (facts.pin(status),))
    assert missing_evidence(reason, POLICY, ())


def test_r8_evidence_is_optional_for_personal():
    assert not missing_evidence(Reason.PERSONAL, POLICY, ())


@pytest.mark.parametrize("reason", SELLERS_FAULT)
def test_r8_only_announced_uploads_are_awaited(reason):
    settled = (facts.pin(EvidenceStatus.PINNED, 1), facts.pin(EvidenceStatus.REFUSED, 2))
    assert not awaits_uploads(reason, POLICY, settled)
    assert awaits_uploads(reason, POLICY, (*settled, facts.pin(EvidenceStatus.ANNOUNCED, 3)))


def test_w6_uploads_are_awaited_only_where_the_policy_version_requires_evidence():
    announced = (facts.pin(EvidenceStatus.ANNOUNCED),)
    assert not awaits_uploads(Reason.PERSONAL, POLICY, announced)
    stricter = facts.amended(evidence_mandatory_for=frozenset(Reason))
    assert awaits_uploads(Reason.PERSONAL, stricter, announced)
    laxer = facts.amended(evidence_mandatory_for=frozenset({Reason.QUALITY}))
    assert not awaits_uploads(Reason.TRANSIT_DAMAGE, laxer, announced)


def test_the_rules_are_asked_in_their_order():
    special = order_line(MUG, unit_price=1500, special=True)
    unreceived = facts.order(lines=(special,), parcels=())
    too_many = facts.intake((MUG, 2))
    judged = [
        assessed(unreceived, too_many.amend(customer_id="cust-8")),
        assessed(unreceived, too_many),
        assessed(unreceived, facts.intake()),
        assessed(facts.order(parcels=()), facts.intake()),
    ]
    assert [one.rule for one in judged if isinstance(one, Refusal)] == ["R1", "R8", "R10", "R4"]
