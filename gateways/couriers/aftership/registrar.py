"""Registers parcels with AfterShip."""

from pydantic import SecretStr

from gateways.couriers.tracking_registration import Json, client_of, post

_KNOWN = 4003


class AfterShipRegistrar:
    """AfterShip, which finds the carrier by itself. Source: its Tracking API, `POST /trackings`."""

    def __init__(self, key: SecretStr, base_url: str = "https://api.aftership.com") -> None:
        self._http = client_of(base_url, {"as-api-key": key.get_secret_value()})

    def register(self, tracking_number: str) -> None:
        """Have AfterShip follow the parcel; raises as `Registrar.register` does."""
        post(self._http, "/tracking/2026-07/trackings", {"tracking_number": tracking_number}, is_known=_is_known)


def _is_known(body: Json) -> bool:
    meta: Json = body.get("meta") or {}
    return meta.get("code") == _KNOWN
