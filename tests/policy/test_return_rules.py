import pytest

from domain.cases.case import Case
from domain.cases.messages import CourierTracking, GoodsReceipt
from domain.enums import ENDED_STATES, CaseState, CourierStatus, CourierSubStatus, InspectionVerdict, Reason
from policy.inspection import on_record
from policy.returns import (
    check_withdrawal,
    ended_without_goods,
    expects,
    is_loss,
    may_instruct_return,
    may_revive,
    paid_unseen,
    proves_receipt,
    shop_bears_loss,
    takes_paid_goods,
)
from tests.policy import facts
from tests.policy.facts import MUG, POLICY, SELLERS_FAULT, usd

S = CaseState
WITHDRAWABLE = {S.INFORMATION_REQUESTED, S.UNDER_AUDIT, S.AWAITING_RETURN, S.IN_TRANSIT, S.LOST_IN_RETURN}


def ended(state: S, **changes) -> Case:
    return facts.case(**{"state": state, "ended_at": facts.local("2026-04-01"), **changes})


def test_r13_an_approved_case_gets_return_instructions():
    assert may_instruct_return(facts.case())


def test_r13_no_return_instructions_before_approval_or_when_nothing_is_to_come_back():
    assert not may_instruct_return(facts.case(approved_at=None))
    assert not may_instruct_return(facts.case(return_waived=True))


def test_r19_an_expired_case_revives_when_its_goods_arrive():
    assert may_revive(ended(S.EXPIRED))
    assert may_revive(facts.settled(ended(S.REFUNDED), accepted=1, paid=1))


def test_r19_a_case_that_is_open_has_all_its_goods_or_was_withdrawn_does_not_revive_by_itself():
    assert not may_revive(facts.case(state=S.LOST_IN_RETURN))
    assert not may_revive(facts.settled(ended(S.REFUNDED), accepted=2, paid=2))
    withdrawn = ended(S.WITHDRAWN, last_messages={"withdrawal": "0123456789abcdef"})
    assert (may_revive(withdrawn), ended_without_goods(withdrawn)) == (False, True)


def test_r20_the_warehouses_scan_or_inspection_is_receipt():
    assert proves_receipt(GoodsReceipt(received_by="lin"))
    assert proves_receipt(facts.inspected((MUG, 1, InspectionVerdict.ACCEPTED)))


@pytest.mark.parametrize("status", CourierStatus)
def test_r20_nothing_that_a_courier_says_is_receipt(status):
    assert not proves_receipt(CourierTracking(carrier="ups", tracking_number="1Z999", status=status))


@pytest.mark.parametrize("state", [S.AWAITING_RETURN, S.IN_TRANSIT])
def test_r21_an_approved_case_expects_its_parcel(state):
    assert expects(facts.case(state=state))


@pytest.mark.parametrize("state", [S.EXPIRED, S.LOST_IN_RETURN])
def test_p5_r22_a_case_that_ended_without_its_goods_still_expects_them(state):
    assert expects(ended(state))


def test_r21_a_case_that_was_never_approved_expects_none():
    assert not expects(facts.case(state=S.EXPIRED, approved_at=None))
    assert not expects(facts.case(state=S.AWAITING_RETURN, return_waived=True))


@pytest.mark.parametrize("state", set(S) - {S.AWAITING_RETURN, S.IN_TRANSIT, *ENDED_STATES})
def test_r21_in_every_other_state_a_parcel_is_unexpected(state):
    assert not expects(facts.case(state=state))


@pytest.mark.parametrize("sub", [CourierSubStatus.LOST, CourierSubStatus.DESTROYED])
def test_r22_a_courier_that_lost_or_destroyed_the_parcel_says_so_by_an_exception(sub):
    assert is_loss(CourierStatus.EXCEPTION, sub)


def test_r22_any_other_word_of_a_courier_is_no_loss():
    for status in CourierStatus:
        for sub in (None, *CourierSubStatus):
            lost = status is CourierStatus.EXCEPTION and sub in (CourierSubStatus.LOST, CourierSubStatus.DESTROYED)
            assert is_loss(status, sub) is lost


@pytest.mark.parametrize("reason", SELLERS_FAULT)
def test_r22_the_shop_bears_the_loss_of_a_sellers_fault_case(reason):
    assert shop_bears_loss(facts.case(reason=reason), POLICY)


def test_r22_personal_with_the_shops_label_is_the_shops_loss_and_with_an_own_courier_the_customers():
    assert shop_bears_loss(facts.case(reason=Reason.PERSONAL, shop_paid_label=usd(500)), POLICY)
    assert not shop_bears_loss(facts.case(reason=Reason.PERSONAL), POLICY)


@pytest.mark.parametrize("state", WITHDRAWABLE)
def test_r24_the_customer_may_withdraw_until_the_warehouse_has_the_goods(state):
    assert check_withdrawal(facts.case(state=state, process_version=2)) is None


@pytest.mark.parametrize("state", set(S) - WITHDRAWABLE)
def test_r24_afterwards_the_customer_may_not_withdraw(state):
    refusal = check_withdrawal(facts.case(state=state, process_version=2))
    assert refusal is not None
    assert refusal.rule == "R24"


def test_r24_a_lost_parcel_of_a_case_that_release_0_1_0_opened_waits_for_the_decision_about_it():
    refusal = check_withdrawal(facts.case(state=S.LOST_IN_RETURN, process_version=1))
    assert refusal is not None
    assert "lost parcel" in refusal.message


def test_p5_goods_that_were_paid_unseen_may_still_be_taken_in_and_each_only_once():
    case = facts.settled(ended(S.REFUNDED, loss_accepted=True), accepted=2, paid=2)
    assert takes_paid_goods(case)
    assert paid_unseen(case, case.lines[0]) == 2
    seen = on_record(case, facts.inspected((MUG, 1, InspectionVerdict.USED)), facts.local("2026-04-02"))
    assert paid_unseen(seen, seen.lines[0]) == 1
    assert paid_unseen(case.amend(loss_accepted=False), case.lines[0]) == 0
    assert not takes_paid_goods(case.amend(state=S.PAYOUT_DUE, ended_at=None, process_version=1))
