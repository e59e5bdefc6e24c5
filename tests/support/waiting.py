"""Waiting for what another process or thread does, never for luck."""

from collections.abc import Callable
from time import monotonic, sleep

PATIENCE_SECONDS = 10


def wait_until(condition: Callable[[], object]) -> None:
    give_up_at = monotonic() + PATIENCE_SECONDS
    while not condition():
        assert monotonic() < give_up_at, f"not so after {PATIENCE_SECONDS} s"
        sleep(0.01)
