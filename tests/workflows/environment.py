"""What a workflow test's shop stands on: a database of its own, and the activities that a worker serves."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from temporalio.testing import WorkflowEnvironment

from activities.cases import CaseActivities
from activities.payouts import PayoutActivities
from activities.signal_times import SignalTimeActivities
from activities.stock import StockActivities
from db.cases.cases import Cases
from db.core.engine import Database
from db.core.migrate import migrate
from db.payouts.disputes import Disputes
from db.payouts.payouts import Payouts
from gateways.calendars import HolidayCalendars
from gateways.policy_repository import PolicyRepository
from gateways.signal_history import TemporalHistory
from tests.support.fakes import ForgetfulStock, ObedientGateway, OpenVault
from tests.workflows.shop import Shop
from worker.build import ActivitySet

VERSIONS = Path(__file__).parents[2] / "policy" / "versions"


@contextmanager
def open_shop(env: WorkflowEnvironment, folder: Path) -> Iterator[tuple[Shop, ActivitySet]]:
    """Give a shop on the server and the activities for its worker, who comes and goes as the test likes."""
    url = f"sqlite:///{folder}/refunds.db"
    migrate(url)
    database = Database(url)
    gateway, vault = ObedientGateway(), OpenVault()
    stock = ForgetfulStock(database, lambda: datetime.now(UTC))
    activity_set = ActivitySet(
        cases=CaseActivities(Cases(database), PolicyRepository(VERSIONS), HolidayCalendars(), stock),
        payouts=PayoutActivities(Payouts(database), {"stripe": gateway}, vault, lambda: datetime.now(UTC)),
        stock=StockActivities(stock, Disputes(database), Payouts(database)),
        signal_times=SignalTimeActivities(TemporalHistory(env.client)),
    )
    try:
        yield Shop(env, database, stock, gateway, vault), activity_set
    finally:
        database.close()
