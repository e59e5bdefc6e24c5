"""Every moment at which a case's worker can die, and one run for each of them."""

import asyncio
import signal
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from multiprocessing.process import BaseProcess
from typing import Any

from tests.chaos.kill_environment import CaseToKill, KillEnvironment
from tests.chaos.worker_main import End
from tests.support.invariants import assert_invariants

PATIENCE_SECONDS = 90
SAID = ("case_opened", "approved", "shipment_registered", "inspected")
MAY_DIFFER = {"payout_unknown"}  # whoever dies in the gateway's call never says that no answer came
_numbers = count(1)


@dataclass(frozen=True)
class Moment:
    """An event of the history, or an answer that the server never hears."""

    event: int | None = None
    answer: int | None = None
    kind: str = ""

    def __str__(self) -> str:
        return f"event {self.event} {self.kind}" if self.event else f"before answer {self.answer}"

    @property
    def last_word(self) -> str:
        return self.kind if self.event else str(self.answer)


@dataclass(frozen=True)
class Reference:
    """A run in which nobody died: its moments and its outcome."""

    events: Sequence[str]
    answers: int
    outcome: dict[str, Any]

    def moments(self) -> list[Moment]:
        """Return every event, and every answer before it is given."""
        events = [Moment(event=place, kind=kind) for place, kind in enumerate(self.events, start=1)]
        return [*events, *(Moment(answer=number) for number in range(1, self.answers + 1))]

    def sample(self) -> list[Moment]:
        """Return five events from the first to the last, the payout's own, and the answers around it."""
        last = len(self.events)
        spread = {1 + step * (last - 1) // 4 for step in range(5)}
        payout = {place for place, kind in enumerate(self.events, start=1) if kind.startswith("activity_task")}
        near_the_end = {self.answers - step for step in range(6)}
        wanted = spread | payout
        return [one for one in self.moments() if one.event in wanted or one.answer in near_the_end]


async def undisturbed(kill_env: KillEnvironment) -> Reference:
    """Play a case without any death."""
    case = kill_env.case(f"reference{next(_numbers):04d}")
    end = End(case.workflow_id, kill_env.folder / case.case_id)
    with kill_env.worker(case, end):
        await asyncio.wait_for(case.play(), PATIENCE_SECONDS)
    assert_told_and_true(case)
    return Reference(await case.history(), int(end.last_word.read_text()), case.outcome())


async def run_killed(kill_env: KillEnvironment, moment: Moment, reference: Reference, entry: asyncio.Semaphore) -> bool:
    """Play a case whose worker is killed at the moment and replaced: it must end as if nothing had been.

    Returns whether the moment was hit: on a busy machine a case may come to another event under that number. `entry`
    keeps that rare, by how many cases may run up to their ends at once.
    """
    case = kill_env.case(f"killed{next(_numbers):06d}")
    end = End(case.workflow_id, kill_env.folder / case.case_id, moment.event, moment.answer)
    async with entry:
        playing = asyncio.create_task(case.play())
        await _until_killed(kill_env, case, end, playing)
    with kill_env.worker(case):
        await asyncio.wait_for(playing, PATIENCE_SECONDS)
    assert _comparable(case.outcome()) == _comparable(reference.outcome)
    assert_told_and_true(case)
    return end.last_word.read_text() == moment.last_word


async def _until_killed(kill_env: KillEnvironment, case: CaseToKill, end: End, playing: asyncio.Task[None]) -> None:
    with kill_env.worker(case, end) as worker:
        await _until_ended(worker)
        if worker.exitcode != -signal.SIGKILL:
            playing.cancel()
            raise AssertionError(f"the worker was not killed, its exit code is {worker.exitcode}")


async def _until_ended(worker: BaseProcess) -> None:
    """Wait until the process has ended, or long enough.

    In the event loop and not by `join` in a thread: starting a process looks after all the others, too, and of two
    threads that ask for one exit code at once, one reads it and the other gets 255.
    """
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(worker.sentinel, ended.set)
    try:
        with suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), PATIENCE_SECONDS)
    finally:
        loop.remove_reader(worker.sentinel)


def assert_told_and_true(case: CaseToKill) -> None:
    """Assert I1 to I7 of the case, with everything that was said to it told in its timeline."""
    assert len(case.kill_env.sandbox.refunds(f"pi_{case.order_number}")) == 1, "exactly one refund"
    answered = [(case.case_id, event) for event in SAID]
    assert_invariants(case.kill_env.books(orders=[case.order_number], answered=answered))


def _comparable(outcome: dict[str, Any]) -> dict[str, Any]:
    return {**outcome, "timeline": [one for one in outcome["timeline"] if one[0] not in MAY_DIFFER]}
