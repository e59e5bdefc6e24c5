"""The whole system as its users meet it: real processes, real HTTP; and its books, looked into from outside."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from config.keys import development_keys
from db.engine import Database
from db.ledger import Movement
from db.payouts import Payouts
from local.demo.photos import photo
from local.demo.shop import Json, Line, Shop
from local.stack import Stack

MUG = Line("MUG-1", "Mug", 1200, quantity=2)
LAMP = Line("LAMP-1", "Desk lamp", 4500)
PAID_NOTHING = ("failed", "canceled")


@dataclass(frozen=True)
class House:
    """A running system, whoever talks to it, and its database."""

    stack: Stack
    shop: Shop
    payouts: Payouts

    def ask(self, order: str, reason: str, *lines: Line) -> Json:
        """Ask for a refund of whole lines, with a photo where the reason needs one, and return the case."""
        content = photo(200, 60, 40)
        file = {"filename": "crack.png", "content_type": "image/png", "size": len(content)}
        evidence = [] if reason == "personal" else [file]
        case = self.shop.ask(order, reason, [_units(line) for line in lines], evidence)
        self.shop.upload(case, {"crack.png": content})
        return case

    def approve(self, case: Json) -> Json:
        return self.shop.call("auditor", "POST", f"{_path(case)}/audit", {"decision": "approve"})

    def ship(self, case: Json, **more: object) -> Json:
        body = {"carrier": "sf_express", "tracking_number": "SF1234567890", **more}
        return self.shop.call("storefront", "POST", f"{_path(case)}/shipment", body)

    def inspect(self, case: Json, *lines: Line) -> Json:
        body = {"scan_id": f"scan-{case['case_id']}", "lines": [accepted(line) for line in lines]}
        return self.shop.call("warehouse", "POST", f"{_path(case)}/inspection", body)

    def events(self, case: Json) -> list[str]:
        return [entry["event"] for entry in self.shop.timeline(case["case_id"])]

    def payouts_paid(self, case: Json) -> int:
        """Return what our own ledger says went back through the gateway, in minor units."""
        moved = [one for one in self.payouts.ledger(case["case_id"]) if one.movement is Movement.REFUNDED]
        return sum(max(one.amount.minor, 0) for one in moved)

    def assert_books_agree(self, order: str, case: Json) -> None:
        """I1 to I5 of one order with one case, by the gateway's own books and by ours."""
        shown = self.shop.case(case["case_id"])
        refunds = self.shop.refunds_at_gateway(order)
        moved = sum(refund["amount"] for refund in refunds if refund["status"] not in PAID_NOTHING)
        of_payouts = Counter(refund["metadata"]["payout_id"] for refund in refunds)
        assert moved <= self.shop.captured(order), "I1 paid <= captured"
        assert self.payouts.ledger(case["case_id"]), "money moved and the ledger is empty"
        assert sum(entry.amount.minor for entry in self.payouts.ledger(case["case_id"])) == 0, "I2"
        assert self.payouts.ledger_total(order).minor == 0, "I2"
        assert set(of_payouts.values()) <= {1}, "I3 one refund a payout id"
        assert of_payouts.keys() <= {payout["payout_id"] for payout in shown["payouts"]}, "I4"
        assert shown["approved_at"], "I5 no payout without an approval"
        assert shown["inspections"], "I5 no payout without an inspection"


@contextmanager
def house(stack: Stack) -> Iterator[House]:
    """Start the system, give it with a client for everybody, and leave no process behind."""
    with stack:
        database = Database(stack.settings.database_url)
        shop = Shop(stack.urls, {holder.role.value: key for key, holder in development_keys().items()})
        try:
            yield House(stack, shop, Payouts(database))
        finally:
            shop.close()
            database.close()


def accepted(line: Line) -> Json:
    """Return a line of an inspection that found nothing wrong."""
    return {**_units(line), "verdict": "accepted", "disposition": "restock"}


def _units(line: Line) -> Json:
    return {"sku": line.sku, "quantity": line.quantity}


def _path(case: Json) -> str:
    return f"/v1/refunds/{case['case_id']}"
