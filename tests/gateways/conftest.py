import pytest

from tests.gateways.uploads import Uploads


@pytest.fixture
def store(seaweed):
    return seaweed.store


@pytest.fixture(scope="session")
def uploads(seaweed):
    return Uploads(seaweed.store)
