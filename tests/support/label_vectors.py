"""What readers return for labels, and the number that is right: one table for the service and for the page."""

import json
from dataclasses import dataclass
from pathlib import Path

PATH = Path(__file__).with_suffix(".json")


@dataclass(frozen=True)
class LabelVector:
    """`read` is what a scanner returns or a person types; `image` the barcode in which it can be drawn."""

    name: str
    read: str
    numbers: list[str]
    source: str
    note: str = ""
    image: str = ""
    return_code: str | None = None

    @property
    def is_ambiguous(self) -> bool:
        return len(self.numbers) > 1


VECTORS = [LabelVector(**one) for one in json.loads(PATH.read_text(encoding="utf-8"))]
READABLE = [one for one in VECTORS if len(one.numbers) == 1]
AMBIGUOUS = [one for one in VECTORS if one.is_ambiguous]
WITHOUT_NUMBER = [one for one in VECTORS if not one.numbers and one.return_code is None]
PARCELS = [*READABLE, *AMBIGUOUS]
