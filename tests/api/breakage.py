"""Something broken behind the edge: a part that was replaced, or a way to Temporal that is cut."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from temporalio.client import Client

from api.app import create_app
from api.refund_workflows import RefundWorkflows
from tests.api.tcp_proxy import TcpProxy, cable_to
from tests.support.api_client import ApiClient, asking
from workflows.plugin import RefundPlugin


@asynccontextmanager
async def broken(api: ApiClient, **changes: Any) -> AsyncIterator[ApiClient]:
    """Give an API client of the same service with something broken behind it."""
    services = replace(api.services, **changes)
    async with asking(create_app(services)) as client:
        yield replace(api, client=client, services=services)


@asynccontextmanager
async def behind_proxy(api: ApiClient) -> AsyncIterator[tuple[ApiClient, TcpProxy]]:
    """Give an API client whose way to Temporal can be cut, and the proxy that cuts it."""
    async with cable_to(api.temporal.service_client.config.target_host) as proxy:
        client = await Client.connect(proxy.address, plugins=[RefundPlugin()])
        async with broken(api, workflows=RefundWorkflows(client, patience_seconds=2)) as cut_off:
            yield cut_off, proxy
