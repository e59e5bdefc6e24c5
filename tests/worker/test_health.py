import asyncio
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from temporalio import workflow
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from local.stack.process import ROOT
from tests.support.temporal_env import dev_server
from tests.support.waiting import until
from worker.health import POLLED_WITHIN, is_polling
from workflows.options import TASK_QUEUE

HOST = socket.gethostname()


@workflow.defn
class Idle:
    @workflow.run
    async def run(self):
        pass


@pytest.fixture(scope="module")
async def client():
    async with dev_server() as env:
        yield env.client


@pytest.fixture(scope="module")
async def polled_at(client):
    """When a worker of this host was seen to ask for work."""
    runner = UnsandboxedWorkflowRunner()
    async with Worker(client, task_queue=TASK_QUEUE, workflows=[Idle], workflow_runner=runner):
        await until(lambda: is_polling(client, HOST, datetime.now(UTC)))
        yield datetime.now(UTC)


async def test_a_worker_that_asks_for_work_is_healthy(client, polled_at):
    assert await is_polling(client, HOST, polled_at)


async def test_a_worker_that_has_not_asked_for_work_lately_is_not(client, polled_at):
    assert not await is_polling(client, HOST, polled_at + POLLED_WITHIN + timedelta(minutes=2))


async def test_another_hosts_worker_does_not_count(client, polled_at):
    assert not await is_polling(client, f"not-{HOST}", polled_at)


async def test_the_check_of_the_container_passes_where_a_worker_runs(client, polled_at):
    told = await asyncio.to_thread(check, client.service_client.config.target_host)
    assert told.returncode == 0, told.stderr


def test_temporal_out_of_reach_is_one_line():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        told = check(f"127.0.0.1:{bound.getsockname()[1]}")
    assert told.returncode == 1
    assert len(told.stderr.splitlines()) == 1


def check(address):
    settings = {
        "REFUNDS_TEMPORAL_ADDRESS": address,
        "REFUNDS_S3_ACCESS_KEY": "a",
        "REFUNDS_S3_SECRET_KEY": "s",
        "REFUNDS_STRIPE_API_KEY": "sk_test_health",
    }
    command = [sys.executable, "-m", "worker.health"]
    environment = {**os.environ, **settings}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
