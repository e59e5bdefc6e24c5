"""The services that routes depend on; built when the API starts and injected by FastAPI."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Self

from fastapi import Depends, Request
from temporalio.client import Client

from activities.inbox.courier_events import CourierEventInbox
from activities.inbox.payment_events import PaymentEventInbox
from activities.inbox.payment_names import PaymentNames
from activities.ports.case_notifier import CaseNotifier
from activities.ports.payment_gateway import PaymentGateway
from activities.restored_records import RecordRecovery
from api.http.auth import KeyRing
from api.refund_workflows import RefundWorkflows
from db.cases.cases import Cases
from db.cases.evidence import EvidenceBook
from db.cases.submissions import Submissions
from db.core.engine import Database
from db.inbox.courier_events import CourierEvents
from db.inbox.parcels import Parcels
from db.inbox.payment_events import GatewayEvents
from db.inbox.scans import Scans
from db.orders.orders import Orders
from db.orders.stock import StockTable
from db.payouts.disputes import Disputes
from db.payouts.payment_references import PaymentReferences
from db.payouts.payouts import Payouts
from db.reconciliation.findings import Findings
from gateways.couriers.provider import CourierReader
from gateways.evidence.evidence_store import EvidenceStore
from gateways.payments.provider import WebhookReader
from gateways.policy_repository import POLICY_VERSIONS, PolicyRepository
from workflows.client.case_notifier import TemporalCaseNotifier
from workflows.client.case_runs import TemporalCaseRuns


@dataclass(frozen=True)
class Services:
    """The database, the evidence store, the running workflows, the keys, the webhook readers, and the clock."""

    database: Database
    orders: Orders
    submissions: Submissions
    cases: Cases
    evidence: EvidenceBook
    payouts: Payouts
    disputes: Disputes
    events: GatewayEvents
    courier_events: CourierEvents
    findings: Findings
    parcels: Parcels
    scans: Scans
    stock: StockTable
    policies: PolicyRepository
    store: EvidenceStore
    workflows: RefundWorkflows
    notifier: CaseNotifier
    keys: KeyRing
    now: Callable[[], datetime]
    webhooks: Mapping[str, WebhookReader]
    couriers: Mapping[str, CourierReader]
    payment_names: PaymentNames
    recovery: RecordRecovery

    @property
    def payment_inbox(self) -> PaymentEventInbox:
        """The inbox that applies payment providers' webhooks."""
        return PaymentEventInbox(self.events, self.payouts, self.disputes, self.notifier, self.now, self.payment_names)

    @property
    def courier_inbox(self) -> CourierEventInbox:
        """The inbox that applies couriers' webhooks."""
        return CourierEventInbox(self.courier_events, self.parcels, self.cases, self.notifier, self.now)

    @classmethod
    def over(  # noqa: PLR0913, PLR0917 - what a service stands on
        cls,
        database: Database,
        store: EvidenceStore,
        temporal: Client,
        keys: KeyRing,
        now: Callable[[], datetime],
        webhooks: Mapping[str, WebhookReader] = MappingProxyType({}),
        couriers: Mapping[str, CourierReader] = MappingProxyType({}),
        gateways: Mapping[str, PaymentGateway] = MappingProxyType({}),
    ) -> Self:
        """Return the services built from these parts."""
        return cls(
            database=database,
            orders=Orders(database),
            submissions=Submissions(database),
            cases=Cases(database),
            evidence=EvidenceBook(database),
            payouts=Payouts(database),
            disputes=Disputes(database),
            events=GatewayEvents(database),
            courier_events=CourierEvents(database),
            findings=Findings(database),
            parcels=Parcels(database),
            scans=Scans(database),
            stock=StockTable(database, now),
            policies=PolicyRepository(POLICY_VERSIONS),
            store=store,
            workflows=RefundWorkflows(temporal),
            notifier=TemporalCaseNotifier(temporal, Submissions(database)),
            keys=keys,
            now=now,
            webhooks=webhooks,
            couriers=couriers,
            payment_names=PaymentNames(PaymentReferences(database), gateways),
            recovery=RecordRecovery(Cases(database), TemporalCaseRuns(temporal, Submissions(database))),
        )


async def _of_the_app(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(_of_the_app)]
