"""What the README says is true: its picture names the real states, its commands work on a real system."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from domain.enums import CaseState
from local.stack.stack import Stack
from workflows.refund.state_machine import ON_MESSAGE

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_the_picture_shows_every_state_and_no_other() -> None:
    picture = README.split("```mermaid")[1].split("```")[0]
    drawn = set(re.findall(r"\b[a-z]+(?:_[a-z]+)*\b(?= -->)|(?<=--> )[a-z_]+", picture))
    assert drawn == {state.value for state in CaseState}


def test_the_picture_leaves_every_state_in_which_something_can_be_said() -> None:
    picture = README.split("```mermaid")[1].split("```")[0]
    left = set(re.findall(r"^\s+([a-z_]+) -->", picture, flags=re.MULTILINE))
    assert left >= {state.value for state in ON_MESSAGE}


def test_every_file_that_it_links_exists() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if not link.startswith("http")]
    assert len(links) > 5
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.e2e
def test_the_commands_to_try_it_by_hand_bring_a_refund_to_its_end(tmp_path: Path) -> None:
    script = README.split("## Try it by hand")[1].split("```sh")[1].split("```")[0]
    with Stack.throwaway(tmp_path / "stack") as stack:
        urls = stack.urls
        for written, real in [(8000, urls.api), (8420, urls.sandbox), (7233, urls.temporal_address)]:
            script = script.replace(f"127.0.0.1:{written}", real.removeprefix("http://"))
        script = script.replace(".venv/bin/temporal", str(Path(sys.executable).parent / "temporal"))
        told = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=ROOT,
            env={**os.environ, "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert told.returncode == 0, told.stderr
    assert '"state":"refunded"' in told.stdout
    assert '"paid":{"minor":4500,"currency":"USD"}' in told.stdout
    assert "payout_succeeded" in told.stdout
