"""What a workflow test's shop stands on: a database of its own, and the activities that a worker serves."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from temporalio.testing import WorkflowEnvironment

from db.core.engine import Database
from db.core.migrate import migrate
from tests.support.activity_set import activity_set_of, real_time
from tests.support.fakes import ForgetfulStock, ObedientGateway, OpenVault
from tests.workflows.shop import Shop
from worker.build import ActivitySet


@contextmanager
def open_shop(env: WorkflowEnvironment, folder: Path) -> Iterator[tuple[Shop, ActivitySet]]:
    """Give a shop on the server and the activities for its worker, who comes and goes as the test likes."""
    url = f"sqlite:///{folder}/refunds.db"
    migrate(url)
    database = Database(url)
    gateway, vault = ObedientGateway(), OpenVault()
    stock = ForgetfulStock(database, real_time)
    activity_set = activity_set_of(env.client, database, gateway, stock=stock, vault=vault)
    try:
        yield Shop(env, database, stock, gateway, vault), activity_set
    finally:
        database.close()
