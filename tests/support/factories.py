"""Orders, requests, payouts and what is told of them: each valid as it stands, and changed as a test needs it."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict, Unpack

from domain.cases.case import Case
from domain.cases.case_lines import CaseLine, InspectedLine
from domain.cases.messages import WarehouseInspection
from domain.cases.payout import Payout, RefundDue
from domain.enums import CaseState, Disposition, InspectionVerdict, Reason, ResolutionAsked
from domain.money import Money
from domain.order import Order, OrderLine, Parcel, Payment, UnitShare
from domain.payment_events import Dispute, DisputeStatus, GatewayRefundRecord
from domain.payout_state import PayoutState
from domain.request import CaseIntake, RequestedLine
from policy.refund_amount import shares_by_line

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
CASE_ID = "rc_00000001"
Changes = dict[str, Any]


class OrderChanges(TypedDict, total=False):
    """What a test may say of an order otherwise."""

    order_number: str
    customer_id: str
    currency: str
    placed_at: datetime
    lines: tuple[OrderLine, ...]
    outbound_postage: int
    payments: tuple[Payment, ...]
    parcels: tuple[Parcel, ...]
    receipt_confirmed_at: datetime | None


def usd(minor: int) -> Money:
    return Money(minor=minor, currency="USD")


def order_line(sku: str = "MUG", product_name: str = "Mug", *, unit_price: int = 1000, **changes: Any) -> OrderLine:
    facts: Changes = {"sku": sku, "product_name": product_name, "quantity": 1, "unit_price": unit_price}
    return OrderLine(**{**facts, **changes})


def payment(reference: str = "pi_1", amount: int = 10_000, provider: str = "stripe") -> Payment:
    return Payment(provider=provider, reference=reference, amount=amount)


def parcel(*skus: str, number: str = "OUT-1", **changes: Any) -> Parcel:
    return Parcel(**{"tracking_number": number, "skus": skus or ("MUG",), **changes})


THREE_LINES = (
    order_line(quantity=3, tax=100, discount=1),
    order_line("LAMP", "Lamp", unit_price=2500),
    order_line("RING", "Engraved ring", unit_price=4000, special=True),
)
POSTAGE = 700


def order(
    number: str = "O-1", *, now: datetime = NOON, delivered_days_ago: float = 1, **changes: Unpack[OrderChanges]
) -> Order:
    """Return an order of mugs, a lamp and an engraved ring, delivered in one parcel and paid by one payment of its own.

    Whatever its lines and postage are, the payment covers just them, and the parcel held all of them.
    """
    delivered = now - timedelta(days=delivered_days_ago)
    lines, postage = changes.get("lines", THREE_LINES), changes.get("outbound_postage", POSTAGE)
    facts: Changes = {
        "order_number": number,
        "customer_id": "c-1",
        "currency": "USD",
        "placed_at": delivered - timedelta(days=5),
        "lines": lines,
        "outbound_postage": postage,
        **changes,
    }
    if "payments" not in changes:
        facts["payments"] = (payment(f"pi_{number}", sum(line.paid for line in lines) + postage),)
    if "parcels" not in changes:
        facts["parcels"] = (parcel(*(line.sku for line in lines), delivered_at=delivered),)
    return Order(**facts)


def unit_shares(of: Order, sku: str, step: int = 1) -> tuple[UnitShare, ...]:
    """Return what was paid for each unit of a line as it was sold."""
    return shares_by_line(of, step).get(sku, ())


def intake(*asked: tuple[str, int], exchange_for: str | None = None, **changes: Any) -> CaseIntake:
    """Return a request for units of some lines, by default a mug, for a personal reason."""
    facts: Changes = {
        "case_id": CASE_ID,
        "order_number": "O-1",
        "customer_id": "c-1",
        "reason": Reason.PERSONAL,
        "lines": tuple(
            RequestedLine(sku=sku, quantity=quantity, exchange_for=exchange_for)
            for sku, quantity in asked or (("MUG", 1),)
        ),
        "received_at": NOON,
    }
    return CaseIntake(**{**facts, **changes})


def case(of: Order, *lines: CaseLine, at: datetime = NOON, **changes: Any) -> Case:
    """Return a case over lines of the order, opened at that time."""
    facts: Changes = {
        "case_id": CASE_ID,
        "order_number": of.order_number,
        "customer_id": of.customer_id,
        "currency": of.currency,
        "state": CaseState.UNDER_AUDIT,
        "reason": Reason.QUALITY,
        "reason_asked": Reason.QUALITY,
        "resolution": ResolutionAsked.REFUND,
        "policy_version": "2025-01-01",
        "opened_at": at,
        "updated_at": at,
        "lines": lines,
    }
    return Case(**{**facts, **changes})


def refund_owed(goods: int, *, return_postage: int = 0, label: int = 0, currency: str = "USD") -> RefundDue:
    """Return what is owed for goods and the way back, less what the label cost; in minor units."""

    def money(minor: int) -> Money:
        return Money(minor=minor, currency=currency)

    return RefundDue(
        goods=money(goods),
        outbound_postage=money(0),
        return_postage=money(return_postage),
        label_deduction=money(label),
        total=money(goods + return_postage - label),
    )


def payout(case_id: str = CASE_ID, number: int = 1, *, minor: int = 4000, **changes: Any) -> Payout:
    """Return a planned payout of a case; its key is the one that its attempt has."""
    facts: Changes = {
        "payout_id": f"{case_id}-p{number}",
        "provider": "stripe",
        "payment_reference": "pi_1",
        "amount": usd(minor),
        "idempotency_key": f"refund/{case_id}/p{number}/a{changes.get('attempt', 1)}",
    }
    return Payout(**{**facts, **changes})


def refund_record(refund_id: str = "re_1", *, minor: int = 4000, **changes: Any) -> GatewayRefundRecord:
    """Return a refund that succeeded as the gateway's books have it; it names no payout, as one made by hand."""
    facts: Changes = {
        "provider": "stripe",
        "refund_id": refund_id,
        "payment_reference": "pi_1",
        "amount": usd(minor),
        "state": PayoutState.SUCCEEDED,
        "created_at": NOON,
    }
    return GatewayRefundRecord(**{**facts, **changes})


def dispute(
    status: DisputeStatus = DisputeStatus.OPEN, payment_reference: str = "pi_1", *, minor: int = 4000, **changes: Any
) -> Dispute:
    """Return a chargeback over a payment, as the provider last told of it."""
    facts: Changes = {
        "provider": "stripe",
        "dispute_id": "dp_1",
        "payment_reference": payment_reference,
        "amount": usd(minor),
        "status": status,
        "changed_at": NOON,
    }
    return Dispute(**{**facts, **changes})


def inspected_line(
    sku: str = "MUG",
    quantity: int = 1,
    verdict: InspectionVerdict | str = InspectionVerdict.ACCEPTED,
    disposition: Disposition | None = Disposition.RESTOCK,
) -> InspectedLine:
    return InspectedLine(sku=sku, quantity=quantity, verdict=InspectionVerdict(verdict), disposition=disposition)


def inspection(*found: tuple[str, int, str], **changes: Any) -> WarehouseInspection:
    """Return what the warehouse found of so many units of each line."""
    lines = tuple(inspected_line(*one) for one in found)
    return WarehouseInspection(**{"lines": lines, "inspected_by": "wang", **changes})
