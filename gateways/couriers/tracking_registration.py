"""Shared by all registrars: calls that ask a tracking provider to follow a parcel and send webhooks about it."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx2

from domain.errors import GatewayUnavailableError, RegistrationRefusedError

_TIMEOUT_SECONDS = 10
_REFUSED = frozenset({400, 404, 409, 422})
Json = dict[str, Any]


def client_of(
    base_url: str, headers: Mapping[str, str] | None = None, auth: tuple[str, str] | None = None
) -> httpx2.Client:
    """Return a client of a provider's API."""
    return httpx2.Client(base_url=base_url, headers=headers, auth=auth, timeout=_TIMEOUT_SECONDS, trust_env=False)


def post(
    client: httpx2.Client, path: str, sent: Json | list[Json], is_known: Callable[[Json], bool] = lambda _body: False
) -> Json:
    """Return the provider's answer, which includes an error that means "already registered" according to `is_known`.

    Raises as `Registrar.register` does.
    """
    host = client.base_url.host
    try:
        answer = client.post(path, json=sent)
        body: Json = answer.json()
    except (httpx2.HTTPError, ValueError) as error:
        raise GatewayUnavailableError(f"{host} did not answer ({type(error).__name__})") from error
    if answer.is_success or is_known(body):
        return body
    if answer.status_code in _REFUSED:
        raise RegistrationRefusedError(f"{host} refuses to follow the parcel (HTTP {answer.status_code})")
    raise GatewayUnavailableError(f"{host} cannot follow the parcel now (HTTP {answer.status_code})")
