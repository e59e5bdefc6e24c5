"""Run a program that dies with its parent, however the parent dies.

`exec_with_parent_death.py PARENT_PID PROGRAM [ARGUMENT...]`

Linux only sends such a signal to a process that asked for it itself, so this small script asks and then becomes the
program. Elsewhere it becomes the program at once, and a parent that is killed outright leaves it running.
"""

import ctypes
import os
import signal
import sys
from typing import NoReturn

_PR_SET_PDEATHSIG = 1
_PARENT_GONE = 3


def become(parent_pid: int, program: list[str]) -> NoReturn:
    """Become the program, or end when the parent was gone before it could be watched."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        sys.exit(_PARENT_GONE)
    os.execv(program[0], program)  # noqa: S606 - no shell is the point; the program is the stack's own


if __name__ == "__main__":
    become(int(sys.argv[1]), sys.argv[2:])
