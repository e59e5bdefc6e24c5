"""Something broken behind the edge: a part that was replaced, or a way to Temporal that is cut."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from temporalio.client import Client

from api.app import create_app
from api.refund_workflows import RefundWorkflows
from tests.api.tcp_proxy import Cable, cable_to
from tests.support.api_client import Counter, asking
from workflows.plugin import RefundPlugin


@asynccontextmanager
async def broken(counter: Counter, **changes: Any) -> AsyncIterator[Counter]:
    """Give a counter of the same service with something broken behind it."""
    services = replace(counter.services, **changes)
    async with asking(create_app(services)) as client:
        yield replace(counter, client=client, services=services)


@asynccontextmanager
async def on_a_cable(counter: Counter) -> AsyncIterator[tuple[Counter, Cable]]:
    """Give a counter whose way to Temporal can be cut, and the cable."""
    async with cable_to(counter.temporal.service_client.config.target_host) as cable:
        client = await Client.connect(cable.address, plugins=[RefundPlugin()])
        async with broken(counter, workflows=RefundWorkflows(client, patience_seconds=2)) as cut_off:
            yield cut_off, cable
