"""Calls to PayPal's REST API, including its access token and its errors."""

import time
from collections.abc import Mapping
from threading import Lock
from types import MappingProxyType
from typing import Any

import httpx2

from domain.errors import AnswerLostError, DomainError, GatewayUnavailableError, PayoutRefusedError

LIVE = "https://api-m.paypal.com"
_MARGIN_SECONDS = 60
_REFUSED = frozenset({400, 404, 422})
_SERVER_ERROR, _BUSY = 500, 503
_NOT_LET_IN = frozenset({401, 403})
Json = dict[str, Any]


class PayPalClient:
    """A client of one account; safe to share between threads. It retries a call only after an expired token.

    Source: developer.paypal.com/api/rest/authentication, /api/rest/responses.
    """

    def __init__(self, client_id: str, client_secret: str, base_url: str | None, timeout_seconds: float) -> None:
        self._http = httpx2.Client(base_url=base_url or LIVE, timeout=timeout_seconds, trust_env=False)
        self._credentials = (client_id, client_secret)
        self._lock = Lock()
        self._token, self._expires_at = "", 0.0

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        """Return the resource at the path.

        Raises PayoutRefusedError if a retry cannot help, AnswerLostError if no complete answer came, and
        GatewayUnavailableError for everything else.
        """
        return self._asked("GET", path, params=params)

    def post(self, path: str, body: Json | bytes, headers: Mapping[str, str] | None = None) -> Json:
        """Return the answer to the request; raises as `get` does."""
        sent: Json = {"content": body} if isinstance(body, bytes) else {"json": body}
        return self._asked("POST", path, headers={"Content-Type": "application/json", **(headers or {})}, **sent)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def _asked(self, method: str, path: str, headers: Mapping[str, str] = MappingProxyType({}), **sent: Any) -> Json:  # noqa: ANN401 - httpx2's own
        authorized = {"Authorization": f"Bearer {self._valid_token()}", **headers}
        try:
            answer = self._http.request(method, path, headers=authorized, **sent)
            if answer.is_success:
                body: Json = answer.json()
                return body
        except (httpx2.HTTPError, ValueError) as error:
            raise AnswerLostError(
                "PayPal did not answer: whether it paid is unknown until it is asked again"
            ) from error
        raise self._failure(answer)

    def _valid_token(self) -> str:
        with self._lock:
            if time.monotonic() >= self._expires_at:
                self._renew_token()
            return self._token

    def _renew_token(self) -> None:
        try:
            answer = self._http.post(
                "/v1/oauth2/token", data={"grant_type": "client_credentials"}, auth=self._credentials
            )
            body: Json = answer.raise_for_status().json()
            self._token, lasts_seconds = str(body["access_token"]), float(body["expires_in"])
        except (httpx2.HTTPError, ValueError, KeyError) as error:
            raise GatewayUnavailableError(
                f"PayPal does not issue an access token ({type(error).__name__}): check its settings"
            ) from error
        self._expires_at = time.monotonic() + lasts_seconds - _MARGIN_SECONDS

    def _failure(self, answer: httpx2.Response) -> DomainError:
        """Return the error that PayPal's answer means for a payout."""
        status = answer.status_code
        if status in _NOT_LET_IN:
            self._expires_at = 0.0
            return GatewayUnavailableError(f"PayPal does not accept the credentials (HTTP {status})")
        if status >= _SERVER_ERROR and status != _BUSY:
            return AnswerLostError(
                f"PayPal failed with HTTP {status}: whether it paid is unknown until it is asked again"
            )
        if status not in _REFUSED:
            return GatewayUnavailableError(f"PayPal cannot serve the request now (HTTP {status})")
        code = _issue(answer)
        return PayoutRefusedError(f"PayPal refuses: {code} (debug id {answer.headers.get('paypal-debug-id')})", code)


def _issue(answer: httpx2.Response) -> str:
    """Return PayPal's code for the error in lower case, never its message."""
    try:
        body: Json = answer.json()
        details: list[Json] = body.get("details") or [{}]
        return str(details[0].get("issue") or body["name"]).lower()[:64]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return "invalid_request"
