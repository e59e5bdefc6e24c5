"""The bare workflow as a contender: its own Temporal server and worker, and inputs sent when they are awaited."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from temporalio.client import Client

from benchmarks.bare_workflow import INPUTS, BareRefund
from local.stack import services
from local.stack.ports import LOOPBACK, reserve
from local.stack.process import Process
from local.stack.readiness import polls
from local.stack.service_spec import Service, module
from local.stack.stack_config import StackConfig
from workflows.options import TASK_QUEUE


class Waits:
    """Knows from the worker's log lines which workflow waits for which input."""

    def __init__(self) -> None:
        self._reached: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._connections: list[asyncio.StreamWriter] = []

    async def listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read lines until the worker ends."""
        self._connections.append(writer)
        async for line in reader:
            self._reached[line.decode().strip()].set()

    async def until(self, workflow_id: str, step: str) -> None:
        """Return once the workflow waits for the input."""
        await self._reached[f"{workflow_id} {step}"].wait()
        del self._reached[f"{workflow_id} {step}"]

    async def aclose(self) -> None:
        """Close all connections of workers."""
        for writer in self._connections:
            writer.close()
            await writer.wait_closed()


@dataclass(frozen=True)
class BareCase:
    """One run of the bare workflow."""

    workflow_id: str
    client: Client
    waits: Waits

    async def play(self) -> None:
        """Start it, give it its three inputs, and wait for its end."""
        handle = await self.client.start_workflow(
            BareRefund.run, self.workflow_id, id=self.workflow_id, task_queue=TASK_QUEUE
        )
        for step in INPUTS:
            await self.waits.until(self.workflow_id, step)
            await handle.signal(BareRefund.report, step)
        await handle.result()


class Bare:
    """The bare workflow as a contender."""

    name = "bare"

    def __init__(self, client: Client, server: Process, worker: Process, waits: Waits) -> None:
        self.client = client
        self.server_pid, self.worker_pid = server.pid, worker.pid
        self._waits = waits
        self._numbers = count(1)

    async def prepare(self, cases: int) -> Sequence[BareCase]:
        """Return new cases; nothing has to be prepared."""
        return [BareCase(f"bare/{next(self._numbers)}", self.client, self._waits) for _ in range(cases)]


@asynccontextmanager
async def running_bare(folder: Path) -> AsyncGenerator[Bare]:
    """Yield the bare contender with its two processes running; raises StackError if one does not start."""
    reserved, waits = reserve(), Waits()
    plan = StackConfig(folder, reserved.ports)
    listening = await asyncio.start_server(waits.listen, LOOPBACK)
    port = listening.sockets[0].getsockname()[1]
    with reserved.guard:
        temporal = services.temporal(plan)
        worker = _worker(plan, port)
        async with (
            aclosing(waits),
            listening,
            _started(temporal, plan) as server,
            _started(worker, plan) as carrying,
        ):
            client = await Client.connect(plan.urls.temporal_address)
            yield Bare(client, server, carrying, waits)


def _worker(plan: StackConfig, port: int) -> Service:
    command = (*module("benchmarks.bare_worker"), plan.urls.temporal_address, str(port))
    environment = plan.settings_env()
    return Service("bare worker", command, lambda pid: polls(environment, pid), grace_seconds=0, pause_seconds=0.2)


@asynccontextmanager
async def _started(service: Service, plan: StackConfig) -> AsyncGenerator[Process]:
    process = service.start(plan.folder / "logs")
    try:
        await asyncio.to_thread(service.await_ready, process)
        yield process
    finally:
        await asyncio.to_thread(service.stop, process)
