"""The shop's own stock: asked by webhooks that it can verify, and believed only when it answers clearly (R39)."""

import base64
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook, WebhookVerificationError

from domain.cases.exchange import Reservation
from domain.errors import StockUnavailableError
from gateways.stock_webhook import ShopStock
from tests.gateways.provider import Provider

KEY = b"a-secret-of-24-characters"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SHANGHAI = timezone(timedelta(hours=8))
RESERVATION = Reservation(
    reservation_id="rc_01k0v6xq3e7h-x1", case_id="rc_01k0v6xq3e7h", order_number="A-1", sku="CUP-1", quantity=2
)


def stock(provider: Provider) -> ShopStock:
    return ShopStock(f"{provider.url}/stock", SecretStr(KEY.decode()), lambda: NOW)


@pytest.mark.parametrize(("status", "is_held"), [("reserved", True), ("out_of_stock", False)])
def test_r39_the_shop_says_whether_it_holds_the_units(provider: Provider, status: str, is_held: bool) -> None:
    provider.answer = (200, {"status": status})
    assert stock(provider).reserve(RESERVATION) is is_held
    [(path, headers, body)] = provider.heard
    assert path == "/stock"
    assert body == {"type": "reservation.requested", "data": RESERVATION.model_dump()}
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == (
        "rc_01k0v6xq3e7h-x1.reservation.requested",
        str(int(NOW.timestamp())),
    )


@pytest.mark.parametrize("zone", [UTC, SHANGHAI])
@pytest.mark.parametrize("secret", [f"whsec_{base64.b64encode(KEY).decode()}", KEY.decode()])
def test_every_errand_is_signed_so_that_the_schemes_own_library_verifies_it(provider, secret, zone) -> None:
    provider.answer = (200, {"status": "released"})
    # The library compares the time with the machine's own clock.
    ShopStock(f"{provider.url}/stock", SecretStr(secret), lambda: datetime.now(zone)).release(RESERVATION)
    [(_, headers, _)] = provider.heard
    verifier = Webhook(KEY)
    assert verifier.verify(provider.raw[0], headers)["type"] == "reservation.released"
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        verifier.verify(provider.raw[0] + b" ", headers)


def test_a_repeat_has_the_same_id_and_another_errand_another_one(provider: Provider) -> None:
    provider.answer = (200, {"status": "reserved"})
    for _ in range(2):
        stock(provider).reserve(RESERVATION)
    provider.answer = (200, {"status": "released"})
    stock(provider).release(RESERVATION)
    ids = [headers["webhook-id"] for _, headers, _ in provider.heard]
    assert len(ids) == 3
    assert len(set(ids)) == 2


@pytest.mark.parametrize(
    "answer",
    [
        (500, {"status": "reserved"}),
        (302, {"status": "reserved"}),
        (404, {"status": "out_of_stock"}),
        (200, {"status": "released"}),
        (200, {"status": None}),
        (200, ["reserved"]),
        (200, b"<html>reserved</html>"),
        (200, {}),
    ],
)
def test_an_answer_that_is_not_clear_reserves_nothing_and_refunds_nothing(provider: Provider, answer) -> None:
    provider.answer = answer
    with pytest.raises(StockUnavailableError):
        stock(provider).reserve(RESERVATION)


def test_a_stock_that_does_not_give_back_is_asked_again(provider: Provider) -> None:
    provider.answer = (200, {"status": "reserved"})
    with pytest.raises(StockUnavailableError, match="'reserved'"):
        stock(provider).release(RESERVATION)


def test_a_stock_that_is_away_may_come_back(provider: Provider) -> None:
    away = stock(provider)
    provider.close()
    with pytest.raises(StockUnavailableError, match="did not answer"):
        away.reserve(RESERVATION)


def test_the_readme_tells_the_shop_what_it_is_asked(provider: Provider) -> None:
    provider.answer = (200, {"status": "reserved"})
    stock(provider).reserve(RESERVATION)
    provider.answer = (200, {"status": "released"})
    stock(provider).release(RESERVATION)
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    for _, headers, body in provider.heard:
        words = {body["type"], *body["data"], *(name for name in headers if name == "webhook-id")}
        assert [word for word in words if f"`{word}`" not in readme] == []
