"""How much processor time a process has used, by the kernel's own count."""

import os
from pathlib import Path

_UTIME, _STIME = 11, 12  # of the fields after the program's name; proc(5) counts them as 14 and 15


def processor_seconds(pid: int) -> float:
    """Return the seconds of processor time (user and system, all threads) of the process; Linux only.

    Raises FileNotFoundError when there is no such process. Its resolution is a clock tick, 10 ms. Source: proc(5).
    """
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[_UTIME]) + int(fields[_STIME])) / os.sysconf("SC_CLK_TCK")
