"""One child process with its own log and process group; it never outlives its parent and is ended by its id only."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[2]
_TETHER = Path(__file__).with_name("exec_with_parent_death.py")
_TAIL_LINES = 8

# For the kernel, the "parent" is the thread that forked, so a thread that lives as long as this process does it.
_FORKING = ThreadPoolExecutor(max_workers=1, thread_name_prefix="forking")


class StackError(Exception):
    """The system could not be started or kept running; the message says why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Process:
    """A started program; on Linux, it ends even if its parent gets a SIGKILL."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        self._child = _FORKING.submit(_fork, command, environment, log).result()

    @property
    def pid(self) -> int:
        """Return the process id of the program itself."""
        return self._child.pid

    @property
    def is_running(self) -> bool:
        """Return whether the program is still running."""
        return self._child.poll() is None

    def wait_until(
        self, is_ready: Callable[[int], bool], patience_seconds: float = 60, pause_seconds: float = 0.05
    ) -> None:
        """Wait until `is_ready(pid)`; raises StackError with the end of the log if the program ends or is too slow."""
        deadline = time.monotonic() + patience_seconds
        while not is_ready(self.pid):
            if not self.is_running:
                raise StackError(self.obituary("while starting"))
            if time.monotonic() > deadline:
                raise StackError(f"{self.name} is not ready after {patience_seconds:.0f} seconds.{self._tail()}")
            time.sleep(pause_seconds)

    def stop(self, grace_seconds: float) -> None:
        """Ask the program to stop, and kill it after the grace period; does nothing if it has already ended."""
        if self.is_running:
            self._child.send_signal(signal.SIGTERM)
        try:
            self._child.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Kill the program at once, as a power cut would."""
        if self.is_running:
            self._child.kill()
        self._child.wait()

    def obituary(self, when: str) -> str:
        """Return how the program ended, with the end of its log."""
        return f"{self.name} ended with code {self._child.poll()} {when}.{self._tail()}"

    def _tail(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return "".join(f"\n  | {line}" for line in [*lines[-_TAIL_LINES:], f"(whole log: {self.log})"])


def _fork(command: Sequence[str], environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    tethered = [sys.executable, "-IS", str(_TETHER), str(os.getpid()), *command]
    with log.open("ab") as output:
        # A separate session, so that Ctrl-C reaches only the stack, which then stops the programs in order.
        return subprocess.Popen(
            tethered,
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
