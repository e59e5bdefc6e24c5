"""Whether every store behind the service takes writes now; looked at seldom, however often it is asked (fault 21)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic

import anyio.to_thread
from anyio import CapacityLimiter

from api.dependencies import Services
from db.core.write_proof import prove_writable
from domain.errors import DatabaseUnavailableError, DomainError

PATIENCE_SECONDS = 3
READY_FOR_SECONDS = 10
FAILING_FOR_SECONDS = 2
_THREADS_PER_PART = 2
_REMEDIES = {
    "database": "Start it or free space on its disk",
    "temporal": "Start it or free space on the disk of its database, and look at its log",
    "evidence_store": "Start it or free space on its disk; a SeaweedFS server with a LevelDB index is to be restarted",
}
Proof = Callable[[], Awaitable[None]]


class ReadinessCheck:
    """What fails now, by part; a finding is kept for some seconds, and callers that come meanwhile wait for the same.

    Every proof runs in threads of its own, so that a store that hangs cannot use up those that answer requests.
    """

    def __init__(self, services: Services) -> None:
        self._proofs: Mapping[str, Proof] = {
            "database": _in_threads(lambda: prove_writable(services.database)),
            "temporal": services.workflows.prove_writable,
            "evidence_store": _in_threads(services.store.prove_writable),
        }
        self._turn = asyncio.Lock()
        self._found: dict[str, str] = {}
        self._stale_at = 0.0

    async def failing(self) -> dict[str, str]:
        """Return what is wrong and what to do about it, by part; an empty one means that everything takes writes."""
        async with self._turn:
            if monotonic() >= self._stale_at:
                self._found = await self._look()
                self._stale_at = monotonic() + (FAILING_FOR_SECONDS if self._found else READY_FOR_SECONDS)
            return self._found

    async def _look(self) -> dict[str, str]:
        found = await asyncio.gather(*(_complaint(proof) for proof in self._proofs.values()))
        by_part = zip(self._proofs, found, strict=True)
        return {part: f"{why}. {_REMEDIES[part]}: the service then goes on by itself." for part, why in by_part if why}


def _in_threads(prove: Callable[[], None]) -> Proof:
    threads = CapacityLimiter(_THREADS_PER_PART)
    return lambda: anyio.to_thread.run_sync(prove, abandon_on_cancel=True, limiter=threads)


async def _complaint(proof: Proof) -> str | None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await proof()
    except TimeoutError:
        return f"no answer within {PATIENCE_SECONDS} s"
    except (DomainError, DatabaseUnavailableError) as error:
        return error.message.rstrip(".")
    except Exception as error:  # noqa: BLE001 - whatever the error, this part is not ready
        return f"does not answer ({type(error).__name__})"
    return None
