"""The tracking number in whatever a scanner reads or a person types (R19-R21), by the table that the page shares."""

import pytest

from domain.parcel_labels.check_digits import dpd_check_character
from domain.parcel_labels.label_shapes import other_spellings
from domain.parcel_labels.labels import find_numbers
from domain.parcel_labels.tracking_number import normal_number
from policy.parcels.parcel_codes import codes_by_reading, codes_within, is_same_number, shown_code
from policy.parcels.return_codes import find_return_code, plain_code
from tests.support.label_vectors import AMBIGUOUS, READABLE, VECTORS, WITHOUT_NUMBER

IMPB = "9400111206206406260787"
NAMES = [one.name for one in VECTORS]


@pytest.mark.parametrize("vector", VECTORS, ids=NAMES)
def test_p3_a_label_gives_the_number_that_its_courier_specifies(vector):
    assert find_return_code(vector.read) == vector.return_code
    assert vector.return_code or list(find_numbers(vector.read)) == vector.numbers


def test_p3_the_table_holds_what_was_promised():
    assert len(NAMES) == len(set(NAMES)) >= 40
    assert all(one.source for one in VECTORS)
    assert len(AMBIGUOUS) >= 4
    assert len(WITHOUT_NUMBER) >= 6


@pytest.mark.parametrize("vector", READABLE, ids=[one.name for one in READABLE])
def test_p3_what_a_label_gives_is_read_as_itself_and_looked_up_under_the_same_code(vector):
    [number] = vector.numbers
    assert find_numbers(number) == (number,)
    assert plain_code(vector.read) == plain_code(number)
    assert plain_code(number) in codes_by_reading(vector.read)[number]
    assert shown_code(vector.read) == number


@pytest.mark.parametrize("symbology", ["]C0", "]C1", "]c0", "]A0", "]Q1", "]d1", "]L0", "]z0"])
@pytest.mark.parametrize("number", ["1Z999AA10123456784", "SF1060081717189", "RR123456785CN", "986578788855"])
def test_p3_a_symbology_identifier_is_no_part_of_the_number(symbology, number):
    assert find_numbers(symbology + number) == (number,)


@pytest.mark.parametrize(
    "separator", ["\x1d", "{GS}", "<GS>", "[GS]", "(GS)", "{FNC1}", "<F1>", "\\x1d", "\\u001D", "^]", "␝"]
)
def test_p3_fnc1_is_understood_in_every_rendering(separator):
    assert find_numbers(f"]C142078745{separator}{IMPB}") == (IMPB,)
    assert find_numbers(f"{separator}420787451234{separator}{IMPB}") == (IMPB,)


@pytest.mark.parametrize("zip_code", ["00501", "99950", "902101234", "000000000"])
@pytest.mark.parametrize("number", [IMPB, "9200190132607600833457", "92748931507708513018050063"])
def test_p3_a_usps_number_is_found_after_any_zip(zip_code, number):
    assert find_numbers(f"420{zip_code}{number}") == (number,)


@pytest.mark.parametrize(
    "typed",
    [
        "9400 1112 0620 6406 2607 87",
        "9400-1112-0620-6406-2607-87",
        "9400.1112.0620.6406.2607.87",
        " 9400111206206406260787\n",
    ],
)
def test_p4_blanks_dashes_and_dots_do_not_matter(typed):
    assert normal_number(typed) == IMPB


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1z 999 aa1 01 2345 6784", "1Z999AA10123456784"),
        ("rr 123 456 785 cn", "RR123456785CN"),
        ("ＳＦ１０６０　０８１７　１７１８９", "SF1060081717189"),  # noqa: RUF001 - as a Chinese keyboard types it
        ("sf\u20111060\u2013081717189", "SF1060081717189"),
    ],
)
def test_p4_case_and_width_do_not_matter(typed, number):
    assert normal_number(typed) == number
    assert is_same_number(typed, number)


@pytest.mark.parametrize(
    ("number", "other"),
    [
        ("JJD0002257639032011", "JD0002257639032011"),
        ("00340434161094042557", "340434161094042557"),
        ("09980000020034", "09980000020034D"),
    ],
)
def test_p4_one_parcel_under_two_numbers_of_its_courier_is_the_same(number, other):
    assert other_spellings(number) == (other,)
    assert other_spellings(other) == (number,)
    assert is_same_number(number, other)
    assert not is_same_number(number, "SF1060081717189")


def test_p3_dpd_s_check_character_is_that_of_the_specification():
    assert dpd_check_character("008182709980000020033350276") == "C"
    assert dpd_check_character("09980000020034") == "D"


def test_p3_every_part_of_a_longer_text_can_be_a_recorded_number():
    within = codes_within("XX7551234567890123YY, box 12345678")
    assert {"755123456789", "7551234567890123", "12345678"} <= set(within)
    assert all(len(one) >= 8 for one in within)
    assert len(codes_within("".join(map(str, range(500))))) == 3000


@pytest.mark.parametrize(
    "text", ["", " ", "\x1d", "]C1", "[)>", "[)>\x1e", "(", "(00)", "%", "]C1420", "\ud800", "9" * 5000]
)
def test_p3_what_is_no_label_is_none_and_never_an_error(text):
    assert find_numbers(text) in {(), ("00",)}
    assert isinstance(plain_code(text), str)
