from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from tests.replay import fingerprints, releases
from tests.support.temporal_env import dev_server, forwarding_server, time_skipping_server
from tests.workflows.environment import open_shop
from tests.workflows.shop import Shop
from worker.build import build_worker


@pytest_asyncio.fixture(scope="session")
async def skipping_shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """A shop whose clock the tests move; its worker runs in the strict sandbox."""
    async with time_skipping_server() as env:
        async for shop in _shop(env, tmp_path_factory.mktemp("shop")):
            yield shop


@pytest_asyncio.fixture
async def forwarding_shop(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Shop]:
    """A shop on the real dev server, where each case has a clock of its own."""
    async with forwarding_server() as env:
        async for shop in _shop(env, tmp_path):
            yield shop
            await _save_history(request, shop)


@pytest_asyncio.fixture(scope="session")
async def dev_shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """A shop on the real dev server."""
    async with dev_server() as env:
        async for shop in _shop(env, tmp_path_factory.mktemp("dev_shop")):
            yield shop


@pytest_asyncio.fixture
async def shop(request: pytest.FixtureRequest, skipping_shop: Shop) -> AsyncIterator[Shop]:
    """The time-skipping shop with an obedient gateway and untouched evidence."""
    skipping_shop.gateway.__init__()
    skipping_shop.vault.__init__()
    yield skipping_shop
    await _save_history(request, skipping_shop)


async def _save_history(request: pytest.FixtureRequest, shop: Shop) -> None:
    """Compare the commands of the test's last case with what is committed, or record both (`make histories`)."""
    marker = request.node.get_closest_marker("branch")
    if marker is None:
        return
    variant = getattr(request.node, "callspec", None)
    branch = "-".join([marker.args[0], *([variant.id] if variant else [])])
    history = (await shop.opened[-1].handle.fetch_history()).to_json()
    now = fingerprints.commands(history)
    if not request.config.getoption("--record-histories"):
        fingerprints.check(branch, now)
    elif releases.keep(branch, history, releases.version()):
        fingerprints.record(branch, now)


async def _shop(env: WorkflowEnvironment, folder: Path) -> AsyncIterator[Shop]:
    with open_shop(env, folder) as (shop, activity_set):
        async with build_worker(env.client, activity_set, sandboxed=True):
            yield shop
