import re
from itertools import combinations

import pytest

from policy.parcels.return_codes import read_return_code, return_code
from tests.policy import facts

CODE = return_code(facts.CASE_ID)
PLACES = [place for place, character in enumerate(CODE) if character != "-" and place >= 4]


def with_characters(code, **at):
    return "".join(at.get(f"at{place}", character) for place, character in enumerate(code))


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
