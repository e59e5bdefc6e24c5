"""Takes one safeguard out of the gateway's adapter; a pytest plugin too, then named by the environment (SABOTAGE)."""

import os
from collections.abc import Callable
from itertools import count
from typing import Any

from domain.cases.payout import Payout
from gateways.payments.stripe.gateway import StripeGateway

Replace = Callable[[type, str, Any], None]
"""Puts another method in the place of a class's own, as `setattr` and pytest's `monkeypatch.setattr` do."""


def without_key(replace: Replace) -> None:
    """Let every call have a key of its own."""
    refund, calls = StripeGateway.refund, count()

    def keyless(self: StripeGateway, case_id: str, payout: Payout) -> Any:
        return refund(self, case_id, payout.amend(idempotency_key=f"{payout.idempotency_key}/{next(calls)}"))

    replace(StripeGateway, "refund", keyless)


def without_look_up(replace: Replace) -> None:
    """Let nothing that was paid ever be found."""
    replace(StripeGateway, "find_refund", lambda _gateway, _payout: None)


SABOTAGES: dict[str, Callable[[Replace], None]] = {
    "key": without_key,
    "look-up": without_look_up,
    "nothing": lambda _replace: None,
}


def pytest_configure() -> None:
    """Take it out before anything is collected."""
    SABOTAGES[os.environ["SABOTAGE"]](setattr)
