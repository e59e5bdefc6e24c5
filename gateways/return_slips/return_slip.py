"""The return slip that a customer prints or shows: return code as QR and Code128, address, goods, last day (R18)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import pypdfium2  # pyright: ignore[reportMissingTypeStubs] - it has none
import zxingcpp
from fontTools.ttLib import TTFont  # pyright: ignore[reportMissingTypeStubs] - it has none
from fpdf import FPDF

from domain.value import Value
from gateways.return_slips.return_slip_texts import DAYS, WORDS, Words

FONT = Path(__file__).with_name("fonts") / "NotoSansSC-subset.ttf"
DPI = 300
_FAMILY = "slip"
_ABSENT, _TIMES = "□", "\u00d7"
_A5 = (148, 210)  # millimetres
_MARGIN, _WIDTH = 12.0, 124.0
_QR_SIDE = 36.0
_BAR_MODULE, _BAR_HEIGHT = 0.42, 17.0
_MADE = datetime(2026, 1, 1, tzinfo=UTC)  # a fixed date, so that the same slip is always the same file
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
    pdf = _page()
    _qr(pdf, slip.return_code)
    _head(pdf, slip, words)
    _barcode(pdf, slip.return_code)
    _address(pdf, slip, words)
    _steps(pdf, words)
    _goods(pdf, slip, words)
    return bytes(pdf.output())


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


def _page() -> FPDF:
    pdf = FPDF(format=_A5)
    pdf.set_creation_date(_MADE)
    pdf.set_margins(_MARGIN, _MARGIN)
    pdf.set_auto_page_break(auto=True, margin=_MARGIN)
    pdf.add_font(_FAMILY, fname=FONT)
    pdf.add_page()
    return pdf


def _qr(pdf: FPDF, code: str) -> None:
    modules = _modules(code, "QRCode", ec_level="M")
    side = _QR_SIDE / len(modules)
    left = _MARGIN + _WIDTH - _QR_SIDE
    for row, line in enumerate(modules):
        for start, length in _runs(line):
            pdf.rect(left + start * side, _MARGIN + row * side, length * side, side, style="F")


def _head(pdf: FPDF, slip: ReturnSlip, words: Words) -> None:
    beside_qr = _WIDTH - _QR_SIDE - 6
    _text(pdf, words.title, size=22, width=beside_qr, height=11)
    _text(pdf, f"{words.order} {slip.order_number}", size=10, width=beside_qr, height=6)
    if slip.ship_by:
        _text(pdf, words.send_by, size=10, width=beside_qr, height=6, before=3)
        _text(pdf, DAYS[slip.language](slip.ship_by), size=15, width=beside_qr, height=8)
    pdf.set_y(max(pdf.get_y(), _MARGIN + _QR_SIDE) + 4)


def _barcode(pdf: FPDF, code: str) -> None:
    bars = _modules(code, "Code128")[0]
    left, top = _MARGIN + (_WIDTH - len(bars) * _BAR_MODULE) / 2, pdf.get_y()
    for start, length in _runs(bars):
        pdf.rect(left + start * _BAR_MODULE, top, length * _BAR_MODULE, _BAR_HEIGHT, style="F")
    pdf.set_y(top + _BAR_HEIGHT + 1)
    _text(pdf, code, size=18, height=9, align="C")


def _address(pdf: FPDF, slip: ReturnSlip, words: Words) -> None:
    _heading(pdf, words.send_to)
    for line in slip.return_address:
        _text(pdf, line, size=11, height=5.5)


def _steps(pdf: FPDF, words: Words) -> None:
    _heading(pdf, words.how)
    for number, step in enumerate(words.steps, start=1):
        _text(pdf, f"{number}. {step}", size=9.5, height=5)


def _goods(pdf: FPDF, slip: ReturnSlip, words: Words) -> None:
    _heading(pdf, words.goods)
    for line in slip.lines:
        _text(pdf, f"{line.quantity} {_TIMES} {line.product_name}  ({line.sku})", size=10, height=5.5)


def _heading(pdf: FPDF, message: str) -> None:
    pdf.set_text_color(90)
    _text(pdf, message, size=8.5, height=5, before=3)
    pdf.set_text_color(0)


def _text(  # noqa: PLR0913 - how a line of text is set
    pdf: FPDF, message: str, *, size: float, height: float, width: float = _WIDTH, align: str = "L", before: float = 0
) -> None:
    pdf.ln(before)
    pdf.set_font(_FAMILY, size=size)
    pdf.multi_cell(width, height, _printable(message), align=align, new_x="LMARGIN", new_y="NEXT")


def _printable(message: str) -> str:
    """Return the text with a placeholder for every character that the font lacks."""
    known = _characters()
    return "".join(one if ord(one) in known else _ABSENT for one in " ".join(message.split()))


@cache
def _characters() -> frozenset[int]:
    with TTFont(FONT, lazy=True) as font:
        return frozenset(font.getBestCmap() or ())


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
