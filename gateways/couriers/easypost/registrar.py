"""Registers parcels with EasyPost."""

from pydantic import SecretStr

from gateways.couriers.tracking_registration import client_of, post


class EasyPostRegistrar:
    """EasyPost, which returns the existing tracker for a repeat. Source: its Trackers API."""

    def __init__(self, key: SecretStr, base_url: str = "https://api.easypost.com") -> None:
        self._http = client_of(base_url, auth=(key.get_secret_value(), ""))

    def register(self, tracking_number: str) -> None:
        """Have EasyPost follow the parcel; raises as `Registrar.register` does."""
        post(self._http, "/v2/trackers", {"tracker": {"tracking_code": tracking_number}})
