"""The real app over ASGI, on a real Temporal dev server with a worker, a real database and a real S3 server."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest
import pytest_asyncio
from fastapi import FastAPI

from api.app import create_app
from api.dependencies import Services
from config.settings import Settings
from db.core.engine import Database
from db.core.migrate import migrate
from gateways.couriers.registry import courier_webhooks_of
from local.stack.ports import reserve
from tests.api.courier_calls import COURIER_SECRETS
from tests.api.inbox_sweep import inbox_of
from tests.api.webhook_client import taking
from tests.support.activity_set import activity_set_of
from tests.support.api_client import KEYS, ApiClient, Clock, asking
from tests.support.fakes import ObedientGateway
from tests.support.temporal_env import dev_server, time_skipping_server
from worker.build import ActivitySet, build_worker


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path_factory.mktemp('api')}/refunds.db"
    migrate(url)
    database = Database(url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def gateway() -> ObedientGateway:
    """The provider behind `stripe`, where every refund succeeds unless a test says otherwise."""
    return ObedientGateway()


@pytest_asyncio.fixture(scope="session")
async def temporal(database, gateway) -> AsyncIterator:
    """A Temporal dev server with a worker of the refunds."""
    async with (
        dev_server() as env,
        build_worker(env.client, activity_set(env.client, database, gateway), sandboxed=False),
    ):
        yield env.client


@pytest.fixture(scope="session")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def services(database, temporal, seaweed, clock) -> Services:
    return Services.over(database, seaweed.store, temporal, KEYS, clock)


@pytest.fixture(scope="session")
def app(services) -> FastAPI:
    return create_app(services)


@pytest_asyncio.fixture(scope="session")
async def api(app, services, temporal) -> AsyncIterator[ApiClient]:
    async with asking(app) as client:
        yield ApiClient(client, services, temporal)


@pytest_asyncio.fixture
async def couriers(services, temporal, settings, monkeypatch) -> AsyncIterator[ApiClient]:
    """The same, taking the webhooks of all three tracking providers."""
    for name, value in {**settings, **COURIER_SECRETS}.items():
        monkeypatch.setenv(name, value)
    readers = courier_webhooks_of(Settings.from_environment(), services.now)
    wired = replace(services, couriers=readers)
    async with asking(create_app(wired)) as client:
        yield ApiClient(client, wired, temporal)


@pytest_asyncio.fixture(scope="session")
async def later(tmp_path_factory, seaweed) -> AsyncIterator[ApiClient]:
    """The same on a server whose clock jumps: `later.pass_time(...)`."""
    url = f"sqlite:///{tmp_path_factory.mktemp('later')}/refunds.db"
    migrate(url)
    database, clock = Database(url), Clock()
    async with (
        time_skipping_server() as env,
        build_worker(env.client, activity_set(env.client, database, ObedientGateway())),
    ):
        services = Services.over(database, seaweed.store, env.client, KEYS, clock)
        async with asking(create_app(services)) as client:
            yield ApiClient(client, services, env.client, clock, env)
    database.close()


@pytest.fixture
def settings(temporal, seaweed, tmp_path) -> Iterator[dict[str, str]]:
    """Settings with which `python -m api` starts, on a port of its own."""
    url = f"sqlite:///{tmp_path}/refunds.db"
    migrate(url)
    reserved = reserve()
    with reserved.guard:
        yield {
            "REFUNDS_DATABASE_URL": url,
            "REFUNDS_TEMPORAL_ADDRESS": temporal.service_client.config.target_host,
            "REFUNDS_S3_ENDPOINT": seaweed.bucket.endpoint,
            "REFUNDS_S3_ACCESS_KEY": seaweed.bucket.access_key,
            "REFUNDS_S3_SECRET_KEY": seaweed.bucket.secret_key.get_secret_value(),
            "REFUNDS_STRIPE_API_KEY": "sk_test_unused",
            "REFUNDS_API_PORT": str(reserved.ports.api),
        }


def activity_set(client, database: Database, gateway: ObedientGateway) -> ActivitySet:
    clock = Clock()
    return replace(activity_set_of(client, database, gateway, now=clock), inbox=inbox_of(client, database, clock))


@pytest_asyncio.fixture(scope="session")
async def webhooks(services):
    async with taking(services) as webhooks:
        yield webhooks
