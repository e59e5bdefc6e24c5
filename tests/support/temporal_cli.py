"""The official `temporal` command line tool, as an operator uses it."""

import asyncio
import json
from asyncio.subprocess import PIPE
from typing import Any

from temporalio.client import Client

from local.stack.service_spec import bare_environment, program

PATIENCE_SECONDS = 30


class TemporalCli:
    """Calls the tool as a process of its own, against the server of a client."""

    def __init__(self, client: Client) -> None:
        self._where = ("--address", client.service_client.config.target_host, "--namespace", client.namespace)

    async def signal(self, workflow_id: str, name: str, *inputs: str) -> None:
        """Send a signal with so many inputs, each given as JSON text."""
        given = (word for one in inputs for word in ("--input", one))
        await self.run("workflow", "signal", "--workflow-id", workflow_id, "--name", name, *given)

    async def ask(self, *words: str) -> Any:
        """Return what the tool tells as JSON."""
        return json.loads(await self.run(*words, "--output", "json"))

    async def run(self, *words: str) -> str:
        """Return what the tool prints; it must succeed, and soon."""
        command = (program("temporal"), *words, *self._where, "--command-timeout", f"{PATIENCE_SECONDS}s")
        process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE, env=bare_environment())
        try:
            async with asyncio.timeout(PATIENCE_SECONDS + 5):
                told, complaint = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert process.returncode == 0, f"{words}: {complaint.decode()}"
        return told.decode()
