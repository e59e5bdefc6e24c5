"""Parcels are registered as each provider documents it; known ones are as good, refusals are told from silence."""

from typing import Any

import pytest
from pydantic import SecretStr

from domain.errors import GatewayUnavailableError, RegistrationRefusedError
from gateways.couriers.aftership.registrar import AfterShipRegistrar
from gateways.couriers.easypost.registrar import EasyPostRegistrar
from gateways.couriers.seventeen_track.registrar import SeventeenTrackRegistrar
from tests.gateways.provider import Provider
from tests.support.assertions import does_not_raise

KEY = SecretStr("key-1")


REGISTRARS = {"aftership": AfterShipRegistrar, "easypost": EasyPostRegistrar, "17track": SeventeenTrackRegistrar}


@pytest.mark.parametrize(
    ("name", "path", "header", "body"),
    [
        ("aftership", "/tracking/2026-07/trackings", ("as-api-key", "key-1"), {"tracking_number": "SF1"}),
        ("easypost", "/v2/trackers", ("authorization", "Basic a2V5LTE6"), {"tracker": {"tracking_code": "SF1"}}),
        ("17track", "/track/v2.2/register", ("17token", "key-1"), [{"number": "SF1"}]),
    ],
)
def test_a_parcel_is_registered(
    provider: Provider, name: str, path: str, header: tuple[str, str], body: object
) -> None:
    REGISTRARS[name](KEY, provider.url).register("SF1")
    [(asked, headers, sent)] = provider.heard
    assert (asked, headers[header[0]], sent) == (path, header[1], body)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("aftership", (400, {"meta": {"code": 4003, "message": "Tracking already exists."}})),
        ("17track", (200, {"code": 0, "data": {"rejected": [{"number": "SF1", "error": {"code": -18019901}}]}})),
    ],
)
def test_a_parcel_that_is_followed_already_is_as_good(provider: Provider, name: str, answer: tuple[int, Any]) -> None:
    provider.answer = answer
    with does_not_raise():
        REGISTRARS[name](KEY, provider.url).register("SF1")


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("aftership", (400, {"meta": {"code": 4005}})),
        ("easypost", (422, {"error": {"code": "TRACKER.CREATE.ERROR"}})),
        ("17track", (200, {"code": 0, "data": {"rejected": [{"number": "SF1", "error": {"code": -18010012}}]}})),
    ],
)
def test_what_a_provider_will_not_follow_is_refused_for_good(
    provider: Provider, name: str, answer: tuple[int, Any]
) -> None:
    provider.answer = answer
    with pytest.raises(RegistrationRefusedError):
        REGISTRARS[name](KEY, provider.url).register("SF1")


@pytest.mark.parametrize("name", REGISTRARS)
@pytest.mark.parametrize("answer", [(503, {}), (429, {}), (401, {}), (200, b"<html>")], ids=str)
def test_what_may_pass_is_told_from_it(provider: Provider, name: str, answer: tuple[int, Any]) -> None:
    provider.answer = answer
    with pytest.raises(GatewayUnavailableError):
        REGISTRARS[name](KEY, provider.url).register("SF1")


@pytest.mark.parametrize("name", REGISTRARS)
def test_silence_may_pass(name: str) -> None:
    with pytest.raises(GatewayUnavailableError):
        REGISTRARS[name](KEY, "http://127.0.0.1:1").register("SF1")
