"""What docs/DEPLOYING.md says is true: its commands work on a real system, what it names is there."""

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from local.stack.service_spec import bare_environment
from local.stack.stack import Stack
from tests.replay import fingerprints, payloads
from worker.release import RELEASE

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "DEPLOYING.md").read_text()
SECTIONS = {text.partition("\n")[0]: text for text in GUIDE.split("\n## ")[1:]}
COMMIT = "$(git rev-parse --short HEAD)"


def scripts(heading: str) -> list[str]:
    return re.findall(r"```sh\n(.*?)```", SECTIONS[heading], re.DOTALL)


def run(stack: Stack, *parts: str) -> str:
    """Run the commands as somebody types them who has the system's settings; what they left running is ended."""
    environment = {
        **bare_environment(),
        **stack.settings_env,
        "TEMPORAL_ADDRESS": stack.settings_env["REFUNDS_TEMPORAL_ADDRESS"],
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    script = "\n".join(["trap 'kill $(jobs -p); wait' EXIT", *parts])
    told = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    return told.stdout


@pytest.mark.e2e
def test_a_version_is_promoted_beside_the_old_one_and_rolled_back_by_the_commands_of_the_guide(tmp_path: Path) -> None:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    new, old = f"{RELEASE}+{commit}", f"{RELEASE}+local"
    with Stack.throwaway(tmp_path / "stack") as stack:
        [deploy, drain], [roll_back] = scripts("A new version beside the old one"), scripts("Rolling back")
        deployed = run(stack, deploy, drain)
        assert f"refunds.{new} is promoted (before: {old})" in deployed
        assert re.search(rf"{re.escape(new)}\s+current", deployed, re.IGNORECASE), deployed
        [count] = scripts("Changing the process")
        rolled_back = run(stack, roll_back.replace(COMMIT, "local"), count)
        assert f"refunds.{old} is promoted (before: {new})" in rolled_back
        assert "Total: 0" in rolled_back


def test_the_sections_that_failing_tests_point_to_are_there() -> None:
    pointers = [fingerprints.HOW_TO_GO_ON, payloads.HOW_TO_GO_ON]
    named = [re.findall(r"docs/DEPLOYING\.md, ([A-Z][a-z ]+)\.", pointer) for pointer in pointers]
    assert named == [["Changing the process"], ["Changing what is stored"]]
    assert {heading for [heading] in named} <= set(SECTIONS)


def test_every_file_module_and_target_that_it_names_is_there() -> None:
    paths = re.findall(r"`((?:[a-z]+/[a-z/_]+|pyproject)(?:\.[a-z]+)?)`", GUIDE)
    assert len(paths) > 3
    assert [path for path in paths if not (ROOT / path).exists()] == []
    modules = set(re.findall(r"python -m ([a-z._]+)", GUIDE))
    assert modules >= {"worker", "worker.promote", "worker.prepare"}
    assert [module for module in modules if find_spec(module) is None] == []
    targets = re.findall(r"`make ([a-z]+)`", GUIDE)
    assert [target for target in targets if f"\n{target}:" not in (ROOT / "Makefile").read_text()] == []


def test_the_services_of_its_compose_commands_are_there() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    commands = re.findall(r"docker compose (build|logs) (\w+)", GUIDE)
    assert {name for _, name in commands} == {"api", "promote"} <= set(services)
    assert services["api"]["image"] == services["promote"]["image"], "one build makes the image of both"
