"""The check of the checks: with a safeguard taken out, the fault tests themselves go red."""

import os
import re
import subprocess
import sys

import pytest

from local.stack.process import ROOT
from local.stack.service_spec import bare_environment

FAULT_TESTS = ("tests/activities/test_payout_faults.py", "tests/activities/test_restores_and_clocks.py")
OPTIONS = ("-q", "-rf", "--tb=no", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "tests.chaos.sabotage")
PATIENCE_SECONDS = 120
RED = 1


def reds(sabotage: str) -> set[str]:
    """Return the numbers of the faults whose tests fail in a process of their own with the safeguard taken out."""
    environment = {**bare_environment(), "SABOTAGE": sabotage, "PATH": os.environ["PATH"]}
    command = (sys.executable, "-m", "pytest", *OPTIONS, *FAULT_TESTS)
    ran = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    failed = set(re.findall(r"^FAILED \S+::test_(fault_\d+)", ran.stdout, re.MULTILINE))
    assert ran.returncode == (RED if failed else 0), ran.stdout + ran.stderr
    return failed


@pytest.mark.parametrize(
    ("sabotage", "must_see_it"),
    [("key", {"fault_3"}), ("look-up", {"fault_4", "fault_5", "fault_31", "fault_32"})],
)
def test_without_a_safeguard_the_fault_tests_go_red(sabotage: str, must_see_it: set[str]) -> None:
    assert must_see_it <= reds(sabotage)


def test_with_every_safeguard_they_are_green() -> None:
    assert reds("nothing") == set()
