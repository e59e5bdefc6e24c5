"""Cases that wait for the end of a chargeback which has ended already: its news can cross the hold on their way."""

from asyncio import to_thread
from dataclasses import dataclass

from activities.ports.case_notifier import CaseNotifier
from activities.ports.inbox import CaseRecords, DisputeBook
from domain.cases.case import Case
from domain.cases.messages import DisputeUpdate
from domain.payment_events import Dispute, DisputeStatus


@dataclass(frozen=True)
class ChargebackHolds:
    """Tells held cases what they may have missed."""

    cases: CaseRecords
    disputes: DisputeBook
    notifier: CaseNotifier

    async def notify_held_cases(self, limit: int) -> int:
        """Tell the held cases whose disputes have all ended how the last one ended, each once; return how many (R38).

        Raises WorkflowsUnavailableError and DatabaseUnavailableError.
        """
        news = await to_thread(self._news, limit)
        for case_id, message in news:
            await self.notifier.notify(case_id, message)
        return len(news)

    def _news(self, limit: int) -> list[tuple[str, DisputeUpdate]]:
        held = self.cases.held_over_chargebacks(limit)
        ended = [(case, _stamped(last)) for case in held if (last := self._ended(case))]
        return [(case.case_id, message) for case, message in ended if message.event_id not in case.processed_events]

    def _ended(self, case: Case) -> Dispute | None:
        """Return the last dispute over the case's payments, or None when there is none or one of them is open."""
        payments = {(one.provider, one.payment_reference) for one in case.payouts if not one.is_outside}
        disputes = [one for payment in sorted(payments) for one in self.disputes.of(*payment)]
        if any(one.status is DisputeStatus.OPEN for one in disputes):
            return None
        return max(disputes, key=lambda one: one.changed_at, default=None)


def _stamped(dispute: Dispute) -> DisputeUpdate:
    return DisputeUpdate(dispute=dispute, event_id=f"held:{dispute.dispute_id}:{dispute.changed_at:%Y%m%dT%H%M%S}")
