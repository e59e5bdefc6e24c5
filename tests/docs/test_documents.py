"""The documents say what is there: folders, files, layers, words and releases."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ARCHITECTURE = (DOCS / "ARCHITECTURE.md").read_text(encoding="utf-8")
GLOSSARY = (DOCS / "GLOSSARY.md").read_text(encoding="utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
OURS = ("README.md", "docs/ARCHITECTURE.md", "docs/GLOSSARY.md", "docs/CONTRIBUTING.md", "CHANGELOG.md")
WHOLE = {"tests", "docs"}
"""Folders whose own folders need no line in the tree."""


def block(text: str, heading: str) -> str:
    """Return the first fenced block after a heading."""
    return text.split(f"## {heading}\n", 1)[1].split("```\n", 2)[1]


def folders() -> set[str]:
    """Return the folders that hold files of this repository, as far as the tree should show them."""
    drawn = {line.split("/", 1)[0].strip() for line in block(ARCHITECTURE, "The tree").splitlines()}
    found = set(drawn)
    for top in drawn - WHOLE:
        for path in (ROOT / top).rglob("*"):
            if path.is_dir() and "__pycache__" not in path.parts and any(one.is_file() for one in path.iterdir()):
                found.add(path.relative_to(ROOT).as_posix())
    return found


def test_the_tree_shows_every_folder_and_no_other() -> None:
    lines = block(ARCHITECTURE, "The tree").splitlines()
    drawn = [line.split()[0].rstrip("/") for line in lines]
    assert len(drawn) == len(set(drawn))
    assert set(drawn) == folders()
    assert [line for line in lines if len(line.split()) < 2] == []


def test_the_tree_shows_every_top_folder_with_code() -> None:
    tops = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert tops <= folders()


def test_the_layers_are_those_that_the_linter_enforces() -> None:
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    [layers] = [one["layers"] for one in contracts if one["name"] == "Imports point one way"]
    assert block(ARCHITECTURE, "Imports point one way").splitlines() == layers


@pytest.mark.parametrize("name", OURS)
def test_every_file_that_a_document_names_exists(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    tops = "|".join(sorted({path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}))
    named = re.findall(rf"`((?:{tops})/[\w./-]*)`", text)
    linked = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if not link.startswith("http")]
    missing = [one for one in named if not (ROOT / one).exists()]
    missing += [link for link in linked if not ((ROOT / name).parent / link).exists()]
    assert missing == []


def rows() -> list[tuple[str, str, str]]:
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in GLOSSARY.splitlines() if "| `" in line]
    return [(word, meaning, place.strip("`")) for word, meaning, place in cells]


def test_the_glossary_gives_each_word_once_and_in_order_with_a_file() -> None:
    words = [word for word, _, _ in rows()]
    assert len(words) > 50
    assert words == sorted(set(words), key=str.lower)
    assert [place for _, _, place in rows() if not (ROOT / place).is_file()] == []


@pytest.mark.parametrize("entry", rows(), ids=lambda entry: entry[0])
def test_the_file_of_a_word_speaks_of_it(entry: tuple[str, str, str]) -> None:
    word, _, place = entry
    text = place + (ROOT / place).read_text(encoding="utf-8").lower()
    spellings = re.sub(r"\(.*\)", "", word.lower()).split(",")
    spoken = [all(part.removesuffix("s") in text for part in re.findall(r"[a-z]+", one)) for one in spellings]
    assert any(spoken), f"{place} does not speak of {word}"


def test_the_changelog_has_the_releases_up_to_the_project_s_version() -> None:
    releases = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})$", CHANGELOG, re.MULTILINE)
    numbers = [tuple(map(int, version.split("."))) for version, _ in releases]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] <= tuple(map(int, PROJECT["project"]["version"].split(".")))
    assert ("0.1.0", "2026-11-28") in releases
    assert "## [Unreleased]" in CHANGELOG


def test_the_licence_is_the_one_that_the_project_names() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert PROJECT["project"]["license"] == "Apache-2.0"
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
