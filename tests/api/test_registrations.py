"""Customers' parcels are registered with a tracking provider, once each, however often it did not answer."""

from dataclasses import replace
from uuid import uuid4

from api.inbox.tracking_registrations import sweep
from domain.errors import GatewayUnavailableError, RegistrationRefusedError
from tests.api.api_client import told


class Registrar:
    """Follows what it is told, unless the test says what it answers instead."""

    def __init__(self):
        self.followed = []
        self.raises = None

    def register(self, tracking_number):
        if self.raises:
            raise self.raises
        self.followed.append(tracking_number)


async def shipped(counter):
    case = await counter.approved()
    number = f"SF{uuid4().int % 10**12:012}"
    body = {"carrier": "sf_express", "tracking_number": number}
    told(await counter.send(case, "shipment", body, "dev-storefront"), 200)
    return number


async def test_each_number_is_registered_once(counter, services):
    registrar = Registrar()
    following = replace(services, registrar=registrar)
    number = await shipped(counter)
    registrar.raises = GatewayUnavailableError("away")
    await sweep(following)
    assert registrar.followed == []

    registrar.raises = None
    while await sweep(following):
        pass
    assert registrar.followed.count(number) == 1


async def test_a_number_that_the_provider_refuses_is_not_asked_about_again(counter, services):
    registrar = Registrar()
    registrar.raises = RegistrationRefusedError("no such carrier")
    following = replace(services, registrar=registrar)
    number = await shipped(counter)
    while await sweep(following):
        pass
    registrar.raises = None
    await sweep(following)
    assert number not in registrar.followed


async def test_without_a_key_nothing_is_registered(services):
    assert await sweep(services) == 0
