"""Real Temporal servers for tests: the time-skipping one, and the dev server with UI and visibility."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.common import SearchAttributeKey
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from config.temporal import SEARCH_ATTRIBUTES
from worker.search_attributes import TYPES
from workflows.plugin import RefundPlugin

KEYS = {
    "Keyword": SearchAttributeKey.for_keyword,
    "Datetime": SearchAttributeKey.for_datetime,
    "Bool": SearchAttributeKey.for_bool,
}


@asynccontextmanager
async def time_skipping_server() -> AsyncIterator[WorkflowEnvironment]:
    """Give the time-skipping test server: its clock jumps on `env.sleep`, for all workflows at once."""
    env = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=_path("temporal-test-server"), plugins=[RefundPlugin()]
    )
    try:
        await env.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace=env.client.namespace,
                search_attributes={name: TYPES[kind] for name, kind in SEARCH_ATTRIBUTES.items()},
            )
        )
        yield env
    finally:
        await env.shutdown()


@asynccontextmanager
async def forwarding_server(**settings: object) -> AsyncIterator[WorkflowEnvironment]:
    """Give the real dev server with a clock for each workflow, moved on purpose only.

    For what calls gateways while time passes: the other one lets an activity's time-out pass in the middle of it. The
    settings are of the server's dynamic configuration; `__` stands for a dot.
    """
    env = await WorkflowEnvironment.start_time_skipping_v2(
        ts_config=TimeSkippingConfig(enabled=False),
        dev_server_existing_path=_path("temporal"),
        plugins=[RefundPlugin()],
        search_attributes=[KEYS[kind](name) for name, kind in SEARCH_ATTRIBUTES.items()],
        dev_server_log_level="error",
        dev_server_extra_args=[
            *("--dynamic-config-value", "history.transferProcessorMaxPollRPS=2000"),
            *("--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"),
            *("--dynamic-config-value", "system.workflowTimeSkippingEnabled=true"),
            *_configured(settings),
        ],
    )
    try:
        yield env
    finally:
        await env.shutdown()
        await asyncio.sleep(0.3)  # the SDK's own threads may outlive the interpreter (sdk-python issue 300)


@asynccontextmanager
async def dev_server(**settings: object) -> AsyncIterator[WorkflowEnvironment]:
    """Give the real dev server, in memory; the settings are of its dynamic configuration, `__` stands for a dot."""
    env = await WorkflowEnvironment.start_local(
        dev_server_existing_path=_path("temporal"),
        plugins=[RefundPlugin()],
        search_attributes=[KEYS[kind](name) for name, kind in SEARCH_ATTRIBUTES.items()],
        dev_server_log_level="error",
        dev_server_extra_args=[
            *("--dynamic-config-value", "history.transferProcessorMaxPollRPS=2000"),
            *_configured(settings),
        ],
    )
    try:
        yield env
    finally:
        await env.shutdown()
        await asyncio.sleep(0.3)  # the SDK's own threads may outlive the interpreter (sdk-python issue 300)


def _configured(settings: dict[str, object]) -> list[str]:
    named = (f"{name.replace('__', '.')}={value}" for name, value in settings.items())
    return [word for one in named for word in ("--dynamic-config-value", one)]


def _path(binary: str) -> str:
    path = shutil.which(binary)
    assert path, f"{binary} is not on PATH: run the tests by `make test`"
    return path
