"""The ids that Stripe gives a payment: a payment intent and a charge, where old charges have no intent."""

from collections.abc import Mapping
from typing import Any

CHARGES = ("ch_", "py_")
INTENTS = "pi_"


def is_charge(reference: str) -> bool:
    """Return whether the id is a charge's; `py_` is that of a payment without a card."""
    return reference.startswith(CHARGES)


def references(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids of the payment that an object names, the intent first; raises KeyError if it names none.

    Stripe sends them plain or expanded.
    """
    named = tuple(_id(body.get(name)) for name in ("payment_intent", "charge"))
    found = tuple(one for one in named if one)  # an old charge has no intent
    if not found:
        raise KeyError("charge")
    return found


def _id(named: str | Mapping[str, Any] | None) -> str | None:
    return named if named is None or isinstance(named, str) else str(named["id"])
