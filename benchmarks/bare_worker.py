"""`python -m benchmarks.bare_worker TEMPORAL_ADDRESS PORT`: a worker with the SDK's defaults.

Its workflows log when they wait for an input. These lines go to the port, so that the input can be sent exactly then
without any load on the server.
"""

import asyncio
import logging
import sys
from logging.handlers import SocketHandler

from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import Worker

from benchmarks.bare_workflow import BareRefund, do_nothing
from local.stack.ports import LOOPBACK
from workflows.options import TASK_QUEUE


class LineHandler(SocketHandler):
    """Sends each message as a line of text."""

    def makePickle(self, record: logging.LogRecord) -> bytes:  # noqa: N802 - the standard library's name
        """Return the message as a line."""
        return f"{record.getMessage()}\n".encode()


async def run(address: str, port: int) -> None:
    """Run bare workflows until the process is stopped."""
    workflow.logger.workflow_info_on_message = workflow.logger.workflow_info_on_extra = False
    workflow.logger.base_logger.addHandler(LineHandler(LOOPBACK, port))
    workflow.logger.base_logger.setLevel(logging.INFO)
    client = await Client.connect(address)
    await Worker(client, task_queue=TASK_QUEUE, workflows=[BareRefund], activities=[do_nothing]).run()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], int(sys.argv[2])))
