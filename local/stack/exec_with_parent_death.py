"""Runs a program that dies with its parent, however the parent dies.

`exec_with_parent_death.py PARENT_PID PROGRAM [ARGUMENT...]`

Linux sends such a signal only to a process that has requested it for itself, so this small script requests it and then
becomes the program. On other systems it becomes the program at once, which keeps running if its parent is killed.
"""

import ctypes
import os
import signal
import sys
from typing import NoReturn

_PR_SET_PDEATHSIG = 1
_PARENT_GONE = 3


def become(parent_pid: int, program: list[str]) -> NoReturn:
    """Become the program, or exit if the parent has already gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        sys.exit(_PARENT_GONE)
    os.execv(program[0], program)  # noqa: S606 - no shell is the point; the program is the stack's own


if __name__ == "__main__":
    become(int(sys.argv[1]), sys.argv[2:])
