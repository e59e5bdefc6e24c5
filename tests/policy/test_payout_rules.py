"""R34 to R38: paid, refused for good, paid to another account, reversed, replaced by a dispute."""

import pytest

from domain.cases.messages import CaseResolution
from domain.cases.payout import REIMBURSEMENT, OtherAccount
from domain.enums import CaseState as S
from domain.enums import ResolutionDecision
from domain.payout_state import PayoutState as P
from policy.payout_rules import (
    allowed_resolutions,
    check_payout_resolution,
    is_paid,
    is_second_approval,
    may_try_again,
    merge_gateway_state,
)
from tests.policy.payout_facts import case, payout, postage


def decides(decision: ResolutionDecision, by: str = "mei", reference: str | None = None) -> CaseResolution:
    return CaseResolution(decision=decision, decided_by=by, reference=reference)


@pytest.mark.parametrize("state", [P.PLANNED, P.SUBMITTING, P.UNKNOWN, P.PENDING, P.ACTION_REQUIRED, P.FAILED])
def test_r34_only_success_counts_as_paid(state):
    assert is_paid(case(payout(P.SUCCEEDED)))
    assert not is_paid(case(payout(P.SUCCEEDED), payout(state, 2)))


def test_r32_return_postage_outside_keeps_no_case_open():
    assert is_paid(case(payout(P.SUCCEEDED), postage()))


def test_r36_what_goes_to_another_account_keeps_the_case_open_until_it_is_paid():
    to_account = payout(P.ACTION_REQUIRED, provider=REIMBURSEMENT, payment_reference="acct-7")
    assert not is_paid(case(to_account))
    assert is_paid(case(to_account.amend(state=P.SUCCEEDED)))


@pytest.mark.parametrize(
    ("blocked_by", "decision"),
    [
        ("payout_refused", ResolutionDecision.RETRY),
        ("payout_refused", ResolutionDecision.OTHER_ACCOUNT),
        ("evidence_changed", ResolutionDecision.ACCEPT),
        ("cap_exceeded", ResolutionDecision.CLOSE),
        ("cap_exceeded", ResolutionDecision.PAY),
        ("cap_exceeded", ResolutionDecision.COUNT_REFUND),
        ("dispute_lost_in_part", ResolutionDecision.PAY),
        ("gateway_failed", ResolutionDecision.COUNT_REFUND),
        ("other_account", ResolutionDecision.PAID),
    ],
)
def test_r36_a_blocked_payout_offers_what_can_help(blocked_by, decision):
    assert decision in allowed_resolutions(case(blocked_by=blocked_by))


@pytest.mark.parametrize(
    ("blocked_by", "decision"),
    [
        ("payout_refused", ResolutionDecision.ACCEPT),
        ("payout_refused", ResolutionDecision.CLOSE),
        ("evidence_changed", ResolutionDecision.REFUSE),
        ("cap_exceeded", ResolutionDecision.REFUSE),
    ],
)
def test_r36_a_blocked_payout_refuses_what_cannot(blocked_by, decision):
    refusal = check_payout_resolution(case(blocked_by=blocked_by), decides(decision))
    assert refusal
    assert refusal.rule == "R36"
    assert "retry" in refusal.message


def test_r36_a_second_person_approves_the_account_that_the_first_proposed():
    proposed = case(other_account=OtherAccount(reference="acct-7", proposed_by="mei"))
    assert is_second_approval(proposed, decides(ResolutionDecision.OTHER_ACCOUNT, "lin", "acct-7"))


@pytest.mark.parametrize(("by", "reference"), [("mei", "acct-7"), ("lin", "acct-8")])
def test_r36_the_same_person_or_another_account_approves_nothing(by, reference):
    proposed = case(other_account=OtherAccount(reference="acct-7", proposed_by="mei"))
    assert not is_second_approval(proposed, decides(ResolutionDecision.OTHER_ACCOUNT, by, reference))
    assert not is_second_approval(case(), decides(ResolutionDecision.OTHER_ACCOUNT, by, reference))


@pytest.mark.parametrize("told", [P.FAILED, P.CANCELED])
def test_r37_a_success_that_fails_later_is_reversed(told):
    assert merge_gateway_state(payout(P.SUCCEEDED), payout(told)).state is P.REVERSED


@pytest.mark.parametrize("told", [P.PENDING, P.UNKNOWN, P.ACTION_REQUIRED])
def test_r37_a_success_is_taken_back_by_a_failure_only(told):
    assert merge_gateway_state(payout(P.SUCCEEDED), payout(told)).state is P.SUCCEEDED


def test_r37_a_reversal_is_the_end_of_its_attempt_and_not_of_the_next():
    reversed_one = payout(P.REVERSED)
    assert merge_gateway_state(reversed_one, payout(P.SUCCEEDED)) == reversed_one
    assert merge_gateway_state(reversed_one, payout(P.SUCCEEDED, attempt=2)).state is P.SUCCEEDED


@pytest.mark.parametrize("before", [P.FAILED, P.UNKNOWN, P.PENDING, P.SUCCEEDED])
@pytest.mark.parametrize("told", [P.PLANNED, P.SUBMITTING])
def test_r37_a_gateway_that_knows_of_no_refund_changes_nothing(before, told):
    assert merge_gateway_state(payout(before), payout(told)).state is before


def test_r37_an_answer_about_an_earlier_attempt_changes_nothing():
    second = payout(P.SUBMITTING, attempt=2)
    assert merge_gateway_state(second, payout(P.FAILED)) == second


def test_r38_what_a_lost_dispute_has_paid_is_open_no_more():
    assert is_paid(case(payout(P.CANCELED), settled_by_dispute="dp_1"))
    assert not is_paid(case(payout(P.CANCELED)))


def test_r38_what_a_lost_dispute_has_paid_is_not_tried_again():
    assert may_try_again(case(), payout(P.CANCELED))
    assert not may_try_again(case(settled_by_dispute="dp_1"), payout(P.CANCELED))


def test_r38_a_hold_can_be_ended_by_hand():
    assert allowed_resolutions(case(state=S.CHARGEBACK_HOLD)) == {ResolutionDecision.RETRY, ResolutionDecision.CLOSE}


def test_r38_another_decision_during_a_hold_is_refused():
    refusal = check_payout_resolution(case(state=S.CHARGEBACK_HOLD), decides(ResolutionDecision.ACCEPT))
    assert refusal
    assert (refusal.rule, refusal.code) == ("R36", "settlement_not_offered")
