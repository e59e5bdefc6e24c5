"""I1 to I7, looked for in the gateway's own books, the database and the cases after whatever moves money."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Table, select

from db.core.engine import Database
from db.payouts.ledger import Movement
from db.tables import CaseRow, LedgerEntryRow, OrderPaymentRow, PayoutRow, TimelineRow
from domain.cases.case import Case
from domain.cases.next_step import awaiting
from domain.money import Money
from domain.payment_events import GatewayRefundRecord
from domain.payout_state import PayoutState

PAID_NOTHING = frozenset({PayoutState.FAILED, PayoutState.CANCELED})
MOVED = {Movement.REFUNDED: 1, Movement.POSTAGE_PAID: 1, Movement.REVERSED: -1}
_STATES = {"requires_action": PayoutState.ACTION_REQUIRED}
Row = Mapping[str, Any]


@dataclass(frozen=True)
class GatewayBooks:
    """What a gateway says it captured, in minor units by payment, and whatever it refunded, by whomever."""

    captured: Mapping[str, int]
    refunds: Sequence[GatewayRefundRecord]

    @property
    def counted(self) -> list[GatewayRefundRecord]:
        """The refunds whose money left or is leaving."""
        return [one for one in self.refunds if one.state not in PAID_NOTHING]


@dataclass(frozen=True)
class Books:
    """The gateway's books and ours; `by_hand` are refunds that nobody asked us for, `answered` what we said yes to."""

    gateway: GatewayBooks
    cases: Mapping[str, Case]
    payments: Sequence[Row]
    payouts: Sequence[Row]
    entries: Sequence[Row]
    timeline: Sequence[Row]
    by_hand: Collection[str] = ()
    answered: Sequence[tuple[str, str]] = ()

    def happened(self, case_id: str) -> Counter[str]:
        return Counter(one["event"] for one in self.timeline if one["case_id"] == case_id)


def sandbox_books(told: Mapping[str, Any]) -> GatewayBooks:
    """Read the payment sandbox's ledger (GET /sandbox/ledger)."""
    return GatewayBooks(
        captured={payment["id"]: payment["amount"] for payment in told["payments"]},
        refunds=[_seen(refund, told["payments"]) for refund in told["refunds"]],
    )


def read_books(gateway: GatewayBooks, database: Database, orders: Collection[str] | None = None, **more: Any) -> Books:
    """Return the books of some orders, or of all; read the gateway first: our own record always precedes its."""
    with database.reading() as connection:

        def rows(table: Table) -> list[Row]:
            wanted = select(table) if orders is None else select(table).where(table.c.order_number.in_(orders))
            return [dict(row) for row in connection.execute(wanted).mappings()]

        cases = {row["case_id"]: Case.model_validate_json(row["document"]) for row in rows(CaseRow.__table__)}
        noted = TimelineRow.__table__
        timeline = connection.execute(select(noted).where(noted.c.case_id.in_(list(cases)))).mappings()
        return Books(
            gateway=gateway,
            cases=cases,
            payments=rows(OrderPaymentRow.__table__),
            payouts=rows(PayoutRow.__table__),
            entries=rows(LedgerEntryRow.__table__),
            timeline=[dict(row) for row in timeline],
            **more,
        )


def broken(books: Books) -> list[str]:
    return [f"{name}: {what}" for name, look in INVARIANTS.items() for what in look(books)]


def assert_invariants(books: Books) -> None:
    """Fail with everything that breaks an invariant, each with its name."""
    assert not (found := broken(books)), "\n".join(found)


def paid_within_captured(books: Books) -> Iterator[str]:
    for payment in books.payments:
        reference, captured = payment["reference"], payment["captured"]
        paid = sum(one.amount.minor for one in books.gateway.counted if one.payment_reference == reference)
        if paid > captured or paid > books.gateway.captured.get(reference, captured):
            yield f"{paid} refunded of {reference}, captured {captured}"
        if not 0 <= payment["committed"] <= captured:
            yield f"{payment['committed']} committed of {reference}, captured {captured}"


def ledger_adds_up(books: Books) -> Iterator[str]:
    for kind in ("transaction_id", "case_id", "order_number"):
        sums: dict[tuple[str, str], int] = defaultdict(int)
        for entry in books.entries:
            sums[entry[kind], entry["currency"]] += entry["amount"]
        yield from (f"{kind} {one} adds up to {left} {currency}" for (one, currency), left in sums.items() if left)
    for payout in books.payouts:
        owed = payout["amount"] if payout["state"] == PayoutState.SUCCEEDED else 0
        if (entered := _moved(books, payout["payout_id"])) != owed:
            yield f"{payout['payout_id']} is {payout['state']} over {payout['amount']}, the ledger paid {entered}"


