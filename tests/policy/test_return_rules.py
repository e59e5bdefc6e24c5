import pytest

from domain.cases.messages import CourierTracking, GoodsReceipt
from domain.enums import CaseState, CourierStatus, CourierSubStatus, InspectionVerdict, Reason
from policy.returns import (
    expects,
    is_loss,
    may_instruct_return,
    may_revive,
    may_withdraw,
    proves_receipt,
    shop_bears_loss,
)
from tests.policy import facts
from tests.policy.facts import MUG, POLICY, SELLERS_FAULT, usd

S = CaseState
WITHDRAWABLE = {S.INFORMATION_REQUESTED, S.UNDER_AUDIT, S.AWAITING_RETURN, S.IN_TRANSIT}


def test_r13_an_approved_case_gets_return_instructions():
    assert may_instruct_return(facts.case())


def test_r13_no_return_instructions_before_approval_or_when_nothing_is_to_come_back():
    assert not may_instruct_return(facts.case(approved_at=None))
    assert not may_instruct_return(facts.case(return_waived=True))


def test_r19_an_expired_case_revives_when_its_goods_arrive():
    assert may_revive(S.EXPIRED)


@pytest.mark.parametrize("state", set(S) - {S.EXPIRED})
def test_r19_no_other_state_revives(state):
    assert not may_revive(state)


def test_r20_the_warehouses_scan_or_inspection_is_receipt():
    assert proves_receipt(GoodsReceipt(received_by="lin"))
    assert proves_receipt(facts.inspected((MUG, 1, InspectionVerdict.ACCEPTED)))


@pytest.mark.parametrize("status", CourierStatus)
def test_r20_nothing_that_a_courier_says_is_receipt(status):
    assert not proves_receipt(CourierTracking(carrier="ups", tracking_number="1Z999", status=status))


@pytest.mark.parametrize("state", [S.AWAITING_RETURN, S.IN_TRANSIT, S.EXPIRED])
def test_r21_an_approved_case_expects_its_parcel(state):
    assert expects(facts.case(state=state))


def test_r21_a_case_that_was_never_approved_expects_none():
    assert not expects(facts.case(state=S.EXPIRED, approved_at=None))
    assert not expects(facts.case(state=S.AWAITING_RETURN, return_waived=True))


@pytest.mark.parametrize("state", set(S) - {S.AWAITING_RETURN, S.IN_TRANSIT, S.EXPIRED})
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
    assert may_withdraw(state)


@pytest.mark.parametrize("state", set(S) - WITHDRAWABLE)
def test_r24_afterwards_the_customer_may_not_withdraw(state):
    assert not may_withdraw(state)
