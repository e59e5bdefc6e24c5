"""Reconciliation: compares the gateways' books with ours in both directions."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import AwareDatetime
from temporalio import activity

from activities.inbox.payment_names import PaymentNames
from activities.ports.case_notifier import CaseNotifier
from activities.ports.inbox import PaymentEventBook, PayoutLookup
from activities.ports.payment_gateway import PaymentGateway
from activities.ports.reconciliation import Books, FindingsBook
from domain.cases.messages import RefundUpdate
from domain.errors import GatewayUnavailableError, PayoutRefusedError
from domain.findings import CLOSED_BY_PEOPLE_ONLY, Finding, FindingKind
from domain.payment_events import GatewayRefundRecord
from domain.value import Value
from policy.reconciliation import findings
from policy.reconciliation.compare import Comparison, compare, findings_not_rechecked, overdue_events, unlisted
from policy.reconciliation.event_findings import event_unapplied
from policy.reconciliation.findings import Booked

UPDATES_AT_MOST = 200
EVENTS_AT_MOST = 1_000
FINDINGS_AT_MOST = 10_000


class ReconciliationInput(Value):
    """Which refunds and payouts are compared; in the first comparison, outdated cases are told before any finding."""

    since: AwareDatetime
    is_first: bool = True


class CaseUpdate(Value):
    """A message for a case which a lost webhook should have brought."""

    case_id: str
    update: RefundUpdate


class ReconciliationResult(Value):
    """The result of one comparison: how much was compared, the differences by kind, and the cases to tell."""

    refunds: int
    payouts: int
    differences: dict[str, int]
    updates: tuple[CaseUpdate, ...] = ()


@dataclass(frozen=True)
class CaseUpdateActivities:
    """Notifies cases of changes that lost webhooks should have reported."""

    notifier: CaseNotifier

    @activity.defn(name="tell_case")
    async def notify(self, case_update: CaseUpdate) -> None:
        """Tell one case; a repeat has no further effect. Raises LookupError if the case was never submitted."""
        if not await self.notifier.notify(case_update.case_id, case_update.update):
            raise LookupError(f"case {case_update.case_id} was never submitted")


@dataclass(frozen=True)
class ReconciliationActivities:
    """Compares both books in both directions and records the differences as findings; it moves no money."""

    gateways: Mapping[str, PaymentGateway]
    books: Books
    payouts: PayoutLookup
    findings: FindingsBook
    inbox: PaymentEventBook
    now: Callable[[], datetime]
    payments: PaymentNames

    @activity.defn(name="reconcile")
    def reconcile(self, look: ReconciliationInput) -> ReconciliationResult:
        """Compare once and record the findings; those that are gone are closed, those outside the comparison stay.

        A payout about which the gateway knows more than the books is no finding in the first comparison: its case asks
        the gateway instead. Raises GatewayUnavailableError if a gateway does not answer, but only after the findings of
        the others are recorded; a retry is safe.
        """
        at, (lists, silent) = self.now(), self._lists(look.since)
        payouts = [one for one in self.books.payouts_since(look.since) if one.payout.provider not in silent]
        whole = sum((self._compared(name, seen, payouts, at) for name, seen in lists.items()), Comparison())
        for refund in whole.external_refunds:
            self.payouts.record_external_refund(self._as_in_order(refund))
        stale = tuple(one.finding for one in whole.stale)
        found = (*whole.findings, *self._of_our_own(look, at), *(() if look.is_first else stale))
        self.findings.found(found)
        self._close_gone((*found, *stale), lists.values(), payouts, at)
        if silent:
            raise GatewayUnavailableError("; ".join(f"{name}: {error.message}" for name, error in silent.items()))
        return ReconciliationResult(
            refunds=sum(map(len, lists.values())),
            payouts=len(payouts),
            differences=Counter(str(one.kind) for one in found),
            updates=_updates(whole, at) if look.is_first else (),
        )

    def _lists(
        self, since: datetime
    ) -> tuple[dict[str, list[GatewayRefundRecord]], dict[str, GatewayUnavailableError]]:
        """Return each gateway's list of refunds, and the errors of those that do not answer."""
        lists: dict[str, list[GatewayRefundRecord]] = {}
        silent: dict[str, GatewayUnavailableError] = {}
        for name in sorted(self.gateways):
            try:
                lists[name] = self._listed(name, since)
            except GatewayUnavailableError as error:
                silent[name] = error
        return lists, silent

    def _listed(self, name: str, since: datetime) -> list[GatewayRefundRecord]:
        refunds: list[GatewayRefundRecord] = []
        for refund in self.gateways[name].refunds_since(since):
            refunds.append(refund)
            activity.heartbeat(name, len(refunds))
        return refunds

    def _compared(
        self, name: str, seen: list[GatewayRefundRecord], recent: Sequence[Booked], at: datetime
    ) -> Comparison:
        """Return the differences between one gateway's list and our payouts.

        For a refund without a recent payout, all payouts are searched. A paid payout that is missing from the list is
        looked up individually, because the list has a start time and is a moment older than the books.
        """
        ours = {one.payout.payout_id: one for one in recent if one.payout.provider == name}
        refunds_of_ours = {one.payout.gateway_refund_id for one in ours.values()}
        for refund in (one for one in seen if one.payout_id not in ours and one.refund_id not in refunds_of_ours):
            if older := self.payouts.find(name, refund.payout_id, refund.refund_id):
                ours[older.payout.payout_id] = older
        singly = [one for booked in unlisted(ours.values(), seen) if (one := self._read(name, booked, at))]
        refunds = {one.refund_id: one for one in (*singly, *seen)}
        return compare(refunds.values(), ours.values(), at)

    def _read(self, name: str, booked: Booked, at: datetime) -> GatewayRefundRecord | None:
        """Return the payout's refund by asking the gateway for this one only, or None."""
        payout, gateway = booked.payout, self.gateways[name]
        activity.heartbeat(name, payout.payout_id)
        try:
            refund_id = payout.gateway_refund_id
            refund = gateway.read_refund(refund_id) if refund_id else gateway.find_refund(payout)
        except PayoutRefusedError:  # the provider's way to say that there is none
            return None
        return refund and GatewayRefundRecord(
            provider=name,
            refund_id=refund.refund_id,
            payment_reference=payout.payment_reference,
            payout_id=payout.payout_id,
            amount=refund.amount,
            state=refund.state,
            created_at=payout.submitted_at or at,
        )

    def _as_in_order(self, refund: GatewayRefundRecord) -> GatewayRefundRecord:
        """Return the refund with its payment's id as the order names it, as far as that can be found out now."""
        try:
            return self.payments.as_in_order(refund)
        except GatewayUnavailableError:
            return refund

    def _of_our_own(self, look: ReconciliationInput, at: datetime) -> list[Finding]:
        """Return the differences between our own books, the cases and the inbox."""
        books = self.books
        return [
            *(findings.case_differs(one, at) for one in books.case_differences(look.since)),
            *(findings.ledger_unbalanced(order_number, at) for order_number in books.unbalanced()),
            *(findings.reimbursement_due(one, at) for one in books.reimbursements_due()),
            *(findings.disputed_and_refunded(one, at) for one in books.refunded_and_lost()),
            *(event_unapplied(one, at) for one in overdue_events(self.inbox.pending(EVENTS_AT_MOST), at)),
        ]

    def _close_gone(
        self,
        seen: Sequence[Finding],
        lists: Iterable[Sequence[GatewayRefundRecord]],
        payouts: Sequence[Booked],
        at: datetime,
    ) -> None:
        before = self.findings.page(limit=FINDINGS_AT_MOST)
        refund_ids = {refund.refund_id for refunds in lists for refund in refunds}
        kept = findings_not_rechecked(before, {one.payout.payout_id for one in payouts}, refund_ids)
        self.findings.close_gone(
            frozenset(FindingKind) - CLOSED_BY_PEOPLE_ONLY, {one.finding_id for one in (*seen, *kept)}, at
        )


def _updates(whole: Comparison, at: datetime) -> tuple[CaseUpdate, ...]:
    """Return the cases to tell; the event id contains the time, so that a later comparison is not a repeat."""
    return tuple(
        CaseUpdate(
            case_id=one.case_id,
            update=RefundUpdate(
                payout_id=one.payout_id,
                refund_id=one.refund_id,
                event_id=f"reconciliation:{at:%Y%m%dT%H%M%S}:{one.payout_id}",
            ),
        )
        for one in whole.stale[:UPDATES_AT_MOST]
    )
