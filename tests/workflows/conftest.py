from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from activities.arrivals import ArrivalDesk
from activities.casework import Casework
from activities.payouts import PayoutDesk
from db.cases import Cases
from db.engine import Database
from db.migrate import migrate
from db.orders import Orders
from db.payouts import Payouts
from gateways.calendars import HolidayCalendars
from gateways.policy_shelf import PolicyShelf
from gateways.temporal_history import TemporalHistory
from tests.fakes import ObedientGateway, OpenVault
from tests.temporal_env import dev_server, forwarding_server, time_skipping_server
from tests.workflows.shop import Shop
from worker.composition import Desks, build_worker

HISTORIES = Path(__file__).parents[1] / "replay" / "histories"
VERSIONS = Path(__file__).parents[2] / "policy" / "versions"


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
    """Save the history of the test's last case when `--record-histories` asks for it (`make histories`)."""
    marker = request.node.get_closest_marker("branch")
    if marker and request.config.getoption("--record-histories"):
        history = await shop.opened[-1].handle.fetch_history()
        (HISTORIES / f"{marker.args[0]}.json").write_text(history.to_json() + "\n")


async def _shop(env, folder: Path) -> AsyncIterator[Shop]:
    url = f"sqlite:///{folder}/refunds.db"
    migrate(url)
    database = Database(url)
    gateway, vault = ObedientGateway(), OpenVault()
    desks = Desks(
        casework=Casework(Cases(database), PolicyShelf(VERSIONS), HolidayCalendars()),
        payouts=PayoutDesk(Payouts(database), {"stripe": gateway}, vault, lambda: datetime.now(UTC)),
        arrivals=ArrivalDesk(TemporalHistory(env.client)),
    )
    async with build_worker(env.client, desks, strict_sandbox=True):
        yield Shop(env, Orders(database), Cases(database), gateway, vault)
    database.close()
