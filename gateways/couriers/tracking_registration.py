"""Telling a tracking provider which parcels to follow, so that it sends its webhooks about them."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx2
from pydantic import SecretStr

from domain.errors import GatewayUnavailableError, RegistrationRefusedError

_PATIENCE_SECONDS = 10
_REFUSED = frozenset({400, 404, 409, 422})
_SEVENTEEN_TRACK_KNOWN = -18019901
_AFTERSHIP_KNOWN = 4003
Json = dict[str, Any]


class SeventeenTrackRegistrar:
    """17TRACK, which finds the carrier by itself. Source: its tracking API v2.2, `register`."""

    def __init__(self, key: SecretStr, base_url: str = "https://api.17track.net") -> None:
        self._http = _client(base_url, {"17token": key.get_secret_value()})

    def register(self, tracking_number: str) -> None:
        """Have the parcel followed; raises as `Registrar`."""
        body = _posted(self._http, "/track/v2.2/register", [{"number": tracking_number}])
        data: Json = body.get("data") or {}
        rejected: list[Json] = data.get("rejected") or []
        for one in rejected:
            if one["error"]["code"] != _SEVENTEEN_TRACK_KNOWN:
                raise RegistrationRefusedError(f"17TRACK does not follow {tracking_number}: {one['error']['code']}")


class AfterShipRegistrar:
    """AfterShip, which finds the carrier by itself. Source: its Tracking API, `POST /trackings`."""

    def __init__(self, key: SecretStr, base_url: str = "https://api.aftership.com") -> None:
        self._http = _client(base_url, {"as-api-key": key.get_secret_value()})

    def register(self, tracking_number: str) -> None:
        """Have the parcel followed; raises as `Registrar`."""
        _posted(
            self._http,
            "/tracking/2026-07/trackings",
            {"tracking_number": tracking_number},
            is_known=_is_known_to_aftership,
        )


class EasyPostRegistrar:
    """EasyPost, which answers with the tracker it has. Source: its Trackers API."""

    def __init__(self, key: SecretStr, base_url: str = "https://api.easypost.com") -> None:
        self._http = _client(base_url, auth=(key.get_secret_value(), ""))

    def register(self, tracking_number: str) -> None:
        """Have the parcel followed; raises as `Registrar`."""
        _posted(self._http, "/v2/trackers", {"tracker": {"tracking_code": tracking_number}})


def _is_known_to_aftership(body: Json) -> bool:
    meta: Json = body.get("meta") or {}
    return meta.get("code") == _AFTERSHIP_KNOWN


def _client(
    base_url: str, headers: Mapping[str, str] | None = None, auth: tuple[str, str] | None = None
) -> httpx2.Client:
    return httpx2.Client(base_url=base_url, headers=headers, auth=auth, timeout=_PATIENCE_SECONDS, trust_env=False)


def _posted(
    client: httpx2.Client, path: str, sent: Json | list[Json], is_known: Callable[[Json], bool] = lambda _body: False
) -> Json:
    host = client.base_url.host
    try:
        answer = client.post(path, json=sent)
        body: Json = answer.json()
    except (httpx2.HTTPError, ValueError) as error:
        raise GatewayUnavailableError(f"{host} did not answer ({type(error).__name__})") from error
    if answer.is_success or is_known(body):
        return body
    if answer.status_code in _REFUSED:
        raise RegistrationRefusedError(f"{host} refuses to follow the parcel, HTTP {answer.status_code}")
    raise GatewayUnavailableError(f"{host} cannot follow the parcel now, HTTP {answer.status_code}")
