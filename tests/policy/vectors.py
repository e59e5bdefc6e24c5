"""What the policy promises by example; `broken` names every example that a policy version does not keep.

The examples are worked out by hand from RULES.md and never read the document, so that a changed constant shows.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from domain.calendar import Deadline
from domain.case import Case, Refusal, Shipment
from domain.money import Money
from domain.order import OrderLine, Payment
from domain.policy_document import PolicyDocument
from domain.words import CaseState, EvidenceStatus, Reason
from gateways.calendars import HolidayCalendars
from gateways.policy_shelf import PolicyShelf
from policy import audit, money, request, windows
from tests.policy import facts
from tests.policy.facts import LAMP, MUG, SELLERS_FAULT

Vector = Callable[[PolicyDocument], bool]

# Working-day vectors of RULES.md, China: day of receipt, last day of the request window.
REQUEST_WINDOWS = [
    ("2026-02-12", "2026-02-28"),
    ("2026-02-14", "2026-03-03"),
    ("2026-02-15", "2026-03-03"),
    ("2026-09-17", "2026-09-28"),
    ("2026-09-24", "2026-10-12"),
    ("2026-09-30", "2026-10-15"),
    ("2026-10-01", "2026-10-15"),
]

# Windows opened on Monday 2026-03-02, with no holiday near: state, and the last day of each.
WINDOWS = {
    CaseState.INFORMATION_REQUESTED: {
        "information": "2026-03-11",
        "information_reminder_1": "2026-03-05",
        "information_reminder_2": "2026-03-10",
    },
    CaseState.UNDER_AUDIT: {"audit_target": "2026-03-04"},
    CaseState.AWAITING_RETURN: {
        "ship_by": "2026-03-11",
        "ship_by_reminder_1": "2026-03-05",
        "ship_by_reminder_2": "2026-03-10",
    },
    CaseState.IN_TRANSIT: {"ship_by": "2026-03-11", "parcel_stalled": "2026-04-01"},
    CaseState.RECEIVED: {"ship_by": "2026-03-11", "inspection_target": "2026-03-05"},
    CaseState.INSPECTION_FAILED: {"ship_by": "2026-03-11", "decision_target": "2026-03-04"},
    CaseState.LOST_IN_RETURN: {"decision_target": "2026-03-04"},
    CaseState.PAYOUT_DUE: {
        "ship_by": "2026-03-11",
        "payout_submit": "2026-03-03",
        "payout_alert": "2026-03-09",
        "payout": "2026-03-11",
    },
    CaseState.PAYOUT_BLOCKED: {
        "ship_by": "2026-03-11",
        "payout_submit": "2026-03-03",
        "payout_alert": "2026-03-09",
        "payout": "2026-03-11",
        "decision_target": "2026-03-04",
    },
}
WAIVER_CEILINGS = {"USD": 3000, "EUR": 3000, "CNY": 20000}
RETURN_CAPS = {"USD": 3000, "EUR": 3000, "GBP": 2500, "JPY": 4000, "CNY": 10000}
TEXT_CODES = [
    "evidence_does_not_show",
    "signs_of_use",
    "not_a_defect",
    "damage_after_receipt",
    "no_ground_for_goodwill",
]


def broken(policy: PolicyDocument) -> list[str]:
    return [name for name, holds in vectors() if not holds(policy)]


def vectors() -> Iterator[tuple[str, Vector]]:
    for received, last in REQUEST_WINDOWS:
        yield f"R3 received {received}, window to {last}", _asks_until(received, last)
    for state, lasts in WINDOWS.items():
        yield f"windows of {state}", _runs_until(state, lasts)
    for reason in Reason:
        yield f"R8 evidence for {reason}", _needs_evidence(reason)
        yield f"R10 special goods for {reason}", _refuses_special_goods(reason)
        yield f"R30, R31 postage for {reason}", _bears_postage(reason)
    for currency in ("USD", "EUR", "GBP", "JPY", "CNY"):
        yield f"R23 ceiling in {currency}", _waives_up_to(currency)
        yield f"R30 return cap in {currency}", _caps_return(currency)
        yield (
            f"R16 no auto-approval in {currency}",
            lambda policy, of=currency: not audit.auto_approves(_worth(1, of, reason=Reason.PERSONAL), policy),
        )
    for code in TEXT_CODES:
        yield f"R15 text for {code}", lambda policy, of=code: audit.text_for_customer(of, policy) is not None
    yield "R18 a return address", lambda policy: len(policy.return_address) == 4


def in_force_vectors_hold(folder: Path) -> bool:
    """Whether the last second before 2025 in Shanghai and the first of it get their versions, by a folder of two."""
    shelf = PolicyShelf(folder)
    midnight = datetime(2024, 12, 31, 16, tzinfo=UTC)
    before, since = shelf.in_force(midnight - timedelta(seconds=1)), shelf.in_force(midnight)
    return (before.version, since.version) == ("2024-01-01", "2025-01-01")


def calendar_of(policy: PolicyDocument, around: datetime):
    return HolidayCalendars().calendar(policy.country, policy.timezone, around)


def _asks_until(received: str, last: str) -> Vector:
    bought = facts.order(parcels=(facts.parcel(MUG, LAMP, delivered_at=facts.local(received)),))
    end = facts.last_second(last)

    def holds(policy: PolicyDocument) -> bool:
        calendar = calendar_of(policy, end)
        in_time = request.assess(bought, facts.intake(received_at=end), policy, calendar)
        late = request.assess(bought, facts.intake(received_at=end + timedelta(seconds=1)), policy, calendar)
        return isinstance(in_time, Deadline) and isinstance(late, Refusal) and late.deadline == in_time

    return holds


def _runs_until(state: CaseState, lasts: dict[str, str]) -> Vector:
    since = facts.local("2026-03-02")

    def holds(policy: PolicyDocument) -> bool:
        opened = [spec.since(since) for spec in windows.windows_of(state, policy)]
        deadlines = [windows.compute(one, calendar_of(policy, since)) for one in opened]
        return {one.what: one.last_day for one in deadlines} == {
            what: date.fromisoformat(day) for what, day in lasts.items()
        }

    return holds


def _needs_evidence(reason: Reason) -> Vector:
    announced, pinned = (facts.pin(status) for status in (EvidenceStatus.ANNOUNCED, EvidenceStatus.PINNED))

    def holds(policy: PolicyDocument) -> bool:
        needed = request.missing_evidence(reason, policy, (announced,))
        return needed is (reason in SELLERS_FAULT) and not request.missing_evidence(reason, policy, (pinned,))

    return holds


def _refuses_special_goods(reason: Reason) -> Vector:
    made = OrderLine(sku=MUG, product_name="Mug with a name", quantity=1, unit_price=1500, special=True)
    bought = facts.order(lines=(made,), parcels=(facts.parcel(MUG, delivered_at=facts.local("2026-03-02")),))

    def holds(policy: PolicyDocument) -> bool:
        judged = request.assess(bought, facts.intake(reason=reason), policy, facts.china())
        return isinstance(judged, Refusal) and judged.rule == "R10"

    return holds


def _bears_postage(reason: Reason) -> Vector:
    expected = (150, 900) if reason in SELLERS_FAULT else (0, 0)
    owed = facts.settled(facts.case((MUG, 1), reason=reason, shipment=_shipment(900, "USD")), accepted=1)

    def holds(policy: PolicyDocument) -> bool:
        due = money.refund_due(owed, policy)
        return (due.goods.minor, due.outbound_postage.minor, due.return_postage.minor) == (1500, *expected)

    return holds


def _waives_up_to(currency: str) -> Vector:
    ceiling = WAIVER_CEILINGS.get(currency)
    waiver = facts.decision(waive_return=True)

    def holds(policy: PolicyDocument) -> bool:
        if ceiling is None:
            return audit.judge(_worth(1, currency), waiver, policy) is not None
        at, above = (audit.judge(_worth(value, currency), waiver, policy) for value in (ceiling, ceiling + 1))
        return at is None and above is not None and above.rule == "R23"

    return holds


def _caps_return(currency: str) -> Vector:
    cap = RETURN_CAPS[currency]
    owed = _worth(5000, currency, shipment=_shipment(cap + 1, currency))

    def holds(policy: PolicyDocument) -> bool:
        return money.refund_due(facts.settled(owed, accepted=1), policy).return_postage.minor == cap

    return holds


def _worth(minor: int, currency: str, **changes) -> Case:
    line = OrderLine(sku=MUG, product_name="Mug", quantity=1, unit_price=minor)
    payment = Payment(provider="stripe", reference="pi_1", amount=minor)
    bought = facts.order(currency=currency, lines=(line,), payments=(payment,), outbound_postage=0, parcels=())
    return facts.case((MUG, 1), of=bought, **changes)


def _shipment(postage: int, currency: str) -> Shipment:
    at = facts.local("2026-03-05")
    return Shipment(
        carrier="ups",
        tracking_number="1Z999",
        status="in_transit",
        registered_at=at,
        last_moved_at=at,
        postage=Money(minor=postage, currency=currency),
    )
