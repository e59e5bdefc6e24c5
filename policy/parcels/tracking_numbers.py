"""Check digits of tracking numbers: they reveal numbers that look mistyped (R19)."""

import re

from domain.parcel_labels.check_digits import fits_fedex_express, fits_mod_10, fits_s10, fits_ups
from policy.parcels.return_codes import plain_code


def check_digit_warning(carrier: str, tracking_number: str) -> str | None:
    """Return a warning when the number's check digit does not fit (UPU S10, UPS, FedEx), else None.

    It is never a refusal, because carriers do not always follow their own rules.
    """
    number = plain_code(tracking_number)
    kinds = ((_S10, fits_s10, "UPU S10"), (_UPS, fits_ups, "UPS"), *(_FEDEX if carrier == "fedex" else ()))
    for shape, fits, name in kinds:
        if shape.fullmatch(number) and not fits(number):
            return f"The check digit of {tracking_number} is wrong for {name}: compare the number with the receipt."
    return None


_S10 = re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}")
_UPS = re.compile(r"1Z[0-9A-Z]{15}[0-9]")
_FEDEX = (
    (re.compile(r"[0-9]{12}"), fits_fedex_express, "FedEx"),
    (re.compile(r"[0-9]{15}"), fits_mod_10, "FedEx"),
)
