"""One round of one contender: plays cases, measures its two processes' processor time, then reads the histories."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory

from benchmarks.contender import BenchCase, BenchError, Contender
from benchmarks.processor_time import processor_seconds

CASE_PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Figures:
    """The cost of one round: the median case's history, and processor time in milliseconds per case."""

    events: float
    history_bytes: float
    workflow_tasks: float
    worker_ms: float
    server_ms: float
    cases_per_second: float

    @property
    def both_ms(self) -> float:
        """Return the processor time of worker and Temporal server together."""
        return self.worker_ms + self.server_ms


@dataclass(frozen=True)
class Load:
    """How many cases are played: measured per round, as a warm-up before, and at the same time."""

    cases: int
    warm_up: int
    in_flight: int


async def measured(contender: Contender, load: Load) -> Figures:
    """Return the cost of a round after the warm-up; raises BenchError if a case does not end."""
    await _play(await contender.prepare(load.warm_up), load.in_flight)
    cases = await contender.prepare(load.cases)
    before = _clocks(contender)
    await _play(cases, load.in_flight)
    worker, server, seconds = (after - start for after, start in zip(_clocks(contender), before, strict=True))
    histories = [await contender.client.get_workflow_handle(case.workflow_id).fetch_history() for case in cases]
    return Figures(
        events=median(len(one.events) for one in histories),
        history_bytes=median(sum(event.ByteSize() for event in one.events) for one in histories),
        workflow_tasks=median(_workflow_tasks(one) for one in histories),
        worker_ms=1000 * worker / load.cases,
        server_ms=1000 * server / load.cases,
        cases_per_second=load.cases / seconds,
    )


async def _play(cases: Sequence[BenchCase], in_flight: int) -> None:
    waiting = iter(cases)
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(in_flight):
                group.create_task(_play_in_turn(waiting))
    except ExceptionGroup as failed:
        raise BenchError(f"a case did not go through: {failed.exceptions[0]!r}") from failed


async def _play_in_turn(waiting: Iterator[BenchCase]) -> None:
    for case in waiting:
        async with asyncio.timeout(CASE_PATIENCE_SECONDS):
            await case.play()


def _clocks(contender: Contender) -> tuple[float, float, float]:
    """Return the processor seconds of worker and server, and the wall-clock seconds."""
    return processor_seconds(contender.worker_pid), processor_seconds(contender.server_pid), time.perf_counter()


def _workflow_tasks(history: WorkflowHistory) -> int:
    return sum(event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED for event in history.events)
