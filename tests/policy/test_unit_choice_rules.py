from domain.cases.case import Case, Refusal
from domain.enums import CaseState
from domain.order import Unit
from policy.units.unit_choice import Hold, choose_units, has_choice, holds
from tests.policy import facts
from tests.policy.facts import CASE_ID, MUG, usd
from tests.support.factories import order_line

ORDER = facts.order(lines=(order_line(MUG, quantity=5, unit_price=1000),), parcels=())


def units(chosen):
    assert isinstance(chosen, Case)
    return [share.unit for share in chosen.lines[0].units]


def test_r11_a_case_gets_the_lowest_units_that_no_case_has():
    assert units(choose_units(facts.offered(ORDER, 2), {})) == [1, 2]
    assert units(choose_units(facts.offered(ORDER, 2), {Unit(MUG, 2): "rc_another"})) == [1, 3]


def test_r11_a_case_is_refused_when_too_few_units_are_free():
    taken = {Unit(MUG, unit): "rc_another" for unit in (1, 2, 4, 5)}
    refused = choose_units(facts.offered(ORDER, 2), taken)
    assert isinstance(refused, Refusal)
    assert (refused.rule, refused.code) == ("R11", "units_taken")
    assert refused.message.startswith(f"{MUG}: 2 asked for, 1 free; ")


def test_r11_a_case_keeps_its_own_units_and_takes_more_only_while_it_is_open():
    holders = {Unit(MUG, 1): "rc_another", Unit(MUG, 4): CASE_ID}
    assert units(choose_units(facts.offered(ORDER, 2), holders)) == [2, 4]
    ended = facts.offered(ORDER, 2, state=CaseState.REFUNDED)
    assert units(choose_units(ended, holders)) == [4]
    assert units(choose_units(ended, {})) == []


def test_r12_a_case_that_comes_with_more_units_than_it_asked_for_has_a_choice():
    assert has_choice(facts.offered(ORDER, 2))
    assert not has_choice(facts.offered(ORDER, 5))


def test_r11_an_open_case_holds_all_its_units_and_an_ended_one_those_that_were_paid():
    case = facts.settled(facts.case((MUG, 2), of=ORDER), accepted=2, paid=1)
    paid = Hold(settled=True, settles_as="refund")
    assert holds(case) == {Unit(MUG, 1): paid, Unit(MUG, 2): Hold()}
    assert holds(case.amend(state=CaseState.REFUNDED)) == {Unit(MUG, 1): paid}
    assert holds(facts.case((MUG, 2), of=ORDER, state=CaseState.WITHDRAWN)) == {}


def test_r28_a_refused_unit_for_which_a_part_is_agreed_is_held_for_ever():
    case = facts.settled(facts.case((MUG, 2), of=ORDER), accepted=1, refused=1).amend(agreed_amount=usd(300))
    assert holds(case)[Unit(MUG, 2)] == Hold(settled=True, settles_as="refund")
