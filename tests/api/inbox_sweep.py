"""The sweep of the inbox, as the worker of the API's tests carries it."""

from uuid import uuid4

from temporalio.client import Client

from activities.inbox.chargeback_holds import ChargebackHolds
from activities.inbox.courier_events import CourierEventInbox
from activities.inbox.payment_events import PaymentEventInbox
from activities.inbox.payment_names import PaymentNames
from activities.inbox.sweep import InboxActivities
from activities.inbox.tracking_registrations import TrackingRegistrations
from activities.ports.inbox import Registrar
from db.cases.cases import Cases
from db.cases.submissions import Submissions
from db.core.engine import Database
from db.inbox.courier_events import CourierEvents
from db.inbox.parcels import Parcels
from db.inbox.payment_events import GatewayEvents
from db.inbox.tracking_registrations import Registrations
from db.payouts.disputes import Disputes
from db.payouts.payment_references import PaymentReferences
from db.payouts.payouts import Payouts
from tests.support.api_client import Clock
from workflows.client.case_notifier import TemporalCaseNotifier
from workflows.inbox_sweep import InboxSweepAsked, InboxSweepWorkflow, InboxSwept
from workflows.options import TASK_QUEUE


def inbox_of(client: Client, database: Database, clock: Clock, registrar: Registrar | None = None) -> InboxActivities:
    notifier, cases, disputes = TemporalCaseNotifier(client, Submissions(database)), Cases(database), Disputes(database)
    names = PaymentNames(PaymentReferences(database), {})
    return InboxActivities(
        PaymentEventInbox(GatewayEvents(database), Payouts(database), disputes, notifier, clock, names),
        CourierEventInbox(CourierEvents(database), Parcels(database), cases, notifier, clock),
        ChargebackHolds(cases, disputes, notifier),
        TrackingRegistrations(Registrations(database), registrar, clock),
    )


async def sweep(temporal: Client, **asked: int) -> InboxSwept:
    """Sweep the inbox once, as its schedule does."""
    return await temporal.execute_workflow(
        InboxSweepWorkflow.run, InboxSweepAsked(**asked), id=f"inbox-sweep/{uuid4().hex}", task_queue=TASK_QUEUE
    )
