"""The fonts of the return slip, one per script; `fonts/README.md` says what is in them."""

import lzma
import unicodedata
from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import Path
from typing import Any

import uharfbuzz  # pyright: ignore[reportMissingTypeStubs] - it has none

MAIN = "NotoSans"
"""Latin, Greek, Cyrillic and Devanagari, with their combining marks."""

FONTS = (
    MAIN,
    "NotoSansHebrew",
    "NotoSansArabic",
    "NotoSansThai",
    "NotoSansLao",
    "NotoSansKhmer",
    "NotoSansMyanmar",
    "NotoSansBengali",
    "NotoSansGurmukhi",
    "NotoSansGujarati",
    "NotoSansOriya",
    "NotoSansTamil",
    "NotoSansTelugu",
    "NotoSansKannada",
    "NotoSansMalayalam",
    "NotoSansSinhala",
    "NotoSansGeorgian",
    "NotoSansArmenian",
    "NotoSansEthiopic",
    "NotoSansKR",
    "NotoSansSC",
    "NotoEmoji",
)
"""Every font, in the order in which they are asked for a character."""

_LARGE = frozenset({MAIN, "NotoSansKR", "NotoSansSC", "NotoEmoji"})
_FOLDER = Path(__file__).with_name("fonts")
_HARFBUZZ: Any = uharfbuzz  # it is not typed


def font_of(characters: str, preferred: str | None = None) -> str | None:
    """Return the first font, the preferred one before all others, that has every one of the characters, or None."""
    order = FONTS if preferred is None else (preferred, *FONTS)
    return next((name for name in order if all(ord(one) in characters_of(name) for one in characters)), None)


@cache
def characters_of(name: str) -> frozenset[int]:
    """Return the code points for which the font has a glyph."""
    return frozenset(_face(name).unicodes)


def subset_of(name: str, characters: AbstractSet[str]) -> bytes:
    """Return the font as a TrueType file that has these characters, with all that shapes them.

    A large font is reduced to them within a millisecond, because embedding all of it would take seconds. A small one
    stays whole, because HarfBuzz takes letters apart while it shapes them, such as the vowels of Khmer.
    """
    wanted = _HARFBUZZ.SubsetInput()
    apart = unicodedata.normalize("NFKD", "".join(characters))
    wanted.unicode_set.update(map(ord, {*characters, *apart}) if name in _LARGE else characters_of(name))
    return bytes(_HARFBUZZ.subset(_face(name), wanted).blob.data)


@cache
def _face(name: str) -> Any:  # noqa: ANN401 - HarfBuzz is not typed
    """Return the whole font; it is unpacked when it is first needed, which takes up to half a second."""
    return _HARFBUZZ.Face(lzma.decompress((_FOLDER / f"{name}.ttf.xz").read_bytes()))
