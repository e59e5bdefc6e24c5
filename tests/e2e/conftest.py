from collections.abc import Iterator

import pytest

from local.stack.ports import reserve
from local.stack.stack import Stack
from local.stack.stack_config import SANDBOX_WEBHOOK_SECRET, StackConfig
from tests.e2e.system import House, house
from tests.support.postgres import postgres

__all__ = ["postgres"]


@pytest.fixture(scope="session")
def embedded_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The system as `make dev` has it, with SQLite."""
    with house(Stack.throwaway(tmp_path_factory.mktemp("house"))) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def either_house(request: pytest.FixtureRequest) -> Iterator[House]:
    """The system on each of the two databases."""
    if request.param == "sqlite":
        yield request.getfixturevalue("embedded_house")
    else:
        yield from _house_on_postgres(request)


def _house_on_postgres(request: pytest.FixtureRequest) -> Iterator[House]:
    reserved = reserve()
    with reserved.guard, request.getfixturevalue("postgres").empty() as url:
        given = {"REFUNDS_DATABASE_URL": url}
        with house(Stack(StackConfig(request.getfixturevalue("tmp_path"), reserved.ports, given=given))) as opened:
            yield opened


@pytest.fixture
def deaf_house(embedded_house: House) -> Iterator[House]:
    """The same, without the gateway's webhooks, which heal much by themselves."""
    url = f"{embedded_house.stack.urls.api}/v1/webhooks/payments/stripe"
    embedded_house.gateway("PUT", "/sandbox/webhooks", [])
    yield embedded_house
    embedded_house.gateway("PUT", "/sandbox/webhooks", [{"url": url, "secrets": [SANDBOX_WEBHOOK_SECRET]}])
