"""The return slip that a customer prints or shows: return code as QR and Code128, address, goods, last day (R18)."""

from collections.abc import Iterator, Sequence
from datetime import date
from io import BytesIO
from threading import Lock
from typing import Any, Literal

import pypdfium2  # pyright: ignore[reportMissingTypeStubs] - it has none
import zxingcpp

from domain.value import Value
from gateways.return_slips.printable_text import Printable, printable
from gateways.return_slips.return_slip_texts import DAYS, WORDS, Words
from gateways.return_slips.slip_pdf import MARGIN, WIDTH, SlipPdf, is_right_to_left

DPI = 300
EDITION = 2
"""Rises whenever the same slip is drawn differently, so that a stored one is drawn again."""

_TIMES = "\u00d7"
_QR_SIDE = 36.0
_LINE, _GAP = 5.5, 2.5
_BAR_MODULE, _BAR_HEIGHT = 0.42, 17.0
_POINTS_PER_INCH = 72
_CODES: Any = zxingcpp  # neither library is typed
_READER: Any = pypdfium2
_READING = Lock()  # PDFium is not thread-safe, not even for two documents
Language = Literal["en", "zh"]


class SlipLine(Value):
    """Goods to send back."""

    sku: str
    product_name: str
    quantity: int


class ReturnSlip(Value):
    """The content of the slip."""

    return_code: str
    order_number: str
    lines: tuple[SlipLine, ...]
    return_address: tuple[str, ...]
    ship_by: date | None = None
    language: Language = "en"


def pdf_of(slip: ReturnSlip) -> bytes:
    """Return the slip as an A5 PDF with as many pages as needed; the same slip gives the same bytes."""
    words = WORDS[slip.language]
    pdf = SlipPdf(_texts(slip, words))
    _qr(pdf, slip.return_code)
    is_transliterated = _head(pdf, slip, words)
    _barcode(pdf, slip.return_code)
    is_transliterated |= _address(pdf, slip, words)
    _steps(pdf, words)
    is_transliterated |= _goods(pdf, slip, words)
    if is_transliterated:
        _note(pdf, words)
    return bytes(pdf.output())


def _texts(slip: ReturnSlip, words: Words) -> Iterator[str]:
    """Yield everything that is written on the slip, as it is written, apart from plain ASCII."""
    yield from (words.model_dump_json(), _TIMES, DAYS[slip.language](slip.ship_by) if slip.ship_by else "")
    for text in (slip.order_number, *slip.return_address):
        yield printable(text).text
    for line in slip.lines:
        yield printable(line.product_name).text + printable(line.sku).text


def png_of(slip: ReturnSlip) -> bytes:
    """Return the first page of the slip as a PNG with 300 dpi, for a phone."""
    written = BytesIO()
    with _READING:
        document = _READER.PdfDocument(pdf_of(slip))
        try:
            picture = document[0].render(scale=DPI / _POINTS_PER_INCH, grayscale=True).to_pil()
            picture.save(written, "PNG", optimize=True, dpi=(DPI, DPI))
        finally:
            document.close()
    return written.getvalue()


def _qr(pdf: SlipPdf, code: str) -> None:
    modules = _modules(code, "QRCode", ec_level="M")
    side = _QR_SIDE / len(modules)
    left = MARGIN + WIDTH - _QR_SIDE
    for row, line in enumerate(modules):
        for start, length in _runs(line):
            pdf.rect(left + start * side, MARGIN + row * side, length * side, side, style="F")


def _head(pdf: SlipPdf, slip: ReturnSlip, words: Words) -> bool:
    beside_qr = WIDTH - _QR_SIDE - 6
    order = printable(slip.order_number)
    pdf.write_lines(words.title, size=22, width=beside_qr, height=11)
    for line in _in_its_own_direction(words.order, _marked(order)):
        pdf.write_lines(line, size=10, width=beside_qr, height=6)
    if slip.ship_by:
        pdf.ln(3)
        pdf.write_lines(words.send_by, size=10, width=beside_qr, height=6)
        pdf.write_lines(DAYS[slip.language](slip.ship_by), size=15, width=beside_qr, height=8)
    pdf.set_y(max(pdf.get_y(), MARGIN + _QR_SIDE) + 4)
    return order.is_transliterated


