import re
from itertools import combinations

import pytest

from domain.cases.case import Refusal
from domain.cases.messages import CourierTracking, GoodsReceipt
from domain.enums import CaseState, CourierStatus, CourierSubStatus, InspectionVerdict, Reason
from policy.returns import (
    expects,
    is_loss,
    may_instruct_return,
    may_reopen,
    may_revive,
    may_withdraw,
    read_return_code,
    receipt_evidence,
    return_code,
    shop_bears_loss,
)
from tests.policy import facts
from tests.policy.facts import MUG, POLICY, SELLERS_FAULT, usd

S = CaseState
CODE = return_code(facts.CASE_ID)
WITHDRAWABLE = {S.INFORMATION_REQUESTED, S.UNDER_AUDIT, S.AWAITING_RETURN, S.IN_TRANSIT}
PLACES = [place for place, character in enumerate(CODE) if character != "-" and place >= 4]


def refused_by(rule):
    return facts.case(state=S.REJECTED, refusal=Refusal(rule=rule, code="no", message="No."))


def with_characters(code, **at):
    return "".join(at.get(f"at{place}", character) for place, character in enumerate(code))


@pytest.mark.parametrize("rule", ["R3", "R4", "R10", "R11"])
def test_r12_a_request_that_a_rule_refused_can_be_reopened(rule):
    assert may_reopen(refused_by(rule))


def test_r12_a_strangers_request_an_auditors_rejection_and_a_running_case_cannot_be_reopened():
    assert not may_reopen(refused_by("R1"))
    assert not may_reopen(facts.case(state=S.REJECTED))
    assert not may_reopen(refused_by("R3").amend(state=S.UNDER_AUDIT))


def test_r13_an_approved_case_gets_return_instructions():
    assert may_instruct_return(facts.case())


def test_r13_no_return_instructions_before_approval_or_when_nothing_is_to_come_back():
    assert not may_instruct_return(facts.case(approved_at=None))
    assert not may_instruct_return(facts.case(return_waived=True))


def test_r18_the_return_code_of_a_case_is_always_the_same_and_can_be_typed():
    assert re.fullmatch(r"RMA(-[0-9A-HJKMNP-TV-Z]{4}){3}", CODE)
    assert CODE == "RMA-DTBV-ET7E-9RTY"  # printed labels outlive a release
    assert len({return_code(f"rc_{number:08d}") for number in range(2000)}) == 2000


@pytest.mark.parametrize("typed", [CODE, CODE.lower(), f" {CODE.replace('-', ' ')}", CODE.replace("RMA-", "")])
def test_r18_a_return_code_is_read_however_it_is_typed(typed):
    assert read_return_code(typed) == CODE


def test_r18_look_alikes_are_read_as_the_digits_they_are_taken_for():
    codes = (return_code(f"rc_{number:08d}") for number in range(1000))
    both = next(code for code in codes if "0" in code and "1" in code)
    assert read_return_code(both.replace("0", "O").replace("1", "l")) == both
    assert read_return_code(both.replace("0", "o").replace("1", "I")) == both


def test_r18_a_code_without_its_prefix_may_begin_with_the_same_letters():
    readings = {read_return_code(f"RMA00000000{check}") for check in "0123456789ABCDEFGHJKMNPQRSTVWXYZ"}
    assert [reading[:-1] for reading in readings if reading] == ["RMA-RMA0-0000-000"]


@pytest.mark.parametrize("place", PLACES)
def test_r18_a_wrong_character_is_noticed_wherever_it_stands(place):
    others = set("0123456789ABCDEFGHJKMNPQRSTVWXYZ") - {CODE[place]}
    assert {read_return_code(with_characters(CODE, **{f"at{place}": other})) for other in others} == {None}


def test_r18_two_characters_that_changed_places_are_noticed():
    for one, other in combinations(PLACES, 2):
        swapped = with_characters(CODE, **{f"at{one}": CODE[other], f"at{other}": CODE[one]})
        assert swapped == CODE or read_return_code(swapped) is None


@pytest.mark.parametrize("typed", ["", "RMA", "4006381333931", f"{CODE}0", CODE[:-1], CODE[:-1] + "U", "RMA-" + CODE])
def test_r18_what_is_no_return_code_is_not_read(typed):
    assert read_return_code(typed) is None


def test_r19_an_expired_case_revives_when_its_goods_arrive():
    assert may_revive(S.EXPIRED)


@pytest.mark.parametrize("state", set(S) - {S.EXPIRED})
def test_r19_no_other_state_revives(state):
    assert not may_revive(state)


def test_r20_the_warehouses_scan_or_inspection_is_receipt():
    assert receipt_evidence(GoodsReceipt(received_by="lin"))
    assert receipt_evidence(facts.inspected((MUG, 1, InspectionVerdict.ACCEPTED)))


@pytest.mark.parametrize("status", CourierStatus)
def test_r20_nothing_that_a_courier_says_is_receipt(status):
    assert not receipt_evidence(CourierTracking(carrier="ups", tracking_number="1Z999", status=status))


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
