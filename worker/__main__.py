"""`python -m worker`: processes refunds until it is stopped, and finishes the tasks that it has begun."""

import asyncio
import gc
import logging
import signal
import sys
from datetime import UTC, datetime

import uvloop
from temporalio.client import Client
from temporalio.common import WorkerDeploymentVersion
from temporalio.service import RPCError

from activities.calendar_updates import CalendarUpdateActivities
from activities.cases import CaseActivities
from activities.inbox.chargeback_holds import ChargebackHolds
from activities.inbox.courier_events import CourierEventInbox
from activities.inbox.payment_events import PaymentEventInbox
from activities.inbox.payment_names import PaymentNames
from activities.inbox.sweep import InboxActivities
from activities.inbox.tracking_registrations import TrackingRegistrations
from activities.lost_cases import LostCaseActivities
from activities.old_runs import OldRunActivities
from activities.payouts import PayoutActivities
from activities.reconciliation import CaseUpdateActivities, ReconciliationActivities
from activities.restored_records import RecordRecovery, RestoredRecordActivities
from activities.signal_times import SignalTimeActivities
from activities.stock import Stock, StockActivities
from config.settings import Settings, load
from config.store import bucket_of
from config.temporal import connect, let_sdk_rest
from db.cases.cases import Cases
from db.cases.provisional_cases import ProvisionalCases
from db.cases.submissions import Submissions
from db.cases.watch_marks import WatchMarks
from db.core.engine import Database
from db.inbox.courier_events import CourierEvents
from db.inbox.parcels import Parcels
from db.inbox.payment_events import GatewayEvents
from db.inbox.tracking_registrations import Registrations
from db.orders.orders import Orders
from db.orders.stock import StockTable
from db.payouts.disputes import Disputes
from db.payouts.payment_references import PaymentReferences
from db.payouts.payouts import Payouts
from db.reconciliation.books import Books
from db.reconciliation.findings import Findings
from domain.errors import DatabaseUnavailableError, DomainError
from gateways.calendar_notices import NoticeFolder
from gateways.calendars import HolidayCalendars
from gateways.couriers.registry import registrar_of
from gateways.evidence.evidence_store import EvidenceStore
from gateways.payments.registry import gateways_of, payment_step
from gateways.policy_repository import POLICY_VERSIONS, PolicyRepository
from gateways.signal_history import TemporalHistory
from gateways.stock_webhook import ShopStock
from worker.build import ActivitySet, build_worker
from worker.release import version_of
from worker.schedules import ensure_schedules, sweep_calendars
from worker.search_attributes import ensure_search_attributes
from worker.versions import NotPromotedError, as_deployed, promote_first
from workflows.client.case_notifier import TemporalCaseNotifier
from workflows.client.case_runs import TemporalCaseRuns

log = logging.getLogger("worker")


def activity_set(settings: Settings, client: Client, database: Database) -> ActivitySet:
    """Return the activities with the adapters that are configured in the settings."""
    gateways, payouts = gateways_of(settings), Payouts(database)
    vault, table = EvidenceStore(bucket_of(settings)), StockTable(database, _now)
    policies, calendars = PolicyRepository(POLICY_VERSIONS), HolidayCalendars(NoticeFolder(settings.calendar_folder))
    cases, runs = Cases(database), TemporalCaseRuns(client, Submissions(database))
    return ActivitySet(
        cases=CaseActivities(Cases(database), Orders(database), policies, calendars, table, payment_step),
        payouts=PayoutActivities(payouts, gateways, vault, _now),
        stock=StockActivities(_stock(settings, table), Disputes(database), payouts),
        signal_times=SignalTimeActivities(TemporalHistory(client)),
        reconciliation=ReconciliationActivities(
            gateways,
            Books(database),
            payouts,
            Findings(database),
            GatewayEvents(database),
            _now,
            PaymentNames(PaymentReferences(database), gateways),
        ),
        update=CaseUpdateActivities(TemporalCaseNotifier(client, Submissions(database))),
        inbox=_inbox(settings, client, database),
        calendars=CalendarUpdateActivities(
            ProvisionalCases(database), policies, calendars, TemporalCaseNotifier(client, Submissions(database))
        ),
        lost=LostCaseActivities(cases, runs, RecordRecovery(cases, runs), _now),
        restored=RestoredRecordActivities(cases, runs, WatchMarks(database), _now),
        old_runs=OldRunActivities(cases, runs),
    )


async def run(settings: Settings) -> None:
    """Run the worker until SIGTERM or SIGINT."""
    database = Database(settings.database_url)
    database.ping()
    client = await connect(settings)
    await ensure_search_attributes(client)
    await ensure_schedules(client)
    await sweep_calendars(client)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    version = version_of(settings)
    worker = build_worker(
        client,
        activity_set(settings, client, database),
        max_cached_workflows=settings.max_cached_workflows,
        sandboxed=settings.workflow_sandbox,
        deployment=as_deployed(version),
    )
    _collect_garbage_seldom()
    async with worker, asyncio.TaskGroup() as beside:
        log.info(
            "worker ready: queue %s, namespace %s, version %s", worker.task_queue, client.namespace, version.build_id
        )
        promotion = beside.create_task(_promote_first(client, version))
        await stop.wait()
        promotion.cancel()
        log.info("worker stopping: it accepts no new work and finishes what it has begun")
    database.close()
    await let_sdk_rest()


def main() -> int:
    """Run with the settings of the environment; if it cannot start, stderr says why in one line."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    settings = load()
    try:
        uvloop.run(run(settings))
    except (DomainError, DatabaseUnavailableError) as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    return 0


async def _promote_first(client: Client, version: WorkerDeploymentVersion) -> None:
    """Promote the first version and log which version gets the work; a refusal does not stop the worker."""
    try:
        current = await promote_first(client, version)
    except (RPCError, NotPromotedError) as error:
        log.error("version %s is not promoted, so it gets no work: %s", version.build_id, error.message)  # noqa: TRY400
        return
    if current == version.build_id:
        log.info("version %s gets the work", current)
    else:
        log.warning(
            "version %s gets the work; to promote %s, run python -m worker.promote", current or "none", version.build_id
        )


def _inbox(settings: Settings, client: Client, database: Database) -> InboxActivities:
    notifier, cases, disputes = TemporalCaseNotifier(client, Submissions(database)), Cases(database), Disputes(database)
    names = PaymentNames(PaymentReferences(database), gateways_of(settings))
    return InboxActivities(
        PaymentEventInbox(GatewayEvents(database), Payouts(database), disputes, notifier, _now, names),
        CourierEventInbox(CourierEvents(database), Parcels(database), cases, notifier, _now),
        ChargebackHolds(cases, disputes, notifier),
        TrackingRegistrations(Registrations(database), registrar_of(settings), _now),
    )


def _stock(settings: Settings, table: StockTable) -> Stock:
    """Return the shop's own stock system if its address is set, else our own table."""
    if settings.stock_webhook_url is None or settings.stock_webhook_secret is None:
        return table
    return ShopStock(settings.stock_webhook_url, settings.stock_webhook_secret, _now)


def _collect_garbage_seldom() -> None:
    """Exclude imported objects from garbage collection and collect less often, because cases are many small objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the edge where the clock is read


if __name__ == "__main__":
    sys.exit(main())
