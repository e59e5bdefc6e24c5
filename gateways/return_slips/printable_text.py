"""Makes any text printable: every character that is left has a glyph in one of the slip's fonts."""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from anyascii import anyascii

from gateways.return_slips.slip_fonts import font_of

UNPRINTABLE = "?"
_CLUSTER_JOINERS = frozenset("\u200c\u200d")
# Marks that only say how the character before them is shown: presentation, skin, the tags of flags, key caps.
_MODIFIERS = re.compile("[\ufe00-\ufe0f\U000e0000-\U000e01ef\U0001f3fb-\U0001f3ff\u20e3]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_EMOJI_JOINER = re.compile("(?<=[\u2190-\u2bff\U0001f000-\U0001faff])\u200d")


class Printable(NamedTuple):
    """A text that the fonts can draw, and whether some of it is written in Latin letters instead of its own script."""

    text: str
    is_transliterated: bool = False


def printable(text: str) -> Printable:
    """Return the text as it can be drawn: composed (NFC), on one line, without marks that nobody sees.

    Characters that no font has are replaced by what they stand for (NFKC), or else written in Latin letters by
    AnyAscii; what cannot be written at all becomes a question mark, never a box.
    """
    plain = _INVISIBLE.sub("", _EMOJI_JOINER.sub("", _MODIFIERS.sub("", unicodedata.normalize("NFC", text))))
    pieces = [_drawable(cluster) for cluster in clusters(" ".join(plain.split()))]
    written = "".join(piece.text for piece in _spelled_out(pieces))
    return Printable(text=" ".join(written.split()), is_transliterated=any(one.is_transliterated for one in pieces))


def clusters(text: str) -> Iterator[str]:
    """Yield what a reader takes for one character: a base with its combining marks and joiners (UAX 29)."""
    cluster = ""
    for one in text:
        if cluster and not (_is_mark(one) or cluster[-1] == "\u200d"):
            yield cluster
            cluster = ""
        cluster += one
    if cluster:
        yield cluster


def _is_mark(one: str) -> bool:
    return unicodedata.category(one).startswith("M") or one in _CLUSTER_JOINERS


def _drawable(cluster: str) -> Printable:
    """Return the cluster itself if one font has all of it, or its compatible form, or its base, or Latin letters."""
    bases = "".join(one for one in cluster if not _is_mark(one))
    for form in (cluster, unicodedata.normalize("NFKC", cluster), bases, unicodedata.normalize("NFKC", bases)):
        if form and font_of(form):
            return Printable(text=form)
    return Printable(text=anyascii(cluster).strip() or UNPRINTABLE, is_transliterated=True)


def _spelled_out(pieces: list[Printable]) -> Iterator[Printable]:
    """Yield the pieces, with a blank where Latin letters would run into what is drawn in its own script."""
    before = Printable(text=" ")
    for piece in pieces:
        changes = piece.is_transliterated != before.is_transliterated
        if changes and piece.text[:1].isalnum() and before.text[-1:].isalnum():
            yield Printable(text=" ")
        yield piece
        before = piece
