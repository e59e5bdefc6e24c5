"""Runs that release 0.1.0 began go on in runs of today's process, at a quiet moment (fault 24)."""

from functools import partial

import pytest
from temporalio.client import WorkflowQueryFailedError
from temporalio.testing import ActivityEnvironment

from activities.inbox.sweep import Batch
from activities.old_runs import OldRunActivities
from domain.cases.case import PROCESS_VERSION
from domain.enums import CaseState
from tests.support.waiting import until
from tests.workflows.case_driver import OpenCase
from tests.workflows.open_states import OPEN_STATES, until_state
from tests.workflows.shop import Shop
from workflows.client.case_runs import TemporalCaseRuns
from workflows.refund.workflow import RefundWorkflow

S = CaseState
AT_THE_GATEWAY = {S.PAYOUT_DUE}
UNKNOWN_THEN = {S.REIMBURSEMENT_DUE, S.RETURNING_TO_CUSTOMER}
"""States in which no run of release 0.1.0 waits."""


class NoIntakes:
    """The submissions, which nobody asks for here."""

    def get(self, case_id: str) -> None:
        return None


@pytest.fixture
def old_shop(dev_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop whose cases were opened by release 0.1.0."""
    dev_shop.gateway.__init__()
    monkeypatch.setattr(dev_shop, "open", partial(dev_shop.open, process_version=1))
    return dev_shop


async def process_of(case: OpenCase) -> int:
    """Return the version of the process that the case's run follows, once it is opened."""

    async def version() -> int:
        try:
            return (await case.handle.query(RefundWorkflow.case)).process_version
        except WorkflowQueryFailedError:
            return 0

    return await until(version)


async def renew(shop: Shop, case: OpenCase) -> int:
    """Ask the old runs as the watch does, and return how many were asked; only this test's case is looked at."""
    runs = TemporalCaseRuns(shop.client, NoIntakes())

    class OnlyThis:
        def of_process_before(self, version: int):
            return [one for one in shop.cases.of_process_before(version) if one.case_id == case.intake.case_id]

    return (await ActivityEnvironment().run(OldRunActivities(OnlyThis(), runs).renew_old_runs, Batch(limit=10))).count


@pytest.mark.parametrize("state", [one for one in OPEN_STATES if one not in AT_THE_GATEWAY | UNKNOWN_THEN])
async def test_fault_24_an_old_run_goes_on_in_a_new_one_as_if_nothing_had_happened(
    old_shop: Shop, state: CaseState
) -> None:
    bring, go_on, then = OPEN_STATES[state]
    case = await bring(old_shop)
    await until_state(case, state)
    before, run = case.case(), (await case.handle.describe()).run_id
    events = case.events()
    assert await process_of(case) == 1

    assert await renew(old_shop, case) == 1

    renewed = await until(case.handle.describe, lambda told: told.run_id != run)
    assert renewed.id == f"refund/{case.intake.case_id}"
    assert await process_of(case) == PROCESS_VERSION
    assert await renew(old_shop, case) == 0
    assert (case.case(), case.events()) == (before, events)
    await go_on(old_shop, case)
    await until_state(case, then)
    assert case.events()[: len(events)] == events
    assert "workflow_restarted" not in case.events()
    assert len(old_shop.gateway.refunds) == len([one for one in case.case().payouts if not one.is_outside])


async def test_fault_24_an_old_run_with_a_payout_on_its_way_is_left_alone(old_shop: Shop) -> None:
    bring, go_on, then = OPEN_STATES[S.PAYOUT_DUE]
    case = await bring(old_shop)
    run = (await case.handle.describe()).run_id

    assert await renew(old_shop, case) == 0
    await TemporalCaseRuns(old_shop.client, NoIntakes()).align(case.intake.case_id, case.case().version)

    assert (await case.handle.describe()).run_id == run
    assert await process_of(case) == 1
    await go_on(old_shop, case)
    await until_state(case, then)
    assert len(old_shop.gateway.refunds) == 1


async def test_fault_24_an_old_run_is_left_alone_by_other_messages(old_shop: Shop) -> None:
    bring, go_on, then = OPEN_STATES[S.AWAITING_RETURN]
    case = await bring(old_shop)
    run = (await case.handle.describe()).run_id
    await go_on(old_shop, case)
    await until_state(case, then)
    assert (await case.handle.describe()).run_id == run
    assert await process_of(case) == 1