def one_refund_a_payout(books: Books) -> Iterator[str]:
    made = Counter(one.payout_id for one in books.gateway.counted if one.payout_id)
    yield from (f"{times} refunds count for payout {payout}" for payout, times in made.items() if times > 1)


def refunds_belong_to_payouts(books: Books) -> Iterator[str]:
    ours = {payment["reference"] for payment in books.payments}
    payouts = {row["payout_id"]: row for row in books.payouts}
    for one in books.gateway.refunds:
        if one.payment_reference in ours and one.refund_id not in books.by_hand:
            yield from _strange(one, payouts.get(one.payout_id or ""))
    counted = {one.refund_id: one for one in books.gateway.refunds}
    for payout in books.payouts:
        is_paid = payout["state"] == PayoutState.SUCCEEDED and payout["payment_reference"] in books.gateway.captured
        if is_paid and payout["gateway_refund_id"] not in counted:
            yield f"{payout['payout_id']} is paid by {payout['gateway_refund_id']}, which the gateway does not know"


def paid_after_approval_and_inspection(books: Books) -> Iterator[str]:
    for case_id in {payout["case_id"] for payout in books.payouts}:
        case, happened = books.cases[case_id], books.happened(case_id)
        if not case.approved_at or not case.approved_by or not happened["approved"]:
            yield f"{case_id} has payouts and no approved audit"
        if not (case.return_waived or case.loss_accepted or (case.inspections and happened["inspected"])):
            yield f"{case_id} has payouts and no inspection"


def somebody_must_act(books: Books) -> Iterator[str]:
    for case in books.cases.values():
        if not case.is_open:
            continue
        if awaiting(case) == "nobody":
            yield f"{case.case_id} is {case.state} and nobody must act"
        if case.due is None and not case.overdue:
            yield f"{case.case_id} is {case.state} without a deadline"


def answers_are_in_the_timeline(books: Books) -> Iterator[str]:
    for (case_id, event), times in Counter(books.answered).items():
        if books.happened(case_id)[event] < times:
            yield f"{case_id} was answered {event} {times} times, its timeline has {books.happened(case_id)[event]}"
    for case in books.cases.values():
        if (told := books.happened(case.case_id)["inspected"]) < len(case.inspections):
            yield f"{case.case_id} holds {len(case.inspections)} inspections, its timeline {told}"


INVARIANTS: dict[str, Callable[[Books], Iterator[str]]] = {
    "I1 paid <= captured": paid_within_captured,
    "I2 the ledger adds up": ledger_adds_up,
    "I3 one refund a payout": one_refund_a_payout,
    "I4 every refund has its payout": refunds_belong_to_payouts,
    "I5 no payout without audit and inspection": paid_after_approval_and_inspection,
    "I6 every case ends or awaits somebody": somebody_must_act,
    "I7 what was answered happened": answers_are_in_the_timeline,
}


def _moved(books: Books, payout_id: str) -> int:
    mine = [one for one in books.entries if one["payout_id"] == payout_id and one["amount"] > 0]
    return sum(MOVED.get(Movement(one["movement"]), 0) * one["amount"] for one in mine)


def _strange(refund: GatewayRefundRecord, payout: Row | None) -> Iterator[str]:
    if payout is None:
        yield f"{refund.refund_id} belongs to no payout (it names {refund.payout_id})"
    elif refund.state not in PAID_NOTHING and _differs(refund, payout):
        yield f"{refund.refund_id} is {refund.amount} of {refund.payment_reference}, its payout is another"


def _differs(refund: GatewayRefundRecord, payout: Row) -> bool:
    return (refund.payment_reference, refund.amount.minor) != (payout["payment_reference"], payout["amount"])


def _seen(refund: Mapping[str, Any], payments: Sequence[Mapping[str, Any]]) -> GatewayRefundRecord:
    currency = next(payment["currency"] for payment in payments if payment["id"] == refund["payment"])
    return GatewayRefundRecord(
        provider="stripe",
        refund_id=refund["id"],
        payment_reference=refund["payment"],
        payout_id=refund["metadata"].get("payout_id"),
        amount=Money(minor=refund["amount"], currency=currency.upper()),
        state=PayoutState(_STATES.get(refund["status"], refund["status"])),
        created_at=datetime.fromtimestamp(refund["created"], UTC),
    )
