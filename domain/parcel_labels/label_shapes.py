"""The shapes of couriers' numbers, and of the longer barcodes that contain one.

Sources: USPS Publication 199 (IMpb: 420, ZIP or ZIP+4, number), FedEx Ground Bar Code & Label Layout Specification and
FedEx barcode scan guide (34, 32 and 22 digits), DPD parcel label specification 2.4 (28 characters), UPS Guide to
Labeling, UPU S10, DHL tracking help (JJD, JVGL, GM, 3S), couriers' published numbers as collected with test numbers in
jkeen/tracking_number_data. web/scanner/codes/label_shapes.js does the same.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from domain.parcel_labels.check_digits import dpd_check_character, fits_fedex_express, fits_mod_10, fits_s10, fits_ups

Numbers = tuple[str, ...]
_USPS = re.compile(r"9[1-5](?:[0-9]{20}|[0-9]{24}|[0-9]{28})")
_SHAPE = re.compile(r"([0-9A-Z]|\[[^\]]+\])(\{[0-9,]+\})?")


def _always(_number: str) -> bool:
    return True


@dataclass(frozen=True)
class Shape:
    """A number that is recognised wherever it stands in a text, by its first letters or by its check digit."""

    characters: str
    fits: Callable[[str], bool] = _always

    def is_shape_of(self, number: str) -> bool:
        """Return whether the whole text is such a number."""
        return self._whole.fullmatch(number) is not None and self.fits(number)

    @cached_property
    def _whole(self) -> re.Pattern[str]:
        return re.compile(self.characters)

    @cached_property
    def spaced(self) -> re.Pattern[str]:
        """The pattern of such a number with blanks, dots or dashes anywhere in it, as labels print it."""
        characters = _SHAPE.sub(r"(?:\1[ .-]*)\2", self.characters)
        return re.compile(rf"(?<![0-9A-Z]){characters}(?![0-9A-Z])")


SHAPES = (
    Shape("1Z[0-9A-Z]{15}[0-9]", fits_ups),
    Shape("[A-Z]{2}[0-9]{9}[A-Z]{2}", fits_s10),
    Shape("9[1-5][0-9]{28}", fits_mod_10),
    Shape("9[1-5][0-9]{24}", fits_mod_10),
    Shape("9[1-5][0-9]{20}", fits_mod_10),
    Shape("SF[0-9]{12,13}"),
    Shape("YT[0-9]{13}"),
    Shape("YT[0-9]{16}"),
    Shape("JT[0-9]{13}"),
    Shape("JD[A-Z]{1,2}[0-9]{11,13}"),
    Shape("JD[0-9]{13,20}"),
    Shape("JJD[0-9]{16,21}"),
    Shape("JVGL[0-9]{10,20}"),
    Shape("3S[A-Z]{2,5}[0-9]{6,11}"),
    Shape("DPK[0-9]{12}"),
    Shape("TB[ACM][0-9]{12}"),
)


def number_within(barcode: str) -> Numbers | None:
    """Return the numbers that a long barcode contains: one, several that are possible, none in a mere destination.

    None if the barcode is not one of the known long ones. The check digits decide between readings of the same barcode.
    """
    readings = [reading for read in (_usps, _fedex_34, _fedex_32, _fedex_22, _dpd) for reading in read(barcode)]
    fitting = [number for number, fits in readings if fits]
    if readings:
        return tuple(dict.fromkeys(fitting or [number for number, _ in readings]))
    return () if re.fullmatch(r"420[0-9]{5}", barcode) else None


def other_spellings(number: str) -> Numbers:
    """Return other numbers under which a courier knows the same parcel.

    DHL's licence plate with and without its identifier J, an SSCC with and without its identifier 00, and DPD's parcel
    number with and without its check character.
    """
    if re.fullmatch(r"JJD[0-9]{16,21}", number):
        return (number[1:],)
    if re.fullmatch(r"JD[0-9]{16,21}", number):
        return (f"J{number}",)
    if re.fullmatch(r"00[0-9]{18}", number) and fits_mod_10(number):
        return (number[2:],)
    if re.fullmatch(r"[0-9]{18}", number) and fits_mod_10(number):
        return (f"00{number}",)
    return _dpd_spellings(number)


def _dpd_spellings(number: str) -> Numbers:
    if re.fullmatch(r"[0-9]{14}", number):
        return (number + dpd_check_character(number),)
    if re.fullmatch(r"[0-9]{14}[0-9A-Z]", number) and number[14] == dpd_check_character(number[:14]):
        return (number[:14],)
    return ()


Readings = list[tuple[str, bool]]


def _usps(barcode: str) -> Readings:
    rests = [barcode[3 + length :] for length in (5, 9) if re.fullmatch(r"420[0-9]+", barcode)]
    return [(rest, fits_mod_10(rest)) for rest in rests if _USPS.fullmatch(rest)]


def _fedex_34(barcode: str) -> Readings:
    """The last fourteen digits, of which two are zeros before a number of twelve."""
    if not re.fullmatch(r"[0-9]{34}", barcode) or not re.match(r"96|[0-8]", barcode):
        return []
    number = barcode[20:].removeprefix("00")
    fits = bool(re.fullmatch(r"[0-9]{12}", number)) and fits_fedex_express(number)
    is_of_fedex = fits or re.match(r"96|1", barcode)
    return [(number, fits)] if is_of_fedex else []


def _fedex_32(barcode: str) -> Readings:
    is_astra = re.fullmatch(r"[0-9]{32}", barcode) and fits_fedex_express(barcode[16:28])
    return [(barcode[16:28], True)] if is_astra else []


def _fedex_22(barcode: str) -> Readings:
    return [(barcode[7:], True)] if re.fullmatch(r"96[0-9]{20}", barcode) else []


def _dpd(barcode: str) -> Readings:
    printed = re.fullmatch(r"([0-9A-Z]{7}([0-9]{14})[0-9]{6})([0-9A-Z]?)", barcode)
    if printed is None:
        return []
    is_right = printed[3] in {"", dpd_check_character(printed[1])}
    return [(printed[2], True)] if is_right else []
