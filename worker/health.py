"""`python -m worker.health`: exits with 0 if a worker of this host has recently polled Temporal for work."""

import asyncio
import socket
import sys
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import PollerInfo, TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from config.settings import load
from config.temporal import connect, let_sdk_rest
from workflows.options import TASK_QUEUE

POLLED_WITHIN = timedelta(minutes=2)  # a poll that finds no work is repeated after one minute


async def is_polling(client: Client, host: str, now: datetime) -> bool:
    """Return whether a process of the host has recently polled for workflow tasks; raises RPCError."""
    asked = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=TASK_QUEUE),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    queue = await client.workflow_service.describe_task_queue(asked)
    return any(_is_of(host, poller) and _polled_at(poller) > now - POLLED_WITHIN for poller in queue.pollers)


async def main() -> int:
    """Return 0 if healthy; otherwise exit with 1 and say why in one line."""
    client = await connect(load())
    try:
        healthy = await is_polling(client, socket.gethostname(), datetime.now(UTC))  # noqa: TID251 - an edge
    except RPCError as error:
        raise SystemExit(f"Temporal does not say which workers poll: {error.message}") from None
    finally:
        await let_sdk_rest()
    if not healthy:
        raise SystemExit(f"no worker of this host has polled {TASK_QUEUE} within {POLLED_WITHIN}")
    return 0


def _is_of(host: str, poller: PollerInfo) -> bool:
    return poller.identity.endswith(f"@{host}")  # the SDK's identities are process@host


def _polled_at(poller: PollerInfo) -> datetime:
    return poller.last_access_time.ToDatetime(UTC)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