def _barcode(pdf: SlipPdf, code: str) -> None:
    bars = _modules(code, "Code128")[0]
    left, top = MARGIN + (WIDTH - len(bars) * _BAR_MODULE) / 2, pdf.get_y()
    for start, length in _runs(bars):
        pdf.rect(left + start * _BAR_MODULE, top, length * _BAR_MODULE, _BAR_HEIGHT, style="F")
    pdf.set_y(top + _BAR_HEIGHT + 1)
    pdf.write_lines(code, size=18, height=9, align="C")


def _address(pdf: SlipPdf, slip: ReturnSlip, words: Words) -> bool:
    _heading(pdf, words.send_to)
    lines = [printable(line) for line in slip.return_address]
    for line in lines:
        pdf.write_lines(_marked(line), size=11, height=5.5)
    return any(line.is_transliterated for line in lines)


def _steps(pdf: SlipPdf, words: Words) -> None:
    _heading(pdf, words.how)
    for number, step in enumerate(words.steps, start=1):
        pdf.write_lines(f"{number}. {step}", size=9.5, height=5)


def _goods(pdf: SlipPdf, slip: ReturnSlip, words: Words) -> bool:
    _heading(pdf, words.goods)
    quantities = [f"{line.quantity} {_TIMES}" for line in slip.lines]
    pdf.set_font_size(10)
    indent = max(pdf.get_string_width(quantity) for quantity in quantities) + _GAP
    written = [_product(pdf, *each, indent) for each in zip(quantities, slip.lines, strict=True)]
    return any(written)


def _product(pdf: SlipPdf, quantity: str, line: SlipLine, indent: float) -> bool:
    """Write the quantity and, beside it, the name and the SKU."""
    name, sku = printable(line.product_name), printable(line.sku)
    texts = _in_its_own_direction(_marked(name), f"({_marked(sku)})")
    pdf.keep_together(_LINE * len(texts))
    pdf.write_lines(quantity, size=10, height=_LINE)
    pdf.set_y(pdf.get_y() - _LINE)
    for text in texts:
        pdf.set_x(MARGIN + indent)
        pdf.write_lines(text, size=10, height=_LINE, width=WIDTH - indent)
    return name.is_transliterated or sku.is_transliterated


def _note(pdf: SlipPdf, words: Words) -> None:
    pdf.ln(3)
    pdf.set_text_color(90)
    pdf.write_lines(words.transliterated, size=8.5, height=5)
    pdf.set_text_color(0)


def _heading(pdf: SlipPdf, message: str) -> None:
    pdf.ln(3)
    pdf.set_text_color(90)
    pdf.write_lines(message, size=8.5, height=5)
    pdf.set_text_color(0)


def _marked(text: Printable) -> str:
    return text.text + "*" if text.is_transliterated else text.text


def _in_its_own_direction(first: str, second: str) -> tuple[str, ...]:
    """Return both texts as one line, or as two where one of them is written from right to left."""
    if any(is_right_to_left(text) for text in (first, second)):
        return first, second
    return (f"{first} {second}",)


def _modules(code: str, kind: str, **how: str) -> list[list[bool]]:
    """Return the rows of a barcode without its quiet zone; True is dark."""
    barcode = _CODES.create_barcode(code, getattr(_CODES.BarcodeFormat, kind), **how)
    picture: Any = memoryview(barcode.to_image(scale=1, add_quiet_zones=False))
    shades: Sequence[Sequence[int]] = picture.tolist()
    return [[shade == 0 for shade in row] for row in shades]


def _runs(line: list[bool]) -> list[tuple[int, int]]:
    """Return where runs of dark modules begin and their lengths, so that no hairline splits a run in print."""
    runs: list[tuple[int, int]] = []
    for place, is_dark in enumerate(line):
        if is_dark and runs and sum(runs[-1]) == place:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif is_dark:
            runs.append((place, 1))
    return runs
