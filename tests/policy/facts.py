"""Facts that the policy's tests judge: an order, a request and a case, each valid as it stands."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from domain.calendar import Deadline, Window, WindowName, WorkCalendar
from domain.cases.case import Case, Refusal
from domain.cases.case_lines import CaseLine, InspectedLine
from domain.cases.evidence import EvidencePin
from domain.cases.messages import AuditDecision, CaseResolution, WarehouseInspection
from domain.enums import AuditVerdict, CaseState, EvidenceStatus, InspectionVerdict, Reason, ResolutionDecision
from domain.money import Money
from domain.order import Order, Parcel
from domain.policy_document import PolicyDocument
from domain.request import CaseIntake
from gateways.calendars import HolidayCalendars
from gateways.policy_repository import PolicyRepository
from policy.request import assess
from policy.units.order_units import order_units
from policy.units.request_windows import line_windows
from tests.support import factories
from tests.support.factories import order_line, payment, unit_shares

VERSIONS = Path(__file__).parents[2] / "policy" / "versions"
POLICY = PolicyRepository(VERSIONS).version("2025-01-01")
SHANGHAI = ZoneInfo("Asia/Shanghai")
CASE_ID = "rc_01k0v6xq3e7h"
MUG, LAMP = "MUG-1", "LAMP-2"
NOON = time(12)
SELLERS_FAULT = [Reason.QUALITY, Reason.NOT_AS_DESCRIBED, Reason.TRANSIT_DAMAGE]


def china() -> WorkCalendar:
    """China around 2026 as it is known before the calendar of 2027 is published, however new the package is."""
    known = HolidayCalendars().calendar("CN", "Asia/Shanghai", datetime(2026, 6, 1, tzinfo=UTC))
    return known.amend(published_years=frozenset({2025, 2026}))


def weekdays_only(*published: int, timezone: str = "Asia/Shanghai") -> WorkCalendar:
    return WorkCalendar(timezone=timezone, published_years=frozenset(published), days={})


def local(day: str, at: time = NOON) -> datetime:
    return datetime.combine(date.fromisoformat(day), at, SHANGHAI)


def last_second(day: str) -> datetime:
    return local(day, time(23, 59, 59))


usd = factories.usd


def amended(policy: PolicyDocument = POLICY, **changes) -> PolicyDocument:
    return policy.amend(**changes)


def order(**changes) -> Order:
    """Two mugs and a lamp, 60.00 of goods and 6.00 of postage, delivered in one parcel on Monday 2026-03-02."""
    facts: dict[str, Any] = {
        "order_number": "A-1001",
        "customer_id": "cust-7",
        "currency": "USD",
        "placed_at": local("2026-02-20"),
        "lines": (
            order_line(MUG, quantity=2, unit_price=1500),
            order_line(LAMP, "Lamp", unit_price=3000),
        ),
        "outbound_postage": 600,
        "payments": (payment("pi_1", 6600),),
        "parcels": (parcel(MUG, LAMP, delivered_at=local("2026-03-02")),),
    }
    return factories.order(**{**facts, **changes})


def parcel(*skus: str, number: str = "OUT1", **facts) -> Parcel:
    return factories.parcel(*skus, number=number, **facts)


def intake(*asked: tuple[str, int], **changes) -> CaseIntake:
    facts = {
        "case_id": CASE_ID,
        "order_number": "A-1001",
        "customer_id": "cust-7",
        "reason": Reason.QUALITY,
        "received_at": local("2026-03-03"),
    }
    return factories.intake(*(asked or ((MUG, 1),)), **{**facts, **changes})


def case(*asked: tuple[str, int], of: Order | None = None, **changes) -> Case:
    """A case about the lines, by default both mugs, with the shares of their units."""
    bought = of or order()
    opened_at = local("2026-03-03")
    facts = {
        "case_id": CASE_ID,
        "state": CaseState.RECEIVED,
        "policy_version": POLICY.version,
        "approved_at": opened_at,
        "lines": tuple(case_line(bought, sku, quantity) for sku, quantity in asked or ((MUG, 2),)),
    }
    return factories.case(bought, at=opened_at, **{**facts, **changes})


def case_line(bought: Order, sku: str, quantity: int) -> CaseLine:
    return CaseLine(sku=sku, product_name=sku, quantity=quantity, units=unit_shares(bought, sku)[:quantity])


def offered(of: Order, quantity: int, sku: str = MUG, **changes) -> Case:
    """A case about so many units of a line, with the shares of all units of it, of which it gets some (R11)."""
    line = CaseLine(sku=sku, product_name=sku, quantity=quantity, units=unit_shares(of, sku))
    return case(of=of, lines=(line,), **changes)


def settled(of_case: Case, sku: str = MUG, **counts: int) -> Case:
    """The case with the line's counts of accepted, refused, failed or paid units set."""
    line = next(line for line in of_case.lines if line.sku == sku)
    return of_case.with_line(line.amend(**counts))


def decision(verdict: AuditVerdict = AuditVerdict.APPROVE, **facts) -> AuditDecision:
    return AuditDecision(decision=verdict, **facts)


def inspected(*found: tuple[str, int, InspectionVerdict]) -> WarehouseInspection:
    lines = tuple(InspectedLine(sku=sku, quantity=quantity, verdict=verdict) for sku, quantity, verdict in found)
    return WarehouseInspection(lines=lines, inspected_by="lin", scan_id="scan-1")


def resolution(settlement: ResolutionDecision, amount: Money | None = None) -> CaseResolution:
    return CaseResolution(decision=settlement, decided_by="mei", amount=amount)


def pin(status: EvidenceStatus, number: int = 1) -> EvidencePin:
    return EvidencePin(evidence_id=f"ev-{number}", status=status)


def window(what: str, since: datetime, **days) -> Window:
    return Window(what=WindowName(what), since=since, **days)


def deadline(what: str, when: datetime, **facts) -> Deadline:
    name, since = WindowName(what), when - timedelta(days=7)
    return Deadline(what=name, when=when.astimezone(UTC), last_day=when.date(), since=since, **facts)


def assessed(
    of: Order | None, asked: CaseIntake, policy: PolicyDocument, calendar: WorkCalendar, **known
) -> Refusal | Deadline:
    """What the policy says of a request for units of the order, as they are now."""
    windows = line_windows(asked, order_units(of, **known) if of else (), policy, calendar)
    return assess(of, asked, policy, windows)
