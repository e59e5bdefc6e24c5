"""The tracking number in whatever a scanner reads or a person types; a label that leaves it open names them all.

web/scanner/codes/labels.js does the same on the scanning page; tests/support/label_vectors.json tests both.
"""

import re

from domain.parcel_labels.check_digits import fits_fedex_express, fits_ups
from domain.parcel_labels.gs1_elements import numbers_of, read_elements
from domain.parcel_labels.label_shapes import SHAPES, Numbers, Shape, number_within
from domain.parcel_labels.label_text import TEXT_LENGTH_MAX, LabelText, clean, letters_and_digits

_NUMBER = re.compile(r"(?=[A-Z]*[0-9])(?![0-9]{31})[0-9A-Z]{4,64}")
_GLS_TRACK_ID = re.compile(r"[A-Z]{8}")
_LONG_NUMBER = re.compile(r"(?=(?:[A-Z]*[0-9]){10})[0-9A-Z]{10,30}")
_ONE_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z .\u2010-\u2015-]*")
_SF = re.compile(r"""["']K5["']\s*:\s*["']([0-9A-Z]{10,20})["']""")
_JD_PACKAGE = re.compile(r"((?:JD[A-Z]{0,2})?[0-9]{8,15})-[0-9]{1,4}-[0-9]{1,4}-[0-9]{0,3}")
_ROUTE = re.compile(r"(?:2L[A-Z]{2}|403[0-9]{3})[0-9A-Z -]*\+.*")
_MESSAGE = "[)>"
_BETWEEN = re.compile(r"[\x1c-\x1f\x04]")
_UPS_RUN_TOGETHER = re.compile(r"([0-9]{2})(1Z[0-9]{8})UPSN([0-9A-Z]{6})")
_FEDEX_RUN_TOGETHER = re.compile(r"([0-9]{12})[0-9]{4}FD[EX]")
_UPS_SHORT = re.compile(r"1Z[0-9]{8}")
_LICENCE_PLATE = re.compile(r"(JJ?D[0-9]{16,21})|[1-6]?J(?=(?:[A-Z]*[0-9]){8})([0-9A-Z]{8,35})")


def find_numbers(read: str) -> Numbers:
    """Return the tracking numbers that the text may mean, in their normal form: one if it is certain, none if none.

    Known are symbology identifiers, FNC1 and GS1 application identifiers, the messages of UPS and FedEx in MaxiCode and
    PDF417, the labels of USPS, FedEx, DHL, DPD, SF, JD and others, and numbers within longer texts.
    """
    label = clean(read[:TEXT_LENGTH_MAX])
    for reader in (_message, _sf, _jd_package, _route, _gs1, _dpd):
        numbers = reader(label)
        if numbers is not None:
            return numbers
    return _plain(label.text)


def _message(label: LabelText) -> Numbers | None:
    """Read a message of ANSI MH10.8.3: UPS's in MaxiCode, FedEx's in PDF417, and licence plates (format 06)."""
    if not label.text.startswith(_MESSAGE):
        return None
    if not _BETWEEN.search(label.text):
        return _run_together(label.text)
    fields = [field.strip() for field in _BETWEEN.split(label.text)]
    numbers = [number for place in range(len(fields)) for number in _in_field(fields, place)]
    return tuple(dict.fromkeys(numbers))


def _in_field(fields: list[str], place: int) -> Numbers:
    field, after = fields[place], (fields[place + 1] if place + 1 < len(fields) else "")
    if re.fullmatch(r"1Z[0-9A-Z]{16}", field):
        return (field,)
    if _UPS_SHORT.fullmatch(field) and after.startswith("UPS"):
        return _ups_in_full(fields, place)
    if re.fullmatch(r"FD[A-Z]{1,2}", after):
        return (field[:12],) if re.fullmatch(r"[0-9]{16}", field) else number_within(field) or (field,)
    plate = _LICENCE_PLATE.fullmatch(field)
    return (plate[1] or plate[2],) if plate else ()


def _run_together(message: str) -> Numbers:
    """Find the number of a message whose separators a keyboard scanner has swallowed."""
    if found := _UPS_RUN_TOGETHER.search(message):
        return _ups_in_full([found[1], found[2], "UPSN", found[3]], 1)
    ups = [found[0] for found in re.finditer(r"1Z[0-9A-Z]{15}[0-9]", message) if fits_ups(found[0])]
    fedex = [found[1] for found in _FEDEX_RUN_TOGETHER.finditer(message) if fits_fedex_express(found[1])]
    return tuple(dict.fromkeys([*ups, *fedex]))


def _ups_in_full(fields: list[str], place: int) -> Numbers:
    """Complete the ten characters of a UPS message with the shipper and the class of service beside them."""
    service, shipper = fields[place - 1][-2:], "".join(fields[place + 2 : place + 3])
    number = f"1Z{shipper}{service}{fields[place][2:]}"
    return (number,) if re.fullmatch(r"1Z[0-9A-Z]{15}[0-9]", number) and fits_ups(number) else ()


def _sf(label: LabelText) -> Numbers | None:
    found = _SF.search(label.text)
    return (found[1],) if found else None


def _jd_package(label: LabelText) -> Numbers | None:
    """Read the code of one package of a waybill, such as JDVA00272331207-1-15-."""
    found = _JD_PACKAGE.fullmatch(label.text)
    return (found[1],) if found else None


def _route(label: LabelText) -> Numbers | None:
    """Recognise DHL's routing code, which holds a postcode and no number of a parcel."""
    return () if _ROUTE.fullmatch(label.text) else None


def _gs1(label: LabelText) -> Numbers | None:
    if not (label.is_gs1 or label.text.startswith("(") or "\x1d" in label.text):
        return None
    elements = read_elements(label.text)
    if elements is None:
        return None
    found = [letters_and_digits(number) for number in numbers_of(elements)]
    within = [number_within(number) for number in found]
    return tuple(
        dict.fromkeys(one for number, inside in zip(found, within, strict=True) for one in inside or (number,))
    )


def _dpd(label: LabelText) -> Numbers | None:
    is_marked = re.fullmatch(r"%[0-9A-Z]{7}[0-9]{20}[0-9A-Z]?", label.text)
    return (label.text[8:22],) if is_marked else None


def _plain(text: str) -> Numbers:
    number = letters_and_digits(text) if _ONE_NUMBER.fullmatch(text) else ""
    within = number_within(number)
    if within is not None:
        return within
    if any(shape.is_shape_of(number) for shape in SHAPES):
        return (number,)
    recognised = () if number == text else _recognised_in(text)  # within one run of characters, there is no other
    if recognised or not (_NUMBER.fullmatch(number) or _GLS_TRACK_ID.fullmatch(text)):
        return recognised or _long_numbers_in(text)
    return (number,)


def _recognised_in(text: str) -> Numbers:
    """Return the numbers in a text that are recognised by their letters or their check digits."""
    found = [number for shape in SHAPES for number in _of_shape(shape, text)]
    longest = [one for one in found if not any(one != other and one in other for other in found)]
    return tuple(dict.fromkeys(longest))


def _of_shape(shape: Shape, text: str) -> list[str]:
    numbers = (letters_and_digits(found[0]) for found in shape.spaced.finditer(text))
    return [number for number in numbers if shape.fits(number)]


def _long_numbers_in(text: str) -> Numbers:
    """Return the parts of a text, such as a link, that are as long as numbers are."""
    parts = re.findall(r"[0-9A-Z]+", text)
    return tuple(dict.fromkeys(part for part in parts if _LONG_NUMBER.fullmatch(part)))
