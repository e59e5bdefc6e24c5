"""The whole system as its users meet it: real processes, real HTTP; and its books, looked into from outside."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2

from config.keys import development_keys
from db.core.engine import Database
from db.inbox.payment_events import GatewayEvents
from db.payouts.ledger import Movement
from local.demo.photos import photo
from local.demo.shop import Json, Line, Shop
from local.stack.stack import Stack
from tests.support.invariants import assert_invariants, read_books, sandbox_books
from tests.support.ledger import Ledger

MUG = Line("MUG-1", "Mug", 1200, quantity=2)
LAMP = Line("LAMP-1", "Desk lamp", 4500)


@dataclass(frozen=True)
class System:
    """A running system, whoever talks to it, and its database."""

    stack: Stack
    shop: Shop
    database: Database
    answered: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def ask(self, order: str, reason: str, *lines: Line) -> Json:
        """Ask for a refund of whole lines, with a photo where the reason needs one, and return the case."""
        content = photo(200, 60, 40)
        file = {"filename": "crack.png", "content_type": "image/png", "size": len(content)}
        evidence = [] if reason == "personal" else [file]
        case = self.shop.ask(order, reason, [_units(line) for line in lines], evidence)
        self.shop.upload(case, {"crack.png": content})
        self.answered.append((case["case_id"], "case_opened"))
        return case

    def gateway(self, method: str, path: str, body: object = None) -> Any:
        """Ask the tester's side of the payment sandbox."""
        answer = httpx2.request(method, f"{self.stack.urls.sandbox}{path}", json=body, trust_env=False)
        return answer.raise_for_status().json()

    def approve(self, case: Json) -> Json:
        return self._say("auditor", case, "audit", {"decision": "approve"}, "approved")

    def ship(self, case: Json, **more: object) -> Json:
        body = {"carrier": "sf_express", "tracking_number": "SF1234567890", **more}
        return self._say("storefront", case, "shipment", body, "shipment_registered")

    def inspect(self, case: Json, *lines: Line) -> Json:
        body = {"scan_id": f"scan-{case['case_id']}", "lines": [accepted(line) for line in lines]}
        return self._say("warehouse", case, "inspection", body, "inspected")

    def retry(self, case: Json) -> Json:
        return self._say("finance", case, "resolution", {"decision": "retry"}, "payout_retried")

    def events(self, case: Json) -> list[str]:
        return [entry["event"] for entry in self.shop.timeline(case["case_id"])]

    def payouts_paid(self, case: Json) -> int:
        """Return what our own ledger says went back through the gateway, in minor units."""
        moved = [one for one in Ledger(self.database).of_case(case["case_id"]) if one.movement is Movement.REFUNDED]
        return sum(max(one.amount.minor, 0) for one in moved)

    def events_to_apply(self) -> int:
        """Return how many webhooks of payment providers are stored and not applied yet."""
        return GatewayEvents(self.database).count("new")

    def assert_books_agree(self, *orders: str, by_hand: Collection[str] = ()) -> None:
        """I1 to I7 of some orders with all their cases, by the gateway's own books and by ours."""
        books = read_books(sandbox_books(self._told_by_gateway()), self.database, orders, by_hand=by_hand)
        answered = [(case_id, event) for case_id, event in self.answered if case_id in books.cases]
        assert books.cases, "the orders have cases"
        assert_invariants(replace(books, answered=answered))

    def _told_by_gateway(self) -> Json:
        return httpx2.get(f"{self.stack.urls.sandbox}/sandbox/ledger", trust_env=False).raise_for_status().json()

    def _say(self, role: str, case: Json, what: str, body: Json, event: str) -> Json:
        answer = self.shop.call(role, "POST", f"/v1/refunds/{case['case_id']}/{what}", body)
        self.answered.append((case["case_id"], event))
        return answer


@contextmanager
def system(stack: Stack) -> Iterator[System]:
    """Start the system, give it with a client for everybody, and leave no process behind."""
    with stack:
        database = Database(stack.settings.database_url)
        shop = Shop(stack.urls, {holder.role.value: key for key, holder in development_keys().items()})
        try:
            yield System(stack, shop, database)
        finally:
            shop.close()
            database.close()


def accepted(line: Line) -> Json:
    """Return a line of an inspection that found nothing wrong."""
    return {**_units(line), "verdict": "accepted", "disposition": "restock"}


def _units(line: Line) -> Json:
    return {"sku": line.sku, "quantity": line.quantity}
