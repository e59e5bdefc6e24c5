"""GS1 element strings: which part of a barcode is the number of the parcel, and which is only its destination.

Source: GS1 General Specifications, figure 3.2-1 (application identifiers). web/scanner/codes/gs1_elements.js does the
same.
"""

import re

from domain.parcel_labels.label_text import GS

Elements = dict[str, str]
_PARENTHESES = re.compile(r"\(([0-9]{2,4})\)([^(]*)")
_FIXED = {
    "00": 18,
    "01": 14,
    "02": 14,
    "11": 6,
    "12": 6,
    "13": 6,
    "15": 6,
    "16": 6,
    "17": 6,
    "20": 2,
    "402": 17,
    **{f"41{one}": 13 for one in range(8)},
}
_VARIABLE = {
    "10": 20,
    "21": 20,
    "37": 8,
    "240": 30,
    "241": 30,
    "250": 30,
    "400": 30,
    "401": 30,
    "403": 30,
    "420": 20,
    "421": 12,
    **{f"9{one}": 90 for one in range(10)},
}
_MEASURES = re.compile(r"3[1-6][0-9][0-9]")
_ADDRESS = re.compile(r"43[0-9][0-9]")
_AUSTRALIA_POST = "99312650999998"


def read_elements(text: str) -> Elements | None:
    """Return the elements by their application identifiers, or None if the text is not made of them."""
    if text.startswith("("):
        return {found[1]: found[2].strip(GS + " ") for found in _PARENTHESES.finditer(text)} or None
    elements: Elements = {}
    while text:
        found = _first(text.lstrip(GS))
        if found is None:
            return None
        identifier, value, text = found
        elements[identifier] = value
        text = text.lstrip(GS)
    return elements


def numbers_of(elements: Elements) -> tuple[str, ...]:
    """Return the elements that may be the tracking number; none if they only say where the parcel goes or what it is.

    Couriers use the SSCC (00), the consignment (401, 402) or a number of their own that begins with its identifier
    (USPS 92 to 95, FedEx Ground 96). 400, 403, 420, 421, 01 and 21 are order, route, destination and product.
    """
    if elements.get("01") == _AUSTRALIA_POST and "91" in elements:
        return (elements["91"],)
    own = [
        f"{one}{value}" if value.isdigit() else value for one, value in elements.items() if re.fullmatch(r"9[0-9]", one)
    ]
    sscc = [f"00{elements['00']}"] if "00" in elements else []
    consignment = [elements[one] for one in ("401", "402") if one in elements]
    return tuple(dict.fromkeys([*sscc, *consignment, *own]))


def _first(text: str) -> tuple[str, str, str] | None:
    for length in (2, 3, 4):
        identifier, rest = text[:length], text[length:]
        fixed = 6 if _MEASURES.fullmatch(identifier) else _FIXED.get(identifier)
        if fixed is not None:
            return (identifier, rest[:fixed], rest[fixed:]) if re.match(rf"[0-9]{{{fixed}}}", rest) else None
        longest = 70 if _ADDRESS.fullmatch(identifier) else _VARIABLE.get(identifier)
        if longest is not None:
            value, _, after = rest.partition(GS)
            return (identifier, value, after) if 0 < len(value) <= longest else None
    return None
