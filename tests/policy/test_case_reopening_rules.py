"""Which messages reopen an ended case (R12, R24, R32, R37)."""

import pytest

from domain.cases.case import Refusal
from domain.cases.messages import CaseResolution, RefundUpdate, Withdrawal
from domain.enums import CaseState as S
from domain.enums import ResolutionDecision
from domain.payout_state import PayoutState as P
from policy.case_reopening import (
    check_reopening,
    decided_by_rule,
    is_owed_outside,
    is_reopened_by,
    may_reopen,
    way_back,
)
from tests.policy import facts
from tests.policy.payout_facts import case, payout, postage


def refused_by(rule):
    return facts.case(state=S.REJECTED, refusal=Refusal(rule=rule, code="no", message="No."))


@pytest.mark.parametrize("rule", ["R3", "R4", "R10", "R11"])
def test_r12_a_request_that_a_rule_refused_can_be_reopened(rule):
    assert may_reopen(refused_by(rule))


def test_w7_r12_an_auditors_rejection_and_an_expired_information_window_can_be_reopened():
    assert may_reopen(facts.case(state=S.REJECTED, rejected_by="mei"))
    assert may_reopen(facts.case(state=S.EXPIRED, approved_at=None))


def test_r12_a_strangers_request_an_expired_return_and_a_running_case_cannot_be_reopened():
    assert not may_reopen(refused_by("R1"))
    assert not may_reopen(facts.case(state=S.EXPIRED))
    assert not may_reopen(refused_by("R3").amend(state=S.UNDER_AUDIT))


def ended(state, **changes):
    return facts.case(state=state, ended_at=facts.local("2026-04-01"), **changes)


def reopening(by, **more):
    more = {"reason_code": "loyal_customer", **more}
    return CaseResolution(decision=ResolutionDecision.REOPEN, decided_by=by, **more)


@pytest.mark.parametrize("by", ["mei", "Mei", "MEI", "\uff4d\uff45\uff49", "mei "])
def test_w7_r12_who_rejected_cannot_reopen_however_the_name_is_written(by):
    rejected = facts.case(state=S.REJECTED, rejected_by="Mei")
    refusal = check_reopening(rejected, reopening(by))
    assert refusal is not None
    assert (refusal.rule, refusal.code) == ("R12", "reopened_by_who_rejected")
    assert check_reopening(rejected, reopening("lin")) is None


def test_w7_r12_a_reopening_says_why_and_against_which_rule():
    refusal = check_reopening(refused_by("R3"), reopening("lin", reason_code=None))
    assert refusal is not None
    assert refusal.code == "reason_required"
    assert decided_by_rule(refused_by("R3")) == "R3"
    assert decided_by_rule(refused_by("R3").amend(rejected_by="mei")) == "R15"
    assert decided_by_rule(facts.case(state=S.REJECTED)) == "R15"
    assert decided_by_rule(facts.case(state=S.EXPIRED, approved_at=None)) == "R9"


def test_what_takes_an_ended_case_up_again_is_said():
    assert "R12" in str(way_back(refused_by("R3")))
    assert "R19" in str(way_back(ended(S.EXPIRED)))
    withdrawn = ended(S.WITHDRAWN, last_messages={"withdrawal": "0123456789abcdef"})
    assert "R21" in str(way_back(withdrawn))
    assert way_back(facts.settled(ended(S.REFUNDED), accepted=2, paid=2)) is None


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
