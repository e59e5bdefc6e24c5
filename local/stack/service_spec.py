"""The description of a service: its command, the check that it is ready, and the files that it leaves behind."""

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local.stack.ports import LOOPBACK
from local.stack.process import Process, StackError

_EXTERNAL = ("REFUNDS_", "TEMPORAL_", "AWS_", "WEED_")


@dataclass(frozen=True)
class Service:
    """One program of the system.

    `is_ready` gets the process id and asks the program itself; it is called repeatedly, with a pause. `grace_seconds`
    is how long the program may take to stop, `litter` are the files that it leaves behind.
    """

    name: str
    command: tuple[str, ...]
    is_ready: Callable[[int], bool]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    grace_seconds: float = 10
    pause_seconds: float = 0.05
    litter: tuple[Path, ...] = ()

    def start(self, logs: Path) -> Process:
        """Start the program with an environment that has none of the caller's settings."""
        log = logs / f"{self.name.replace(' ', '-')}.log"
        return Process(self.name, self.command, {**bare_environment(), **self.environment}, log)

    def await_ready(self, process: Process) -> None:
        """Wait until the program is ready; raises StackError with the end of its log if it is not."""
        process.wait_until(self.is_ready, pause_seconds=self.pause_seconds)

    def stop(self, process: Process) -> None:
        """Stop the program within its grace period, and delete the files that it leaves behind."""
        process.stop(self.grace_seconds)
        for path in self.litter:
            path.unlink(missing_ok=True)


def program(name: str) -> str:
    """Return the path of a program in this environment, or of one on the PATH."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        raise StackError(f"The program `{name}` is not installed; run `make install`.")
    return found


def module(name: str) -> tuple[str, ...]:
    """Return the command that runs one of our modules with the current Python."""
    return (sys.executable, "-m", name)


def bare_environment() -> dict[str, str]:
    """Return the environment without our settings and those of clouds, and without a proxy for loopback addresses."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_EXTERNAL)}
    direct = ",".join(filter(None, (kept.get("NO_PROXY"), LOOPBACK, "localhost")))
    return {**kept, "NO_PROXY": direct, "no_proxy": direct, "PYTHONUNBUFFERED": "1"}
