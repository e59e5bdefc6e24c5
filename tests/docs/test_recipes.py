"""The recipes of docs/CONTRIBUTING.md work as they are written, and touch as few files as they say."""

import json
import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
CONTRIBUTING = (ROOT / "docs" / "CONTRIBUTING.md").read_text(encoding="utf-8")
EXAMPLES = "tests/docs/recipes"
SOURCE = ("activities", "api", "config", "db", "domain", "gateways", "policy", "web", "worker", "workflows")
BESIDE = (EXAMPLES, "tests/support")
PATIENCE_SECONDS = 240
RECIPES = (
    "Add a reason (2 files)",
    "Change a number of the policy (1 file)",
    "Add a payment provider (1 new folder and 1 line)",
    "Add a signal (5 files at most)",
)


class Followed(NamedTuple):
    """What following the recipes touched, by recipe, and what the service did then."""

    touched: dict[str, set[str]]
    played: dict[str, Any]
    lines: dict[str, int]


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Followed:
    tree, touched, lines = tmp_path_factory.mktemp("recipes") / "tree", {}, {}
    for folder in (*SOURCE, *BESIDE):
        shutil.copytree(ROOT / folder, tree / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for recipe in RECIPES:
        before = snapshot(tree)
        lines[recipe] = sum(follow(tree, language, block) for language, block in blocks(recipe))
        after = snapshot(tree)
        touched[recipe] = {path for path in before | after if before.get(path) != after.get(path)}
    return Followed(touched, play(tree), lines)


def blocks(recipe: str) -> list[tuple[str, str]]:
    """Return the fenced blocks of a recipe, each with its language."""
    section = CONTRIBUTING.split(f"## {recipe}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^```(\w+)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


def follow(tree: Path, language: str, block: str) -> int:
    """Do what a block says; return how many lines it added to files that were there."""
    if language == "sh":
        subprocess.run(["sh", "-e"], input=block, text=True, cwd=tree, check=True)
        return 0
    assert language == "diff"
    changes = re.findall(r"^--- (\S+)\n((?:[ +-].*\n)+?)(?=---|\Z)", block, re.MULTILINE)
    return sum(patch(tree / path, change) for path, change in changes)


def patch(file: Path, change: str) -> int:
    """Replace the lines that the change shows by those it wants; they must be there exactly once."""
    lines = change.splitlines(keepends=True)
    there = "".join(line[1:] for line in lines if line[0] in " -")
    wanted = "".join(line[1:] for line in lines if line[0] in " +")
    text = file.read_text(encoding="utf-8")
    assert text.count(there) == 1, f"{file.name} does not hold once:\n{there}"
    file.write_text(text.replace(there, wanted), encoding="utf-8")
    return sum(line[0] == "+" for line in lines)


def snapshot(tree: Path) -> dict[str, str]:
    files = (path for path in tree.rglob("*") if path.is_file())
    return {path.relative_to(tree).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


def play(tree: Path) -> dict[str, Any]:
    """Run the copy, which sees no code but its own."""
    script = [sys.executable, f"{EXAMPLES}/play.py", str(tree.parent)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REFUNDS_")}
    environment["PYTHONPATH"] = str(tree)
    done = subprocess.run(
        script, cwd=tree, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_a_number_of_the_policy_is_one_new_file_that_binds_from_its_day(followed: Followed) -> None:
    assert followed.touched[RECIPES[1]] == {"policy/versions/2027-03-01.json"}
    assert followed.played["number"] == [7, 10]


def test_a_reason_is_two_files_and_is_decided_by_the_policy(followed: Followed) -> None:
    assert followed.touched[RECIPES[0]] == {"domain/enums.py", "policy/versions/2025-01-01.json"}
    expected = {"reason": "wrong_item_sent", "opened": "under_audit", "approved": "payout_due"}
    assert followed.played["reason"] == expected


def test_a_payment_provider_is_a_folder_and_a_line_and_pays_a_case(followed: Followed) -> None:
    elsewhere = {path for path in followed.touched[RECIPES[2]] if not path.startswith("gateways/payments/acme/")}
    assert elsewhere == {"gateways/payments/registry.py"}
    assert followed.lines[RECIPES[2]] == 1
    assert followed.played["provider"] == {
        "payouts": [["acme", "succeeded"]],
        "acme": [[2500, "pay-P-1"]],
        "webhooks": ["acme"],
    }


def test_a_signal_is_five_files_and_reaches_a_running_case(followed: Followed) -> None:
    assert len(followed.touched[RECIPES[3]]) <= 5
    assert followed.played["signal"]["auditor_assigned"] == "mei"


def test_the_recipes_are_the_sections_of_the_document() -> None:
    sections = re.findall(r"^## (.*)$", CONTRIBUTING, re.MULTILINE)
    assert sorted(sections[1:]) == sorted(RECIPES)
