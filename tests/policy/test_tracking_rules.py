"""Check digits of tracking numbers, and which of a courier's events a case must hear (R20, R22, fault 14)."""

import pytest

from policy.parcels.tracking_numbers import check_digit_warning

FITTING = [
    ("china_post", "RR123456785CN"),
    ("china_post", "rr 123456785 cn"),
    ("ups", "1Z5R89390357567127"),
    ("ups", "1Z999AA10123456784"),
    ("fedex", "986578788855"),
    ("fedex", "041441760228964"),
    ("sf_express", "SF1234567890"),
    ("sf_express", "986578788850"),
    ("other", "X"),
]


@pytest.mark.parametrize(("carrier", "number"), FITTING)
def test_r19_a_number_that_fits_or_has_no_check_digit_is_not_doubted(carrier: str, number: str) -> None:
    assert check_digit_warning(carrier, number) is None


@pytest.mark.parametrize(
    ("carrier", "number", "name"),
    [
        ("china_post", "RR123456784CN", "UPU S10"),
        ("ups", "1Z5R89390357567128", "UPS"),
        ("fedex", "986578788850", "FedEx"),
        ("fedex", "041441760228965", "FedEx"),
    ],
)
def test_r19_a_check_digit_that_does_not_fit_is_doubted_and_named(carrier: str, number: str, name: str) -> None:
    said = check_digit_warning(carrier, number)
    assert said
    assert number in said
    assert name in said


@pytest.mark.parametrize(("carrier", "number"), [FITTING[place] for place in (0, 2, 3, 4, 5)])
def test_r19_most_single_wrong_digits_are_doubted(carrier: str, number: str) -> None:
    last = 10 if carrier == "china_post" else len(number) - 1
    places = [one for one in range(2, last) if number[one].isdigit()]
    wrong = [
        number[:place] + digit + number[place + 1 :]
        for place in places
        for digit in set("0123456789") - {number[place]}
    ]
    assert sum(check_digit_warning(carrier, one) is not None for one in wrong) > 0.85 * len(wrong)
