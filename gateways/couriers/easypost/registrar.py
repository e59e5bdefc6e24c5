"""Asking EasyPost to follow a parcel."""

from pydantic import SecretStr

from gateways.couriers.tracking_registration import client_of, post


class EasyPostRegistrar:
    """EasyPost, which answers with the tracker it has. Source: its Trackers API."""

    def __init__(self, key: SecretStr, base_url: str = "https://api.easypost.com") -> None:
        self._http = client_of(base_url, auth=(key.get_secret_value(), ""))

    def register(self, tracking_number: str) -> None:
        """Have the parcel followed; raises as `Registrar`."""
        post(self._http, "/v2/trackers", {"tracker": {"tracking_code": tracking_number}})
