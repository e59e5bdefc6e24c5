"""What one service is: a command, the question whether it is ready, and what it leaves lying about."""

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

    `is_ready` is given its process id and asks the program itself, again and again with a pause; `grace_seconds` is
    how long the program may take to end; `litter` is what it leaves behind.
    """

    name: str
    command: tuple[str, ...]
    is_ready: Callable[[int], bool]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    grace_seconds: float = 10
    pause_seconds: float = 0.05
    litter: tuple[Path, ...] = ()

    def start(self, logs: Path) -> Process:
        """Start the program with nothing of the caller's own settings in its environment."""
        log = logs / f"{self.name.replace(' ', '-')}.log"
        return Process(self.name, self.command, {**bare_environment(), **self.environment}, log)

    def await_ready(self, process: Process) -> None:
        """Return when the program is ready; raises StackError with the end of its log."""
        process.wait_until(self.is_ready, pause_seconds=self.pause_seconds)

    def stop(self, process: Process) -> None:
        """End the program within its grace, and clear away what it left."""
        process.stop(self.grace_seconds)
        for path in self.litter:
            path.unlink(missing_ok=True)


def program(name: str) -> str:
    """Return the path of a program that came with this environment, or of one on the PATH."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        raise StackError(f"The program `{name}` is not installed; `make install` brings it.")
    return found


def module(name: str) -> tuple[str, ...]:
    """Return the command that runs one of our own modules with this very Python."""
    return (sys.executable, "-m", name)


def bare_environment() -> dict[str, str]:
    """Return our environment without settings of ours or of clouds, and with no proxy before the loopback address."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_EXTERNAL)}
    direct = ",".join(filter(None, (kept.get("NO_PROXY"), LOOPBACK, "localhost")))
    return {**kept, "NO_PROXY": direct, "no_proxy": direct, "PYTHONUNBUFFERED": "1"}
