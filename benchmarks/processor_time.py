"""The processor time that a process has used, as the kernel counts it."""

import os
from pathlib import Path

_UTIME, _STIME = 11, 12  # positions after the program's name; proc(5) numbers them 14 and 15


def processor_seconds(pid: int) -> float:
    """Return the seconds of processor time (user and system, all threads) of the process; Linux only.

    The resolution is a clock tick, 10 ms. Raises FileNotFoundError if there is no such process. Source: proc(5).
    """
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[_UTIME]) + int(fields[_STIME])) / os.sysconf("SC_CLK_TCK")
