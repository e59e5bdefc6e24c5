"""Webhooks of tracking providers, as the API's tests send them."""

from datetime import datetime
from uuid import uuid4

from tests.gateways.courier_strategies import PROVIDERS
from tests.support.api_client import ApiClient, told

COURIER_SECRETS = {
    "REFUNDS_AFTERSHIP_WEBHOOK_SECRETS": "one,two",
    "REFUNDS_EASYPOST_WEBHOOK_SECRETS": "three",
    "REFUNDS_SEVENTEEN_TRACK_KEYS": "four",
}
SIGNED_WITH = {"aftership": "two", "easypost": "three", "17track": "four"}


def new_number() -> str:
    return f"SF{uuid4().int % 10**12:012}"


async def tell(couriers: ApiClient, name: str, body: bytes, headers: dict[str, str]):
    """Send a body as a tracking provider's webhook."""
    return await couriers.client.post(f"/v1/webhooks/couriers/{name}", content=body, headers=headers)


async def report(couriers: ApiClient, name: str, number: str, word: str, at: datetime | str) -> None:
    """Let a provider report one checkpoint in its own words, recorded by it at that time."""
    provider, written = PROVIDERS[name], at if isinstance(at, str) else f"{at:%Y-%m-%dT%H:%M:%S}Z"
    said = provider.said(word, written)
    body = provider.write(number, said, said)
    told(await tell(couriers, name, body, provider.sign(SIGNED_WITH[name], body)), 200)


async def shipped(couriers: ApiClient, number: str | None = None):
    """Return a case whose customer sent the goods back, and the number of the parcel."""
    case = await couriers.approved()
    number = number or new_number()
    body = {"carrier": "sf_express", "tracking_number": number}
    return told(await couriers.send(case, "shipment", body, "dev-storefront"), 200), number
