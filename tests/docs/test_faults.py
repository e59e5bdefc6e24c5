"""docs/FAULTS.md names every fault that has a test, and for each a file that tests it."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from tests.support.invariants import INVARIANTS

ROOT = Path(__file__).parents[2]
FAULTS = (ROOT / "docs" / "FAULTS.md").read_text(encoding="utf-8")


def files_by_fault() -> dict[str, set[str]]:
    """Return the files that test each fault, by its number."""
    files: dict[str, set[str]] = defaultdict(set)
    for path in (ROOT / "tests").rglob("test_*.py"):
        for number in re.findall(r"^(?:async )?def test_fault_(\d+)_", path.read_text(encoding="utf-8"), re.MULTILINE):
            files[number].add(path.relative_to(ROOT).as_posix())
    return files


ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")] for line in FAULTS.splitlines() if re.match(r"\| \d", line)
]


def test_every_fault_that_a_test_names_is_explained_once_and_in_order() -> None:
    assert [number for number, *_ in ROWS] == sorted(files_by_fault(), key=int)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_file_of_a_fault_tests_it(row: list[str]) -> None:
    number, _, _, file = row
    assert file.strip("`") in files_by_fault()[number]


def test_what_always_holds_is_what_is_checked() -> None:
    explained = re.findall(r"^\| (I\d) \|", FAULTS, re.MULTILINE)
    assert explained == [name.split()[0] for name in INVARIANTS]
