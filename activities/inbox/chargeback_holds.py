"""Cases held for a chargeback that has already ended: the notice of its end may have arrived before the hold began."""

from asyncio import to_thread
from dataclasses import dataclass

from activities.ports.case_notifier import CaseNotifier
from activities.ports.inbox import CaseRecords, DisputeBook
from domain.cases.case import Case
from domain.cases.messages import DisputeUpdate
from domain.payment_events import Dispute, DisputeStatus


@dataclass(frozen=True)
class ChargebackHolds:
    """Tells held cases about ends of chargebacks that they may have missed."""

    cases: CaseRecords
    disputes: DisputeBook
    notifier: CaseNotifier

    async def notify_held_cases(self, limit: int) -> int:
        """Tell each held case whose disputes have all ended, once, how the last one ended (R38).

        Returns how many cases were told. Raises WorkflowsUnavailableError and DatabaseUnavailableError.
        """
        missed = await to_thread(self._missed, limit)
        for case_id, message in missed:
            await self.notifier.notify(case_id, message)
        return len(missed)

    def _missed(self, limit: int) -> list[tuple[str, DisputeUpdate]]:
        held = self.cases.held_over_chargebacks(limit)
        ended = [(case, _stamped(last)) for case in held if (last := self._ended(case))]
        return [(case.case_id, message) for case, message in ended if message.event_id not in case.processed_events]

    def _ended(self, case: Case) -> Dispute | None:
        """Return the last dispute over the case's payments, or None if there is none or one is still open."""
        payments = {(one.provider, one.payment_reference) for one in case.payouts if not one.is_outside}
        disputes = [one for payment in sorted(payments) for one in self.disputes.of(*payment)]
        if any(one.is_holding for one in disputes):
            return None
        ended = [one for one in disputes if one.status is not DisputeStatus.OPEN or one.is_unclear]
        return max(ended, key=lambda one: one.changed_at, default=None)


def _stamped(dispute: Dispute) -> DisputeUpdate:
    return DisputeUpdate(dispute=dispute, event_id=f"held:{dispute.dispute_id}:{dispute.changed_at:%Y%m%dT%H%M%S}")
