"""Orders, cases and submissions for the tests of the database, and many threads at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

from sqlalchemy import text

from db.cases.submissions import Submission
from db.core.engine import Database
from domain.cases.case import Case
from domain.cases.case_lines import CaseLine
from domain.cases.payout import Payout
from domain.cases.timeline import TimelineEntry
from domain.enums import CaseState, Reason
from domain.money import Money
from domain.order import Order
from domain.payout_state import PayoutState
from domain.request import AnnouncedEvidence, RefundRequest, RequestedLine
from tests.support import factories
from tests.support.factories import NOON, order_line, payment, unit_shares

MUGS = order_line(quantity=5, tax=50, discount=7)
LAMP = order_line("LAMP", "Lamp", unit_price=2500)
CARD = payment("pi_card", 6000)
VOUCHER = payment("pi_voucher", 2243)


def an_order(**changes: Any) -> Order:
    """An order of 8243 minor units: 5043 for the mugs, 2500 for the lamp, 700 for the postage; paid by its own."""
    number = changes.get("order_number", "O-1")
    facts: dict[str, Any] = {
        "currency": "EUR",
        "placed_at": NOON - timedelta(days=9),
        "lines": (MUGS, LAMP),
        "payments": tuple(one.amend(reference=one.reference + number.removeprefix("O-1")) for one in (CARD, VOUCHER)),
    }
    return factories.order(number, delivered_days_ago=3, **{**facts, **changes})


def case_id(number: int) -> str:
    return f"rc_{number:08d}"


def a_case(number: int = 1, *, mugs: int = 1, order: Order | None = None, **changes: Any) -> Case:
    """A case for mugs, with the shares of all of them on offer."""
    order = order or an_order()
    line = CaseLine(sku="MUG", product_name="Mug", quantity=mugs, units=unit_shares(order, "MUG"))
    facts: dict[str, Any] = {
        "case_id": case_id(number),
        "policy_version": "2026-01-01",
        "lines": (line,),
    }
    return factories.case(order, **{**facts, **changes})


def later(case: Case, **changes: Any) -> Case:
    """The case a version on."""
    at = case.updated_at + timedelta(minutes=1)
    return case.amend(**{"version": case.version + 1, "updated_at": at, **changes})


def owing(case: Case, goods: int, return_postage: int = 0, **changes: Any) -> Case:
    """The case a version on, with so much to be refunded."""
    due = factories.refund_owed(goods, return_postage=return_postage, currency="EUR")
    return later(case, **{"state": CaseState.PAYOUT_DUE, "refund_due": due, **changes})


def settled(case: Case, outcome: PayoutState = PayoutState.SUCCEEDED, **changes: Any) -> Case:
    """The case a version on, with every payout through a gateway in the state."""
    payouts = tuple(one if one.provider == "reimbursement" else one.amend(state=outcome) for one in case.payouts)
    return later(case, payouts=payouts, **changes)


def money(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


def entry(seq: int, event: str = "happened", **changes: Any) -> TimelineEntry:
    return TimelineEntry(
        **{"seq": seq, "at": NOON + timedelta(seconds=seq), "actor": "system", "event": event, **changes}
    )


def a_submission(number: int = 1, **changes: Any) -> Submission:
    request = RefundRequest(
        order_number="O-1",
        customer_id="c-1",
        reason=Reason.QUALITY,
        description="The handle came off.",
        lines=(RequestedLine(sku="MUG", quantity=2),),
        evidence=(AnnouncedEvidence(filename="handle.jpg", content_type="image/jpeg", size=2048),),
    )
    facts: dict[str, Any] = {
        "idempotency_key": "key-1",
        "principal": "shop",
        "body_sha256": "a" * 64,
        "case_id": case_id(number),
        "request": request,
        "evidence_ids": (f"ev_{number}",),
        "received_at": NOON,
    }
    return Submission(**{**facts, **changes})


def amounts(payouts: Sequence[Payout]) -> list[tuple[str, int]]:
    return [(payout.payment_reference, payout.amount.minor) for payout in payouts]


def at_once(callers: int, call: Callable[[int], Any]) -> list[Any]:
    """Call from so many threads at the same moment and return what each got, an exception included."""
    gate = Barrier(callers)

    def one(number: int) -> Any:
        gate.wait()
        try:
            return call(number)
        except Exception as error:  # noqa: BLE001 - the test looks at every outcome
            return error

    with ThreadPoolExecutor(callers) as pool:
        return list(pool.map(one, range(callers)))


def rows(database: Database, query: str, **values: Any) -> list[tuple[Any, ...]]:
    """Ask the database itself."""
    with database.reading() as connection:
        return [tuple(row) for row in connection.execute(text(query), values)]


def execute(database: Database, statement: str, **values: Any) -> None:
    """Go past every class to the tables."""
    with database.writing() as connection:
        connection.execute(text(statement), values)
