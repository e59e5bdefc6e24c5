import json
import os
import signal
import subprocess
import sys
import time

import pytest

from benchmarks.__main__ import main
from benchmarks.processor_time import processor_seconds


@pytest.fixture
def busy():
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    yield process
    process.kill()
    process.wait()


def test_processor_time_grows_with_a_busy_process_and_stands_still_with_a_stopped_one(busy):
    until_spent(busy.pid, 0.1)
    os.kill(busy.pid, signal.SIGSTOP)
    assert os.waitid(os.P_PID, busy.pid, os.WSTOPPED | os.WNOWAIT)
    spent = processor_seconds(busy.pid)
    spin_until = time.process_time() + 0.05
    while time.process_time() < spin_until:
        pass
    assert processor_seconds(busy.pid) == spent


def until_spent(pid, seconds):
    while processor_seconds(pid) < seconds:
        time.sleep(0.01)


@pytest.mark.e2e
def test_a_small_run_measures_everybody_and_the_bare_workflow_has_the_known_shape(tmp_path, capsys):
    figures = tmp_path / "figures.json"
    small = ["--rounds", "1", "--cases", "3", "--warm-up", "1", "--in-flight", "2", "--json", str(figures)]
    assert main(small) == 0
    told = json.loads(figures.read_text())
    rounds = {name: measured["rounds"][0] for name, measured in told["contenders"].items()}
    assert list(rounds) == ["bare", "personal", "quality, 2 photos"]
    assert (rounds["bare"]["events"], rounds["bare"]["workflow_tasks"]) == (59, 10)
    assert rounds["personal"]["events"] <= 45
    assert "history events of the straightforward refund is" in capsys.readouterr().out
