"""An order of one lamp, paid through one provider in one currency, and everything that can happen to its money."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from local.demo.shop import Json
from tests.e2e.system import LAMP, System
from tests.support.api_client import body_of
from tests.support.factories import order, order_line, payment
from tests.support.waiting import wait_until

STEPS = {("stripe", "KWD"): 10, ("paypal", "HUF"): 100, ("paypal", "JPY"): 1}
"""The smallest amounts that a provider refunds, where they are not one minor unit."""


def each(*pairs: str) -> pytest.MarkDecorator:
    """Play the test for each pair of a provider and a currency, such as "stripe USD"."""
    return pytest.mark.parametrize(("provider", "currency"), [tuple(one.split()) for one in pairs], ids=pairs)


@dataclass(frozen=True)
class Sale:
    """What was sold and how it was paid; amounts are in minor units of the currency."""

    system: System
    provider: str
    currency: str
    order_number: str
    reference: str
    captured: int

    @property
    def step(self) -> int:
        """The smallest amount that the provider refunds."""
        return STEPS.get((self.provider, self.currency), 1)

    def bring_back(self, reason: str = "personal", postage: int | None = None) -> Json:
        """Have the lamp asked for, approved and sent back; the warehouse has not seen it yet."""
        case = self.system.ask(self.order_number, reason, LAMP)
        self.system.approve(case)
        paid = {} if postage is None else {"postage": {"minor": postage, "currency": self.currency}}
        self.system.ship(case, **paid)
        return case

    def accept(self, case: Json) -> None:
        """Have the warehouse accept the lamp."""
        self.system.inspect(case, LAMP)

    def until(self, case: Json, state: str) -> Json:
        return self.system.shop.wait_for(case["case_id"], state)

    def decide(self, case: Json, decision: str, as_: str = "finance", **parts: Any) -> Json:
        """Have a person decide about the case's money."""
        body = {"decision": decision, **parts}
        return self.system.shop.call(as_, "POST", f"/v1/refunds/{case['case_id']}/resolution", body)

    def money(self, minor: int) -> Json:
        return {"minor": minor, "currency": self.currency}

    def refund_by_hand(self, minor: int) -> Json:
        """Refund in the provider's dashboard, and wait until the service has heard of it."""
        made = self.system.gateway("POST", "/sandbox/dashboard/refunds", {"reference": self.reference, "amount": minor})
        self.until_heard()
        return made

    def fail_refund(self, refund_id: str) -> None:
        """Let a refund fail that had succeeded."""
        self.system.gateway("POST", f"/sandbox/refunds/{refund_id}", {"status": "failed"})

    def dispute(self, minor: int | None = None, **more: Any) -> Json:
        """Open a dispute, and wait until the service has heard of it."""
        asked = {"reference": self.reference, **({"amount": minor} if minor else {}), **more}
        opened = self.system.gateway("POST", "/sandbox/disputes", asked)
        self.until_heard()
        return opened

    def end_dispute(self, dispute: Json, status: str | None = None, **more: Any) -> None:
        """Let the dispute end, and wait until the service has heard of it."""
        self.system.gateway("POST", f"/sandbox/disputes/{dispute['id']}", {"status": status, **more})
        self.until_heard()

    def until_heard(self) -> None:
        """Wait until the service has taken and applied all that the provider told."""
        path = "/sandbox/webhooks/deliveries"
        wait_until(lambda: all(one["delivered_at"] for one in self.system.gateway("GET", path)))
        wait_until(lambda: not self.system.events_to_apply())

    def refunds(self) -> list[int]:
        """Return what the provider refunded, oldest first."""
        return [one["amount"] for one in reversed(self._refunds())]

    def _refunds(self) -> list[Json]:
        found = self.system.gateway("GET", "/sandbox/ledger")["refunds"]
        return [one for one in found if one["payment"] == self.reference and one["status"] == "succeeded"]

    def taken_by_disputes(self) -> int:
        """Return what lost disputes took of the payment by the provider's own books."""
        found = self.system.gateway("GET", "/sandbox/ledger")["disputes"]
        return sum(one["taken"] for one in found if one["payment"] == self.reference and one["status"] == "lost")

    def assert_adds_up(self, case: Json, borne: int = 0) -> None:
        """Check that the customer has no more than was captured and borne, and that what is owed is a task or paid."""
        shown = self.system.shop.case(case["case_id"])
        outside = [one for one in shown["payouts"] if one["provider"] == "reimbursement" and not one["released"]]
        paid_outside = sum(one["amount"]["minor"] for one in outside if one["state"] == "succeeded")
        back = sum(self.refunds()) + self.taken_by_disputes() + paid_outside
        assert back <= self.captured + borne, f"{back} went back of {self.captured} and {borne}"
        assert_view_adds_up(shown)
        waits = [one for one in outside if one["state"] == "action_required"]
        is_open = shown["next_step"]["party"] != "nobody"
        assert is_open or not waits, "an end while something is owed outside"
        assert (shown["next_step"]["by"] is not None) is is_open, "a task has a deadline"
        assert shown["state"] != "refunded" or back > 0, "refunded without any money"
        by_hand = {one["id"] for one in self._refunds() if "payout_id" not in one["metadata"]}
        self.system.assert_books_agree(self.order_number, by_hand=by_hand)


def assert_view_adds_up(shown: Json) -> None:
    """Check that what finance sees of a case and of its order's payments adds up."""
    amounts = {name: one["minor"] for name, one in shown["amounts"].items() if isinstance(one, dict)}
    parts = ("paid", "on_its_way", "counted_total", "waived", "still_owed")
    assert amounts["owed"] + amounts["overpaid"] == sum(amounts[part] for part in parts)
    assert sum(one["amount"]["minor"] for one in shown["amounts"]["counted"]) == amounts["counted_total"]
    assert sum(one["amount"]["minor"] for one in shown["amounts"]["obligations"]) <= amounts["still_owed"]
    for payment_shown in shown["payments"]:
        of = {name: one["minor"] for name, one in payment_shown.items() if isinstance(one, dict)}
        gone = ("refunded", "other_account", "reserved", "returned_total", "room")
        assert of["captured"] + of["exceeded"] == sum(of[part] for part in gone)
        assert of["reserved"] >= 0
    is_ended = shown["next_step"]["party"] == "nobody"
    assert not is_ended or amounts["still_owed"] == 0, "an end while something is owed"


def sell(system: System, provider: str, currency: str, minor: int, postage: int = 0, **payments: Any) -> Sale:
    """Capture a payment and place the order; `payments` are other ids of the payment."""
    name = uuid4().hex[:12]
    reference = payments.pop("reference", f"pi_{name}" if provider == "stripe" else f"CAP{name}")
    captured = {"reference": reference, "amount": minor + postage, "currency": currency, **payments}
    system.gateway("POST", "/sandbox/payments", captured)
    number = f"SALE-{name}"
    bought = order(
        now=datetime.now(UTC),
        customer_id="customer-1",
        currency=currency,
        lines=(order_line(LAMP.sku, LAMP.product_name, unit_price=minor),),
        outbound_postage=postage,
        payments=(payment(reference, minor + postage, provider),),
    )
    system.shop.call("storefront", "PUT", f"/v1/orders/{number}", body_of(bought))
    return Sale(system, provider, currency, number, reference, minor + postage)
