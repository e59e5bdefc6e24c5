"""The shop, its auditor, its warehouse and a customer, as clients of the HTTP API."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx2

from local.stack.stack_config import Urls

Json = dict[str, Any]

PATIENCE_SECONDS = 60
POLL_SECONDS = 0.05
OUTBOUND_POSTAGE = 700


class UnexpectedAnswerError(Exception):
    """The system's answer is not what the demo expects."""


@dataclass(frozen=True)
class Line:
    """A line of a demo order."""

    sku: str
    product_name: str
    unit_price: int
    quantity: int = 1
    special: bool = False


class Shop:
    """Plays everybody who uses the service."""

    def __init__(self, urls: Urls, keys: dict[str, str]) -> None:
        self._api = httpx2.Client(base_url=urls.api, timeout=30)
        self._sandbox = httpx2.Client(base_url=urls.sandbox, timeout=10)
        self._keys = keys
        self._numbers = count(1)

    def close(self) -> None:
        """Close all connections."""
        self._api.close()
        self._sandbox.close()

    def place_order(self, *lines: Line, delivered_days_ago: int = 1) -> str:
        """Capture a payment, create the order, and return its number."""
        number = f"DEMO-{next(self._numbers)}"
        now = datetime.now(UTC)
        total = sum(line.unit_price * line.quantity for line in lines) + OUTBOUND_POSTAGE
        payment = {"reference": _reference(number), "amount": total, "currency": "USD"}
        self._sandbox.post("/sandbox/payments", json=payment).raise_for_status()
        delivered = now - timedelta(days=delivered_days_ago)
        self.call(
            "storefront",
            "PUT",
            f"/v1/orders/{number}",
            {
                "customer_id": "customer-1",
                "currency": "USD",
                "placed_at": (delivered - timedelta(days=6)).isoformat(),
                "lines": [vars(line) for line in lines],
                "outbound_postage": OUTBOUND_POSTAGE,
                "payments": [{"provider": "stripe", "reference": payment["reference"], "amount": total}],
                "parcels": [
                    {
                        "tracking_number": f"OUT{number.replace('-', '')}",
                        "skus": [line.sku for line in lines],
                        "delivered_at": delivered.isoformat(),
                    }
                ],
            },
        )
        return number

    def state_stock(self, line: Line, available: int) -> None:
        """Set how many units of a product are available as replacements, and what one costs."""
        product = {"product_name": line.product_name, "available": available, "prices": {"USD": line.unit_price}}
        self.call("storefront", "PUT", f"/v1/stock/{line.sku}", product)

    def available(self, line: Line) -> int:
        """Return how many units of a product are available."""
        return int(self.call("storefront", "GET", f"/v1/stock/{line.sku}")["available"])

    def ask(
        self,
        order_number: str,
        reason: str,
        lines: list[Json],
        evidence: list[Json] | None = None,
        resolution: str = "refund",
    ) -> Json:
        """Request a refund or an exchange; return the case, or the problem if it is refused."""
        body: Json = {
            "order_number": order_number,
            "customer_id": "customer-1",
            "reason": reason,
            "resolution": resolution,
            "description": "Played by the demo.",
            "lines": lines,
            "evidence": evidence or [],
        }
        return self._send("storefront", "POST", "/v1/refunds", body, {"Idempotency-Key": f"demo-{order_number}"})

    def upload(self, case: Json, files: dict[str, bytes]) -> None:
        """Upload each announced file with its ticket, and confirm the upload."""
        for ticket in case["upload_tickets"]:
            put = httpx2.put(ticket["url"], content=files[ticket["filename"]], headers=ticket["headers"], timeout=30)
            put.raise_for_status()
            self.call("storefront", "POST", f"/v1/refunds/{case['case_id']}/evidence/{ticket['evidence_id']}/uploaded")

    def call(self, role: str, method: str, path: str, body: Json | None = None) -> Json:
        """Return the API's answer; raises UnexpectedAnswerError if it is a problem."""
        answer = self._send(role, method, path, body)
        if "detail" in answer and "status" in answer:
            raise UnexpectedAnswerError(f"{method} {path}: {answer['status']} {answer['detail']}")
        return answer

    def case(self, case_id: str) -> Json:
        """Return the case as the API shows it."""
        return self.call("admin", "GET", f"/v1/refunds/{case_id}")

    def timeline(self, case_id: str) -> list[Json]:
        """Return the timeline of the case."""
        answer = self.call("admin", "GET", f"/v1/refunds/{case_id}/timeline")
        return answer["items"] if "items" in answer else answer["entries"]

    def wait_for(self, case_id: str, state: str) -> Json:
        """Return the case once it is in this state; raises UnexpectedAnswerError after a minute."""
        return self.wait_until(case_id, lambda case: case["state"] == state)

    def wait_until(self, case_id: str, is_so: Callable[[Json], bool]) -> Json:
        """Return the case once the condition is true; raises UnexpectedAnswerError after a minute."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not is_so(case := self.case(case_id)):
            if time.monotonic() > until:
                raise UnexpectedAnswerError(f"{case_id} hangs; it is {case['state']}")
            time.sleep(POLL_SECONDS)
        return case

    def refunds_at_gateway(self, order_number: str) -> list[Json]:
        """Return the refunds of an order in the payment provider's own books."""
        return [refund for refund in self._books()["refunds"] if _reference(order_number) in refund.values()]

    def captured(self, order_number: str) -> int:
        """Return the captured amount of an order in the payment provider's own books, in cents."""
        payments = self._books()["payments"]
        return sum(payment["amount"] for payment in payments if _reference(order_number) in payment.values())

    def dispute(self, order_number: str, amount: int) -> Json:
        """Have the customer's bank dispute a part of the order's payment."""
        asked = {"reference": _reference(order_number), "amount": amount}
        return self._sandbox.post("/sandbox/disputes", json=asked).raise_for_status().json()  # type: ignore[no-any-return]

    def lose_dispute(self, dispute: Json) -> None:
        """Let the bank decide the dispute for the customer."""
        self._sandbox.post(f"/sandbox/disputes/{dispute['id']}", json={"status": "lost"}).raise_for_status()

    def taken_by_disputes(self, order_number: str) -> int:
        """Return what disputes took of an order's payment in the payment provider's own books, in cents."""
        disputes = self._books()["disputes"]
        return sum(one["taken"] for one in disputes if _reference(order_number) in one.values())

    def break_gateway(self, *faults: Json) -> None:
        """Plan faults at the payment provider."""
        self._sandbox.put("/sandbox/faults", json=list(faults)).raise_for_status()

    def _books(self) -> Json:
        books: Json = self._sandbox.get("/sandbox/ledger").raise_for_status().json()
        return books

    def _send(
        self, role: str, method: str, path: str, body: Json | None = None, headers: dict[str, str] | None = None
    ) -> Json:
        authorization = {"Authorization": f"Bearer {self._keys[role]}"}
        answer = self._api.request(method, path, json=body, headers={**authorization, **(headers or {})})
        parsed: Json = answer.json()
        return parsed


def _reference(order_number: str) -> str:
    return f"pi_{order_number.replace('-', '')}"
