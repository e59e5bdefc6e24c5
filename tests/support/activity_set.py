"""The activities of a worker over a test's database: real ones, which pay through the gateway that the test gives."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from temporalio.client import Client

from activities.cases import CaseActivities
from activities.payouts import PayoutActivities
from activities.ports.payment_gateway import PaymentGateway
from activities.signal_times import SignalTimeActivities
from activities.stock import StockActivities
from db.cases.cases import Cases
from db.core.engine import Database
from db.orders.orders import Orders
from db.orders.stock import StockTable
from db.payouts.disputes import Disputes
from db.payouts.payouts import Payouts
from gateways.calendars import HolidayCalendars
from gateways.payments.registry import payment_step
from gateways.policy_repository import PolicyRepository
from gateways.signal_history import TemporalHistory
from tests.support.fakes import OpenVault
from worker.build import ActivitySet

VERSIONS = Path(__file__).parents[2] / "policy" / "versions"


def real_time() -> datetime:
    return datetime.now(UTC)


def activity_set_of(
    client: Client,
    database: Database,
    gateway: PaymentGateway,
    *,
    now: Callable[[], datetime] = real_time,
    stock: StockTable | None = None,
    vault: OpenVault | None = None,
) -> ActivitySet:
    """Return what a case needs; the gateway stands behind `stripe`, and pinned evidence is never changed."""
    stock = stock or StockTable(database, now)
    return ActivitySet(
        cases=CaseActivities(
            Cases(database), Orders(database), PolicyRepository(VERSIONS), HolidayCalendars(), stock, payment_step
        ),
        payouts=PayoutActivities(Payouts(database), {"stripe": gateway}, vault or OpenVault(), now),
        stock=StockActivities(stock, Disputes(database), Payouts(database)),
        signal_times=SignalTimeActivities(TemporalHistory(client)),
    )
