"""Customers' parcels are registered with a tracking provider, once each, however often it did not answer."""

from uuid import uuid4

from temporalio.testing import ActivityEnvironment

from activities.inbox.sweep import Batch
from domain.errors import GatewayUnavailableError, RegistrationRefusedError
from tests.api.inbox_sweep import inbox_of, sweep
from tests.support.api_client import told


class Registrar:
    """Follows what it is told, unless the test says what it answers instead."""

    def __init__(self) -> None:
        self.followed: list[str] = []
        self.raises: Exception | None = None

    def register(self, tracking_number):
        if self.raises:
            raise self.raises
        self.followed.append(tracking_number)


async def shipped(api):
    case = await api.approved()
    number = f"SF{uuid4().int % 10**12:012}"
    body = {"carrier": "sf_express", "tracking_number": number}
    told(await api.send(case, "shipment", body, "dev-storefront"), 200)
    return number


def registered(api, registrar):
    """Sweep the numbers once, and return how many the provider answered about."""
    inbox = inbox_of(api.temporal, api.services.database, api.services.now, registrar)
    return ActivityEnvironment().run(inbox.register_tracking_numbers, Batch(limit=20)).count


async def test_each_number_is_registered_once(api):
    registrar = Registrar()
    number = await shipped(api)
    registrar.raises = GatewayUnavailableError("away")
    registered(api, registrar)
    assert registrar.followed == []

    registrar.raises = None
    while registered(api, registrar):
        pass
    assert registrar.followed.count(number) == 1


async def test_a_number_that_the_provider_refuses_is_not_asked_about_again(api):
    registrar = Registrar()
    registrar.raises = RegistrationRefusedError("no such carrier")
    number = await shipped(api)
    while registered(api, registrar):
        pass
    registrar.raises = None
    registered(api, registrar)
    assert number not in registrar.followed


async def test_without_a_key_nothing_is_registered(temporal):
    assert (await sweep(temporal)).registrations == 0
