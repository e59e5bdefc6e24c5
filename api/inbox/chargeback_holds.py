"""Cases that wait for the end of a chargeback which has ended already: its news can cross the hold on their way."""

from starlette.concurrency import run_in_threadpool

from api.dependencies import Services
from db.cases.cases import CaseFilter
from domain.cases.case import Case
from domain.cases.messages import DisputeUpdate
from domain.enums import CaseState
from domain.payment_events import Dispute, DisputeStatus

AT_MOST = 200
_HELD = CaseFilter(state=CaseState.CHARGEBACK_HOLD, limit=AT_MOST)


async def tell_held_cases(services: Services) -> int:
    """Tell the held cases whose disputes have all ended how the last one ended, each once; return how many (R38)."""
    news = await run_in_threadpool(_news, services)
    for case_id, message in news:
        await services.notifier.tell(case_id, message)
    return len(news)


def _news(services: Services) -> list[tuple[str, DisputeUpdate]]:
    held = services.cases.page(_HELD).cases
    ended = [(case, _stamped(last)) for case in held if (last := _ended(services, case))]
    return [(case.case_id, message) for case, message in ended if message.event_id not in case.processed_events]


def _ended(services: Services, case: Case) -> Dispute | None:
    """Return the last dispute over the case's payments, or None when there is none or one of them is open."""
    payments = {(one.provider, one.payment_reference) for one in case.payouts if not one.is_outside}
    disputes = [one for payment in sorted(payments) for one in services.disputes.of(*payment)]
    if any(one.status is DisputeStatus.OPEN for one in disputes):
        return None
    return max(disputes, key=lambda one: one.changed_at, default=None)


def _stamped(dispute: Dispute) -> DisputeUpdate:
    return DisputeUpdate(dispute=dispute, event_id=f"held:{dispute.dispute_id}:{dispute.changed_at:%Y%m%dT%H%M%S}")
