"""What the policy promises by example; `broken` names every example that a policy version does not keep.

What is expected stands in `promises` and never comes from the document, so that a changed constant shows.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from domain.calendar import Deadline
from domain.cases.case import Case, Refusal
from domain.cases.case_lines import Shipment
from domain.cases.messages import CourierTracking
from domain.enums import CaseState, EvidenceStatus, Reason
from domain.money import Money
from domain.policy_document import PolicyDocument
from gateways.calendars import HolidayCalendars
from gateways.policy_repository import PolicyRepository
from policy import audit, deadlines, refund_amount, request
from policy.parcels.return_postage import told
from tests.policy import facts
from tests.policy.facts import LAMP, MUG, SELLERS_FAULT
from tests.policy.promises import REQUEST_WINDOWS, RETURN_CAPS, RETURN_REVIEWS, TEXT_CODES, WAIVER_CEILINGS, WINDOWS
from tests.support.factories import order_line, payment

Vector = Callable[[PolicyDocument], bool]


def broken(policy: PolicyDocument) -> list[str]:
    return [name for name, holds in vectors() if not holds(policy)]


def vectors() -> Iterator[tuple[str, Vector]]:
    for received, last in REQUEST_WINDOWS:
        yield f"R3 received {received}, window to {last}", _asks_until(received, last)
    for state, lasts in WINDOWS.items():
        yield f"windows of {state}", _runs_until(state, lasts)
    for reason in Reason:
        yield f"R8 evidence for {reason}", _needs_evidence(reason)
        yield f"R2 whose fault {reason} is", _is_of_the_seller(reason)
        yield f"R10 special goods for {reason}", _refuses_special_goods(reason)
        yield f"R30, R31 postage for {reason}", _bears_postage(reason)
    yield from ((f"R30 return postage reviewed in {one}", _reviews_return(one)) for one in RETURN_REVIEWS)
    yield "R30 return postage can be told after the payout", _takes_postage_until
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
    policies = PolicyRepository(folder)
    midnight = datetime(2024, 12, 31, 16, tzinfo=UTC)
    before, since = policies.in_force(midnight - timedelta(seconds=1)), policies.in_force(midnight)
    return (before.version, since.version) == ("2024-01-01", "2025-01-01")


def calendar_of(policy: PolicyDocument, around: datetime):
    return HolidayCalendars().calendar(policy.country, policy.timezone, around)


def _asks_until(received: str, last: str) -> Vector:
    bought = facts.order(parcels=(facts.parcel(MUG, LAMP, delivered_at=facts.local(received)),))
    end = facts.last_second(last)

    def holds(policy: PolicyDocument) -> bool:
        calendar = calendar_of(policy, end)
        in_time = facts.assessed(bought, facts.intake(received_at=end), policy, calendar)
        late = facts.assessed(bought, facts.intake(received_at=end + timedelta(seconds=1)), policy, calendar)
        return isinstance(in_time, Deadline) and isinstance(late, Refusal) and late.deadline == in_time

    return holds


def _runs_until(state: CaseState, lasts: dict[str, str]) -> Vector:
    since = facts.local("2026-03-02")

    def holds(policy: PolicyDocument) -> bool:
        opened = [spec.since(since) for spec in deadlines.windows_of(state, policy)]
        computed = [deadlines.compute(one, calendar_of(policy, since)) for one in opened]
        return {one.what: one.last_day for one in computed} == {
            what: date.fromisoformat(day) for what, day in lasts.items()
        }

    return holds


def _needs_evidence(reason: Reason) -> Vector:
    announced, pinned = (facts.pin(status) for status in (EvidenceStatus.ANNOUNCED, EvidenceStatus.PINNED))

    def holds(policy: PolicyDocument) -> bool:
        needed = request.missing_evidence(reason, policy, (announced,))
        return needed is (reason in SELLERS_FAULT) and not request.missing_evidence(reason, policy, (pinned,))

    return holds


def _is_of_the_seller(reason: Reason) -> Vector:
    return lambda policy: policy.is_sellers_fault(reason) is (reason in SELLERS_FAULT)


def _refuses_special_goods(reason: Reason) -> Vector:
    made = order_line(MUG, "Mug with a name", unit_price=1500, special=True)
    bought = facts.order(lines=(made,), parcels=(facts.parcel(MUG, delivered_at=facts.local("2026-03-02")),))

    def holds(policy: PolicyDocument) -> bool:
        judged = facts.assessed(bought, facts.intake(reason=reason), policy, facts.china())
        return isinstance(judged, Refusal) and judged.rule == "R10"

    return holds


def _bears_postage(reason: Reason) -> Vector:
    expected = (150, 900) if reason in SELLERS_FAULT else (0, 0)
    owed = facts.settled(facts.case((MUG, 1), reason=reason, shipment=_shipment(900, "USD")), accepted=1)

    def holds(policy: PolicyDocument) -> bool:
        due = refund_amount.refund_due(owed, policy)
        return (due.goods.minor, due.outbound_postage.minor, due.return_postage.minor) == (1500, *expected)

    return holds


def _waives_up_to(currency: str) -> Vector:
    ceiling = WAIVER_CEILINGS.get(currency)
    waiver = facts.decision(waive_return=True)

    def holds(policy: PolicyDocument) -> bool:
        if ceiling is None:
            return audit.check_audit_decision(_worth(1, currency), waiver, policy) is not None
        at, above = (
            audit.check_audit_decision(_worth(value, currency), waiver, policy) for value in (ceiling, ceiling + 1)
        )
        return at is None and above is not None and above.rule == "R23"

    return holds


def _caps_return(currency: str) -> Vector:
    cap = RETURN_CAPS[currency]
    owed = _worth(5000, currency, shipment=_shipment(cap + 1, currency))

    def holds(policy: PolicyDocument) -> bool:
        return refund_amount.refund_due(facts.settled(owed, accepted=1), policy).return_postage.minor == cap

    return holds


def _reviews_return(currency: str) -> Vector:
    most = RETURN_REVIEWS[currency]
    case = _worth(1, currency, process_version=2)
    paid = {
        minor: CourierTracking(carrier="ups", tracking_number="1Z999", postage=Money(minor=minor, currency=currency))
        for minor in (most, most + 1)
    }

    def holds(policy: PolicyDocument) -> bool:
        borne = [told(case, one, case.opened_at, policy).return_postage[0].borne.minor for one in paid.values()]
        return borne == [most, 0]

    return holds


def _takes_postage_until(policy: PolicyDocument) -> bool:
    since = facts.local("2026-03-02")
    [window] = deadlines.postage_windows(facts.case(paid_at=since, state=CaseState.REFUNDED), policy)
    return deadlines.compute(window.since(since), calendar_of(policy, since)).last_day == date(2026, 3, 11)


def _worth(minor: int, currency: str, **changes) -> Case:
    line = order_line(MUG, unit_price=minor)
    paid = payment("pi_1", minor)
    bought = facts.order(currency=currency, lines=(line,), payments=(paid,), outbound_postage=0, parcels=())
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
