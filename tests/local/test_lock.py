import re
import tomllib

import pytest
from packaging.requirements import Requirement

from local.stack.process import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME = PROJECT["project"]["dependencies"]
EVERYTHING = [*RUNTIME, *(line for group in PROJECT["dependency-groups"].values() for line in group)]


def pins(lock):
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", (ROOT / lock).read_text(), re.MULTILINE))


@pytest.mark.parametrize(("lock", "lines"), [("requirements.lock", EVERYTHING), ("requirements-runtime.lock", RUNTIME)])
def test_a_lock_file_has_what_the_project_asks_for(lock, lines):
    pinned = pins(lock)
    stale = [line for line in lines if not (asked := Requirement(line)).specifier.contains(pinned.get(asked.name, "0"))]
    assert not stale, "renew the lock files: make lock"


def test_image_and_machine_run_the_same_versions():
    everything = pins("requirements.lock")
    assert {name: everything.get(name) for name in pins("requirements-runtime.lock")} == pins(
        "requirements-runtime.lock"
    )


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-runtime.lock"])
def test_every_pin_has_hashes_and_no_registry_is_named(lock):
    text = (ROOT / lock).read_text()
    packages = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(packages) == len(pins(lock))
    assert all("--hash=sha256:" in package for package in packages)
    assert "://" not in text
