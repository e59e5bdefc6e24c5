import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from local.stack.process import ROOT, Process, StackError
from tests.support.assertions import assert_present

SLEEPS = (sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
)
SPEAKS_AND_FAILS = (sys.executable, "-c", "print('the reason'); raise SystemExit(7)")
PARENT = """
import sys, threading, time
from pathlib import Path
from local.stack.process import Process

def start():
    child = Process("child", [sys.executable, "-c", "import time; time.sleep(60)"], {}, Path(sys.argv[1]))
    print(child.pid, flush=True)

thread = threading.Thread(target=start)
thread.start()
thread.join()
time.sleep(60)
"""


def wait_for(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def log(tmp_path):
    return tmp_path / "logs" / "child.log"


@pytest.fixture
def start(log):
    started = []

    def _start(command):
        started.append(Process("child", command, dict(os.environ), log))
        return started[-1]

    yield _start
    for process in started:
        process.kill()


def said_up(process):
    return lambda _pid: "up" in process.log.read_text()


def test_a_process_writes_to_its_own_log_and_is_ready_when_it_says_so(start):
    process = start(SLEEPS)
    process.wait_until(said_up(process))
    assert process.is_running


def test_a_process_that_is_asked_to_end_ends(start):
    process = start(SLEEPS)
    process.wait_until(said_up(process))
    process.stop(grace_seconds=10)
    assert not process.is_running
    assert not is_alive(process.pid)


def test_a_process_that_does_not_listen_is_killed_after_its_grace(start):
    process = start(STUBBORN)
    process.wait_until(said_up(process))
    process.stop(grace_seconds=0.1)
    assert not is_alive(process.pid)


def test_a_process_that_ended_can_be_stopped_and_killed_again(start):
    process = start(SLEEPS)
    process.kill()
    process.stop(grace_seconds=1)
    process.kill()
    assert not process.is_running


def test_a_process_that_ends_while_starting_is_told_with_its_code_and_the_end_of_its_log(start, log):
    with pytest.raises(StackError) as failed:
        start(SPEAKS_AND_FAILS).wait_until(lambda _pid: False)
    first, *tail = failed.value.message.splitlines()
    assert first == "child ended with code 7 while starting."
    assert tail == ["  | the reason", f"  | (whole log: {log})"]


def test_a_process_that_never_gets_ready_is_told(start):
    with pytest.raises(StackError, match="child is not ready after"):
        start(SLEEPS).wait_until(lambda _pid: False, patience_seconds=0.2)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_a_process_dies_with_a_parent_that_is_killed_even_when_the_thread_that_asked_for_it_ended(log):
    with subprocess.Popen([sys.executable, "-c", PARENT, str(log)], cwd=ROOT, stdout=subprocess.PIPE) as parent:
        child = int(assert_present(parent.stdout).readline())
        assert is_alive(child)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    wait_for(lambda: not is_alive(child))


def test_a_process_outlives_the_thread_that_started_it(start):
    started = []
    thread = threading.Thread(target=lambda: started.append(start(SLEEPS)))
    thread.start()
    thread.join()
    (process,) = started
    process.wait_until(said_up(process))
    assert process.is_running


def test_ctrl_c_in_the_terminal_reaches_the_parent_alone(start):
    assert os.getpgid(start(SLEEPS).pid) != os.getpgid(0)
