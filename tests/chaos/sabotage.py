"""A pytest plugin that takes one safeguard out of the gateway's adapter, named by the environment (SABOTAGE)."""

import os
from collections.abc import Callable
from itertools import count
from typing import Any

from gateways.payments.stripe.gateway import StripeGateway


def _without_key() -> None:
    """Let every call have a key of its own."""
    refund, calls = StripeGateway.refund, count()

    def keyless(self: StripeGateway, case_id: str, payout: Any) -> Any:
        return refund(self, case_id, payout.amend(idempotency_key=f"{payout.idempotency_key}/{next(calls)}"))

    StripeGateway.refund = keyless


def _without_look_up() -> None:
    """Let nothing that was paid ever be found."""
    StripeGateway.find_refund = lambda self, payout: None


SABOTAGES: dict[str, Callable[[], None]] = {"key": _without_key, "look-up": _without_look_up, "nothing": lambda: None}


def pytest_configure() -> None:
    """Take it out before anything is collected."""
    SABOTAGES[os.environ["SABOTAGE"]]()
