"""A contender of the benchmark: it plays cases, and the processor time of its two processes is measured."""

from collections.abc import Sequence
from typing import Protocol

from temporalio.client import Client


class BenchError(Exception):
    """A measurement that cannot be trusted; the message says why."""


class BenchCase(Protocol):
    """One case, ready to be played."""

    @property
    def workflow_id(self) -> str:
        """Return the id of its workflow."""
        ...

    async def play(self) -> None:
        """Play it from its start to its end."""
        ...


class Contender(Protocol):
    """One side of the comparison."""

    name: str
    client: Client
    server_pid: int
    worker_pid: int

    async def prepare(self, cases: int) -> Sequence[BenchCase]:
        """Return that many cases, with everything prepared that is not part of the measurement."""
        ...
