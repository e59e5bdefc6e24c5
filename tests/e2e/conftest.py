from collections.abc import Iterator

import pytest

from local.stack.ports import reserve
from local.stack.stack import Stack
from local.stack.stack_config import SANDBOX_WEBHOOK_ID, SANDBOX_WEBHOOK_SECRET, StackConfig
from tests.e2e.system import System, system
from tests.support.postgres import postgres

__all__ = ["postgres"]


@pytest.fixture(scope="session")
def embedded_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """The system as `make dev` has it, with SQLite."""
    with system(Stack.throwaway(tmp_path_factory.mktemp("system"))) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def either_system(request: pytest.FixtureRequest) -> Iterator[System]:
    """The system on each of the two databases."""
    if request.param == "sqlite":
        yield request.getfixturevalue("embedded_system")
    else:
        yield from _system_on_postgres(request)


def _system_on_postgres(request: pytest.FixtureRequest) -> Iterator[System]:
    reserved = reserve()
    with reserved.guard, request.getfixturevalue("postgres").empty() as url:
        given = {"REFUNDS_DATABASE_URL": url}
        with system(Stack(StackConfig(request.getfixturevalue("tmp_path"), reserved.ports, given=given))) as opened:
            yield opened


@pytest.fixture
def deaf_system(embedded_system: System) -> Iterator[System]:
    """The same, without the gateway's webhooks, which heal much by themselves."""
    webhooks = f"{embedded_system.stack.urls.api}/v1/webhooks/payments"
    stripes = {"url": f"{webhooks}/stripe", "secrets": [SANDBOX_WEBHOOK_SECRET]}
    paypals = {"url": f"{webhooks}/paypal", "secrets": [SANDBOX_WEBHOOK_ID], "provider": "paypal"}
    embedded_system.gateway("PUT", "/sandbox/webhooks", [])
    yield embedded_system
    embedded_system.gateway("PUT", "/sandbox/webhooks", [stripes, paypals])
