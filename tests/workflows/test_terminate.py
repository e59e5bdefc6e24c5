"""A workflow that is terminated in the Temporal UI is restarted from its record, in whatever state (fault 33)."""

from dataclasses import dataclass

import pytest

from domain.enums import CaseState
from domain.request import CaseIntake
from tests.workflows.open_states import OPEN_STATES, until_state
from tests.workflows.shop import Shop
from workflows.client.case_runs import TemporalCaseRuns


@dataclass(frozen=True)
class OneIntake:
    """The submission of the only case."""

    intake: CaseIntake

    def get(self, case_id: str) -> CaseIntake | None:
        return self.intake if case_id == self.intake.case_id else None


@pytest.mark.parametrize("state", OPEN_STATES)
async def test_fault_33_a_terminated_case_goes_on_from_its_record_and_pays_once(
    dev_shop: Shop, state: CaseState
) -> None:
    dev_shop.gateway.__init__()
    bring, go_on, then = OPEN_STATES[state]
    case = await bring(dev_shop)
    await until_state(case, state)
    before = case.events()
    await case.handle.terminate("by hand")
    runs = TemporalCaseRuns(dev_shop.client, OneIntake(case.intake))

    assert await runs.restart(case.intake.case_id)
    assert not await runs.restart(case.intake.case_id)
    await case.until_event("workflow_restarted")
    assert (case.events()[: len(before)], case.state) == (before, state)
    await go_on(dev_shop, case)
    await until_state(case, then)
    payouts = [one for one in case.case().payouts if not one.is_outside]
    assert len(dev_shop.gateway.refunds) == len(payouts)
    assert case.events().count("workflow_restarted") == 1
