"""Both books, real: a database with paid cases, and the payment sandbox's own ledger."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from temporalio.testing import ActivityEnvironment

from activities.inbox.payment_names import PaymentNames
from activities.ports.payment_gateway import PaymentGateway
from activities.reconciliation import ReconciliationActivities, ReconciliationInput, ReconciliationResult
from db.cases.cases import Cases
from db.core.engine import Database
from db.inbox.payment_events import GatewayEvents
from db.orders.orders import Orders
from db.payouts.payment_references import PaymentReferences
from db.payouts.payouts import Payouts
from db.reconciliation.books import Books
from db.reconciliation.findings import Findings
from domain.cases.case import Case
from domain.findings import Finding
from domain.payout_state import PayoutState
from gateways.payments.stripe.gateway import StripeGateway
from tests.db.facts import CARD, a_case, an_order, later, owing

_numbers = count(1)


class BooksFixture:
    """Where cases are paid, and then compared with what the provider says."""

    def __init__(self, url: str, sandbox: Any) -> None:
        self.sandbox = sandbox
        self.database = Database(url)
        self.cases, self.orders, self.payouts = Cases(self.database), Orders(self.database), Payouts(self.database)
        self.findings, self.events = Findings(self.database), GatewayEvents(self.database)
        self.gateway = StripeGateway(sandbox.api_key, sandbox.url)
        self.skipped = timedelta(0)
        self.began = self.now() - timedelta(seconds=1)
        self.heartbeats: list[tuple[Any, ...]] = []

    def close(self) -> None:
        self.database.close()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.skipped

    def planned(self, goods: int = 4_000, reference: str | None = None, other_reference: str | None = None) -> Case:
        """Return a case whose one payout is planned, over a payment that the provider captured under its ids."""
        number = next(_numbers)
        payment = CARD.amend(reference=reference or f"pi_books{number}", amount=8_243)
        captured = {"reference": payment.reference, "amount": payment.amount, "currency": "EUR"}
        self.sandbox.call("POST", "/sandbox/payments", {**captured, "other_reference": other_reference})
        order = an_order(order_number=f"O-{number}", payments=(payment,))
        self.orders.put(order)
        owed = owing(self.cases.open(a_case(number, order=order), []), goods=goods)
        case = later(owed, payouts=self.cases.plan_payouts(owed))
        self.cases.record(case, [])
        return case

    def submitted(self, goods: int = 4_000) -> Case:
        """Return a case whose payout the provider has carried out, which our books do not know yet."""
        case = self.planned(goods)
        payout = self.payouts.submitting(case.payouts[0], self.now())
        self.gateway.refund(case.case_id, payout)
        return later(case, payouts=(payout,))

    def paid(self, goods: int = 4_000) -> Case:
        """Return a case whose payout succeeded, in both books."""
        case = self.submitted(goods)
        return self.recorded(case, state=PayoutState.SUCCEEDED, settled_at=self.now())

    def recorded(self, case: Case, **changes: Any) -> Case:
        """Record how the case's payout stands now."""
        refund = self.gateway.find_refund(case.payouts[0])
        told = {"gateway_refund_id": refund.refund_id if refund else None, **changes}
        case = later(case, payouts=(case.payouts[0].amend(**told),))
        self.cases.record(case, [])
        return case

    def by_hand(self, case: Case, minor: int = 500) -> str:
        """Refund in the provider's dashboard, where nobody knows of payouts; return the refund's id."""
        fields = {"payment_intent": case.payouts[0].payment_reference, "amount": str(minor)}
        return self.sandbox.stripe("POST", "/refunds", fields).raise_for_status().json()["id"]

    def look(
        self, *, is_first: bool = True, since: datetime | None = None, also: Mapping[str, PaymentGateway] | None = None
    ) -> ReconciliationResult:
        """Compare, as a worker does."""
        gateways = {"stripe": self.gateway, **(also or {})}
        activities = ReconciliationActivities(
            gateways,
            Books(self.database),
            self.payouts,
            self.findings,
            self.events,
            self.now,
            PaymentNames(PaymentReferences(self.database), gateways),
        )
        environment = ActivityEnvironment()
        environment.on_heartbeat = lambda *told: self.heartbeats.append(told)
        return environment.run(activities.reconcile, ReconciliationInput(since=since or self.began, is_first=is_first))

    def open_findings(self, case: Case) -> list[Finding]:
        """Return what is open about the case's payouts and payment."""
        mine = {one.payment_reference for one in case.payouts}
        refunds = {one["id"] for reference in mine for one in self.sandbox.refunds(reference)}
        return [one for one in self.findings.page() if one.case_id == case.case_id or one.refund_id in refunds]
