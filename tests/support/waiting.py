"""Waiting for what another process or thread does, never for luck."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic, sleep
from typing import TypeVar

PATIENCE_SECONDS = 10
ANSWER_SECONDS = 20
T = TypeVar("T")


def wait_until(condition: Callable[[], object]) -> None:
    give_up_at = monotonic() + PATIENCE_SECONDS
    while not condition():
        assert monotonic() < give_up_at, f"not so after {PATIENCE_SECONDS} s"
        sleep(0.01)


async def until(
    read: Callable[[], Awaitable[T]], is_so: Callable[[T], object] = bool, seconds: float = ANSWER_SECONDS
) -> T:
    """Read again and again until what is read is so, and return it; raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not is_so(found := await read()):
            await asyncio.sleep(0.02)
    return found
