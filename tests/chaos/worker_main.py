"""The real worker with an appointed end: it kills itself (SIGKILL, as a power cut would) at a moment of one case."""

import asyncio
import ctypes
import logging
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import temporalio.bridge.worker
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryRequest
from temporalio.client import Client
from temporalio.common import WorkerDeploymentVersion
from temporalio.service import RPCError
from temporalio.worker import Worker, WorkerDeploymentConfig

from config.settings import Settings
from worker import __main__ as real_worker
from worker import build

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class End:
    """When to die, and the file in which the last word is left.

    `event` is the number of an event of the case's history: the worker dies as soon as it could know of it. `answer`
    is the number of one of its answers (to workflow tasks, local and other activities): it dies with it on its lips.
    With neither it lives, and its last word is how many answers it gave.
    """

    workflow_id: str
    last_word: Path
    event: int | None = None
    answer: int | None = None


class KillableWorker(temporalio.bridge.worker.Worker):
    """Stands where the SDK's Python meets its core, which every task and every answer passes; counts the answers."""

    def __init__(self, whole: temporalio.bridge.worker.Worker, end: End, client: Client) -> None:
        super().__init__(whole._ref)  # noqa: SLF001 - the SDK offers no other way in
        self._end = end
        self._client = client
        self._answers = 0

    async def poll_workflow_activation(self) -> Any:
        activation = await super().poll_workflow_activation()
        await self._die_when_due()
        return activation

    async def poll_activity_task(self) -> Any:
        task = await super().poll_activity_task()
        await self._die_when_due()
        return task

    async def complete_workflow_activation(self, comp: Any) -> None:
        if comp.successful.commands:
            self._count()
        await super().complete_workflow_activation(comp)
        await self._die_when_due()

    async def complete_activity_task(self, comp: Any) -> None:
        self._count()
        await super().complete_activity_task(comp)
        await self._die_when_due()

    def _count(self) -> None:
        self._answers += 1
        if self._answers == self._end.answer:
            self._die(str(self._answers))
        if not self._end.event and not self._end.answer:
            self._end.last_word.write_text(str(self._answers))

    async def _die_when_due(self) -> None:
        if self._end.event:
            events = await self._history()
            if len(events) >= self._end.event:
                self._die(events[self._end.event - 1])

    async def _history(self) -> list[str]:
        """Return the kinds of the events so far."""
        asked = GetWorkflowExecutionHistoryRequest(
            namespace=self._client.namespace, execution=WorkflowExecution(workflow_id=self._end.workflow_id)
        )
        try:
            told = await self._client.workflow_service.get_workflow_execution_history(asked)
        except RPCError:
            return []
        return [kind_of(event) for event in told.history.events]

    def _die(self, last_word: str) -> None:
        self._end.last_word.write_text(last_word)
        os.kill(os.getpid(), signal.SIGKILL)


def kind_of(event: HistoryEvent) -> str:
    """Return the event's kind as the documentation spells it, in small letters."""
    return EventType.Name(event.event_type).removeprefix("EVENT_TYPE_").lower()


def work(environment: Mapping[str, str], queue: str, end: End | None, log: Path) -> None:
    """Run the real worker on a queue of its own until it is stopped, or until its end."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    logging.basicConfig(filename=log, level=logging.WARNING, force=True)
    real_worker.promote_first = _nothing_to_promote
    real_worker.build_worker = lambda client, activity_set, **more: _built(client, activity_set, queue, end, **more)
    asyncio.run(real_worker.run(Settings.of(environment)))


async def _nothing_to_promote(_client: Client, version: WorkerDeploymentVersion) -> str:
    return version.build_id


def _built(client: Client, activity_set: build.ActivitySet, queue: str, end: End | None, **more: Any) -> Worker:
    build.TASK_QUEUE = queue
    # Of no deployment: one holds a hundred queues, and here every moment has a queue of its own.
    deployment = WorkerDeploymentConfig(version=more.pop("deployment").version, use_worker_versioning=False)
    worker = build.build_worker(client, activity_set, **more, deployment=deployment)
    if end:
        worker._bridge_worker = KillableWorker(worker._bridge_worker, end, client)  # noqa: SLF001 - see MortalWorker
    return worker
