"""Tracking webhooks of AfterShip, EasyPost and 17TRACK: signatures over the raw bytes, words translated (fault 15)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from domain.errors import BadSignatureError, UnreadableEventError
from gateways.couriers.aftership.webhooks import AfterShipWebhooks
from gateways.couriers.easypost.webhooks import EasyPostWebhooks
from gateways.couriers.seventeen_track.webhooks import SeventeenTrackWebhooks
from tests.gateways import courier_bodies as bodies

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
OLD, NEW = "geheim-ﬁ-old", "secret-new"  # a ligature: EasyPost normalises it


class Provider(NamedTuple):
    reader: type[Any]
    body: Callable[..., bytes]
    sign: Callable[[str, bytes], dict[str, str]]
    header: str

    def read(self, body: bytes, headers: dict[str, str], *secrets: str) -> Any:
        return self.reader(secrets or (NEW,), lambda: NOW).read(body, headers)


PROVIDERS = {
    "aftership": Provider(AfterShipWebhooks, bodies.aftership, bodies.signed_aftership, "aftership-hmac-sha256"),
    "easypost": Provider(EasyPostWebhooks, bodies.easypost, bodies.signed_easypost, "x-hmac-signature"),
    "17track": Provider(SeventeenTrackWebhooks, bodies.seventeen_track, bodies.signed_seventeen_track, "sign"),
}


@pytest.fixture(params=PROVIDERS)
def provider(request: pytest.FixtureRequest) -> Provider:
    return PROVIDERS[request.param]


def test_a_signed_event_is_read(provider: Provider) -> None:
    body = provider.body("SF1234567")
    event = provider.read(body, provider.sign(NEW, body))
    assert (event.tracking_number, event.status, event.received_at) == ("SF1234567", "in_transit", NOW)
    assert event.occurred_at == datetime(2026, 11, 20, 8, 15, tzinfo=UTC)
    assert event.event_id


def test_fault_15_a_wrong_missing_or_stranger_s_signature_is_refused(provider: Provider) -> None:
    body = provider.body("SF1234567")
    for headers in ({}, {provider.header: ""}, {provider.header: "é"}, provider.sign("another", body)):
        with pytest.raises(BadSignatureError):
            provider.read(body, headers)


def test_fault_15_a_body_that_was_changed_is_refused(provider: Provider) -> None:
    body = provider.body("SF1234567")
    with pytest.raises(BadSignatureError):
        provider.read(body.replace(b"SF1234567", b"SF7654321"), provider.sign(NEW, body))


def test_fault_15_during_a_rotation_both_secrets_sign_and_afterwards_one(provider: Provider) -> None:
    body = provider.body("SF1234567")
    for secret in (OLD, NEW):
        assert provider.read(body, provider.sign(secret, body), NEW, OLD)
    with pytest.raises(BadSignatureError):
        provider.read(body, provider.sign(OLD, body), NEW)


def test_a_replay_has_the_id_of_the_first_and_another_event_another(provider: Provider) -> None:
    first, other = provider.body("SF1234567"), provider.body("SF1234567", at="2026-11-21T00:00:00")
    ids = [provider.read(body, provider.sign(NEW, body)).event_id for body in (first, first, other)]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize("written", [{"indent": 3}, {"separators": (",", ":")}, {"ensure_ascii": False}], ids=str)
def test_any_whitespace_and_unicode_of_the_body_verifies(provider: Provider, written: dict[str, Any]) -> None:
    told = {**json.loads(provider.body("SF1234567")), "note": "快递\u2028 ☃"}
    body = json.dumps(told, **written).encode()
    assert provider.read(body, provider.sign(NEW, body)).tracking_number == "SF1234567"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b"\xff", b'{"msg": 1, "result": 2, "data": 3}'])
def test_a_signed_body_that_is_no_event_is_said_to_be_unreadable(provider: Provider, body: bytes) -> None:
    with pytest.raises(UnreadableEventError):
        provider.read(body, provider.sign(NEW, body))


MEANINGS = [
    ("aftership", ("InfoReceived", "InfoReceived_001"), "info_received"),
    ("aftership", ("OutForDelivery", "OutForDelivery_001"), "out_for_delivery"),
    ("aftership", ("AttemptFail", "AttemptFail_001"), "delivery_failure"),
    ("aftership", ("AvailableForPickup", "AvailableForPickup_001"), "available_for_pickup"),
    ("aftership", ("Delivered", "Delivered_003"), "delivered"),
    ("aftership", ("Expired", "Expired_001"), "expired"),
    ("aftership", ("Exception", "Exception_004"), "other"),
    ("aftership", ("Exception", "Exception_011"), "returned"),
    ("aftership", ("Exception", "Exception_012"), "damaged"),
    ("aftership", ("Exception", "Exception_013"), "lost"),
    ("easypost", ("pre_transit", "label_created"), "info_received"),
    ("easypost", ("out_for_delivery", "out_for_delivery"), "out_for_delivery"),
    ("easypost", ("delivered", "arrived_at_destination"), "delivered"),
    ("easypost", ("return_to_sender", "return"), "returned"),
    ("easypost", ("failure", "delivery_exception"), "delivery_failure"),
    ("easypost", ("failure", "lost"), "lost"),
    ("easypost", ("error", "damaged"), "damaged"),
    ("easypost", ("cancelled", "cancelled"), "other"),
    ("17track", ("NotFound", "NotFound_Other"), "info_received"),
    ("17track", ("AvailableForPickup", "AvailableForPickup_Other"), "available_for_pickup"),
    ("17track", ("Delivered", "Delivered_Other"), "delivered"),
    ("17track", ("DeliveryFailure", "DeliveryFailure_NoBody"), "delivery_failure"),
    ("17track", ("Exception", "Exception_Returned"), "returned"),
    ("17track", ("Exception", "Exception_Lost"), "lost"),
    ("17track", ("Exception", "Exception_Destroyed"), "destroyed"),
    ("17track", ("Exception", "Exception_Security"), "other"),
    ("17track", ("SomethingNew", "SomethingNew_Other"), "in_transit"),
]


@pytest.mark.parametrize(("name", "words", "means"), MEANINGS)
def test_each_provider_s_words_are_translated(name: str, words: tuple[str, str], means: str) -> None:
    provider = PROVIDERS[name]
    body = provider.body("SF1234567", *words)
    assert provider.read(body, provider.sign(NEW, body)).word == means


def test_what_is_about_no_parcel_is_nothing() -> None:
    told = json.dumps({"id": "evt_1", "description": "batch.updated", "result": {}}).encode()
    assert PROVIDERS["easypost"].read(told, bodies.signed_easypost(NEW, told)) is None
    told = bodies.seventeen_track("SF1", event="TRACKING_STOPPED")
    assert PROVIDERS["17track"].read(told, bodies.signed_seventeen_track(NEW, told)) is None
    told = bodies.aftership("SF1", event="edd_revise")
    assert PROVIDERS["aftership"].read(told, bodies.signed_aftership(NEW, told)) is None
