"""Registers parcels with 17TRACK."""

from pydantic import SecretStr

from domain.errors import RegistrationRefusedError
from gateways.couriers.tracking_registration import Json, client_of, post

_KNOWN = -18019901


class SeventeenTrackRegistrar:
    """17TRACK, which finds the carrier by itself. Source: its tracking API v2.2, `register`."""

    def __init__(self, key: SecretStr, base_url: str = "https://api.17track.net") -> None:
        self._http = client_of(base_url, {"17token": key.get_secret_value()})

    def register(self, tracking_number: str) -> None:
        """Have 17TRACK follow the parcel; raises as `Registrar.register` does."""
        body = post(self._http, "/track/v2.2/register", [{"number": tracking_number}])
        data: Json = body.get("data") or {}
        rejected: list[Json] = data.get("rejected") or []
        for one in rejected:
            if one["error"]["code"] != _KNOWN:
                raise RegistrationRefusedError(f"17TRACK does not follow {tracking_number}: {one['error']['code']}")
