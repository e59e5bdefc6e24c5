"""A PDF whose text is shaped, in both directions, each run in the font of its script."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fpdf import FPDF
from fpdf.enums import TextDirection
from fpdf.line_break import Fragment
from fpdf.unicode_script import UnicodeScript, get_unicode_script

from gateways.return_slips.printable_text import clusters
from gateways.return_slips.slip_fonts import MAIN, font_of, subset_of

A5 = (148, 210)  # millimetres
MARGIN, WIDTH = 12.0, 124.0
_MADE = datetime(2026, 1, 1, tzinfo=UTC)  # a fixed date, so that the same slip is always the same file
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_ASCII = frozenset(map(chr, range(0x20, 0x7F)))
_NO_SCRIPT_OF_ITS_OWN = frozenset({UnicodeScript.COMMON, UnicodeScript.INHERITED, UnicodeScript.UNKNOWN})
_BREAKS_ANYWHERE = ("\u0e00", "\u109f"), ("\u1780", "\u17ff"), ("\u2e80", "\ua4cf"), ("\uf900", "\ufaff")
_LEADING_VOWELS = frozenset("เแโใไເແໂໃໄ")  # written before their consonant
_FOLLOWING_VOWELS = frozenset("ะาำๅๆฯະາຳໆຯーゝ々")
_CLOSING = frozenset({"Pe", "Pf", "Po"})
_OPENING = frozenset({"Ps", "Pi"})


class Run(Fragment):
    """Text of one font and one script, which says what it means, however HarfBuzz takes its letters apart."""

    def render_pdf_text(self, *args: Any, **more: Any) -> str:  # noqa: ANN401 - fpdf2's own arguments
        """Return the drawing operators, marked with the text that they draw (ISO 32000-1, 14.9.4).

        Poppler and PDFium take it to be in the order in which it is drawn, and turn what is written right to left.
        """
        drawn = self.string[::-1] if self.fragment_direction is TextDirection.RTL else self.string
        meant = drawn.encode("utf-16-be").hex()
        return f"/Span <</ActualText <feff{meant}>>> BDC {super().render_pdf_text(*args, **more)} EMC"


class SlipPdf(FPDF):
    """An A5 document that can write the characters of the given texts, and printable ASCII."""

    def __init__(self, texts: Iterable[str]) -> None:
        super().__init__(format=A5)
        self._alphabet = frozenset(_ASCII.union(*texts))
        self.set_creation_date(_MADE)
        self.set_margins(MARGIN, MARGIN)
        self.c_margin = 0
        self.set_auto_page_break(auto=True, margin=MARGIN)
        self._embed(MAIN)
        self.add_page()

    def write_lines(self, message: str, *, size: float, height: float, width: float = WIDTH, align: str = "L") -> None:
        """Write a printable text in as many lines as it needs, from the current place on.

        Sizes are in points, everything else in millimetres. The direction of the text is that of most of its letters.
        """
        self.set_font(MAIN, size=size)
        self.set_text_shaping(use_shaping_engine=True, direction="rtl" if is_right_to_left(message) else "ltr")
        left = self.get_x()
        for line in wrapped(message, width, lru_cache(self.get_string_width)):
            self.set_x(left)
            self.cell(width, height, line, align=align, new_x="LMARGIN", new_y="NEXT")

    def keep_together(self, height: float) -> None:
        """Begin a new page if less than this height (mm) is left on this one."""
        if self.will_page_break(height):
            self.add_page()

    def _parse_chars(self, text: str, markdown: bool, **_: Any) -> Iterator[Fragment]:  # noqa: ANN401, ARG002, FBT001
        """Yield runs of one font and one script; fpdf2's own would tear marks and joiners off their letters."""
        for font, run in runs(text):
            state: Any = self._get_current_graphics_state()
            state.font_family, state.current_font = font.lower(), self._embed(font)
            yield Run(run, state, self.k)

    def _embed(self, font: str) -> Any:  # noqa: ANN401 - what fpdf2 knows of the font
        """Return the font, reduced to the alphabet of this document; fpdf2 reads fonts from files only."""
        if (key := font.lower()) not in self.fonts:
            with TemporaryDirectory(prefix="return-slip-", ignore_cleanup_errors=True) as folder:
                path = Path(folder) / f"{font}.ttf"
                path.write_bytes(subset_of(font, self._alphabet))
                self.add_font(font, fname=path)
                embedded: Any = self.fonts[key]
                _ = embedded.hbfont  # read now, because the file does not stay
        return self.fonts[key]


def is_right_to_left(text: str) -> bool:
    """Return whether most letters of the text belong to scripts that are written from right to left."""
    directions = [unicodedata.bidirectional(one) for one in text]
    return sum(one in _RIGHT_TO_LEFT for one in directions) > directions.count("L")


def runs(text: str) -> Iterator[tuple[str, str]]:
    """Yield the text as (font, run), where each run has one font and one script, as HarfBuzz needs it."""
    font, script, run = MAIN, None, ""
    for cluster in clusters(text):
        own = _script(cluster)
        stays = own is None or script in {None, own}
        needed = font_of(cluster, font if own is None and run else None) or MAIN
        if run and (needed != font or not stays):
            yield font, run
            run, script = "", None
        font, script, run = needed, own or script, run + cluster
    if run:
        yield font, run


def wrapped(text: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    """Yield the lines of a text, none wider than the width if it can be broken at all (UAX 14, simplified)."""
    if measure(text) <= width:
        yield text
        return
    line, used = "", 0.0
    for piece in _fitting(text, width, measure):
        if line and used + measure(piece.rstrip()) > width:
            yield line.rstrip()
            line, used = "", 0.0
        line, used = line + piece, used + measure(piece)
    yield line.rstrip()


def _fitting(text: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    """Yield the unbreakable pieces of a text; a piece that is wider than a line is broken between its characters."""
    for piece in _pieces(text):
        if measure(piece.rstrip()) <= width:
            yield piece
        else:
            yield from clusters(piece)


def _pieces(text: str) -> Iterator[str]:
    piece = ""
    for cluster in clusters(text):
        if piece and _may_break(piece, cluster):
            yield piece
            piece = ""
        piece += cluster
    if piece:
        yield piece


def _may_break(piece: str, following: str) -> bool:
    """Return whether a line may end after the piece: after a blank, and between letters that know no blanks."""
    last, first = piece[-1], following[0]
    if first == " " or first in _FOLLOWING_VOWELS or unicodedata.category(first) in _CLOSING:
        return False
    if last in _LEADING_VOWELS or unicodedata.category(last) in _OPENING:
        return False
    return last == " " or _breaks_anywhere(last) or _breaks_anywhere(first)


def _breaks_anywhere(one: str) -> bool:
    return any(first <= one <= last for first, last in _BREAKS_ANYWHERE)


def _script(cluster: str) -> UnicodeScript | None:
    return next((one for one in map(get_unicode_script, cluster) if one not in _NO_SCRIPT_OF_ITS_OWN), None)
