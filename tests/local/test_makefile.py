import shutil
import subprocess

import pytest

from local.stack.process import ROOT

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def clone(tmp_path):
    """A folder with what `make install` reads, and nothing installed."""
    for name in ("Makefile", "requirements.lock", "requirements-runtime.lock"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def make(folder, *arguments):
    return subprocess.run(
        ["make", "--no-print-directory", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_a_python_that_is_too_old_is_one_line_saying_what_to_do(clone):
    old = clone / "python3.9"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    told = make(clone, "install", f"PYTHON={old}")
    assert told.returncode != 0
    (line,) = told.stdout.splitlines()
    assert "Python 3.11" in line
    assert "PYTHON=" in line
    assert not (clone / ".venv").exists()


def test_a_lock_file_that_names_a_registry_does_not_pass(clone):
    assert make(clone, "check-lock").returncode == 0
    with (clone / "requirements.lock").open("a") as lock:
        lock.write("--index-url https://registry.example/simple\n")
    told = make(clone, "check-lock")
    assert told.returncode != 0
    assert "make lock" in told.stdout


def test_what_is_installed_is_not_installed_again(clone):
    installed = clone / ".venv" / "installed"
    installed.parent.mkdir()
    installed.touch()
    told = make(clone, "install").stdout.strip()
    assert told.partition(": ")[2] in {"", "Nothing to be done for 'install'."}
