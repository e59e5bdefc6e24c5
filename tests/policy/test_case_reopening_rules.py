"""Which messages reopen an ended case (R12, R24, R32, R37)."""

import pytest

from domain.cases.case import Refusal
from domain.cases.messages import CaseResolution, RefundUpdate, Withdrawal
from domain.enums import CaseState as S
from domain.enums import ResolutionDecision
from domain.payout_state import PayoutState as P
from policy.case_reopening import is_owed_outside, is_reopened_by, may_reopen
from tests.policy import facts
from tests.policy.payout_facts import case, payout, postage


def refused_by(rule):
    return facts.case(state=S.REJECTED, refusal=Refusal(rule=rule, code="no", message="No."))


@pytest.mark.parametrize("rule", ["R3", "R4", "R10", "R11"])
def test_r12_a_request_that_a_rule_refused_can_be_reopened(rule):
    assert may_reopen(refused_by(rule))


def test_r12_a_strangers_request_an_auditors_rejection_and_a_running_case_cannot_be_reopened():
    assert not may_reopen(refused_by("R1"))
    assert not may_reopen(facts.case(state=S.REJECTED))
    assert not may_reopen(refused_by("R3").amend(state=S.UNDER_AUDIT))


def test_r37_an_update_of_a_refund_reopens_an_ended_case():
    ended = case(payout(P.SUCCEEDED), state=S.REFUNDED)
    assert is_reopened_by(ended, RefundUpdate(payout_id=f"{facts.CASE_ID}-p1", refund_id="re_1"))
    assert not is_reopened_by(ended, RefundUpdate(payout_id=f"{facts.CASE_ID}-p2", refund_id="re_1"))


def test_r32_an_ended_case_is_told_that_its_reimbursement_is_paid_and_only_while_it_is_owed():
    paid = CaseResolution(decision=ResolutionDecision.PAID, decided_by="mei", reference="wire-1")
    assert is_reopened_by(case(postage(), state=S.REFUNDED), paid)
    assert not is_reopened_by(case(postage(P.SUCCEEDED), state=S.REFUNDED), paid)
    assert is_owed_outside(case(postage()))


def test_r24_an_ended_case_is_not_reopened_by_a_withdrawal():
    assert not is_reopened_by(case(state=S.REFUNDED), Withdrawal())
