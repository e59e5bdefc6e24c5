"""What is offered to whoever decides about a case is what the case accepts, in every state and for every decision."""

from datetime import UTC, datetime

import pytest

from domain.cases.case import Refusal
from domain.cases.messages import CaseResolution
from domain.cases.payout import REIMBURSEMENT
from domain.enums import CaseState, ResolutionDecision
from domain.payout_state import BlockReason, PayoutState
from policy.resolutions import allowed_resolutions
from tests.policy.facts import POLICY
from tests.policy.payout_facts import case, payout, postage
from workflows.refund import state_machine
from workflows.refund.transition import ReceivedMessage

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOT_OFFERED = {"settlement_not_offered", "wrong_resolution", "not_reopenable", "nothing_owed_outside"}
D = ResolutionDecision


def decided(decision: ResolutionDecision) -> CaseResolution:
    reference = "acct-7" if decision in {D.OTHER_ACCOUNT, D.PAID, D.COUNT_REFUND} else None
    amount = case().money(1) if decision is D.PARTIAL_REFUND else None
    return CaseResolution(
        decision=decision, decided_by="mei", reference=reference, amount=amount, reason_code="goodwill"
    )


def is_accepted(of, decision: ResolutionDecision) -> bool:
    outcome = state_machine.take(of, ReceivedMessage(decided(decision), AT), POLICY)
    return outcome is not None and not (isinstance(outcome, Refusal) and outcome.code in NOT_OFFERED)


def offered_wrongly(of) -> list[ResolutionDecision]:
    allowed = allowed_resolutions(of, POLICY)
    return [one for one in ResolutionDecision if (one in allowed) is not is_accepted(of, one)]


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("state", list(CaseState))
def test_r36_every_decision_that_is_offered_is_accepted_and_no_other(state, version):
    for outside in ((), (postage(),)):
        for ended_at in (None, AT):
            of = case(payout(PayoutState.FAILED), *outside, state=state, ended_at=ended_at, process_version=version)
            assert offered_wrongly(of) == [], (outside, ended_at)


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("reason", list(BlockReason))
def test_r36_what_is_offered_depends_on_what_blocks_the_payout(reason, version):
    account = payout(PayoutState.ACTION_REQUIRED, provider=REIMBURSEMENT, payment_reference="acct-7")
    of = case(
        account if reason is BlockReason.OTHER_ACCOUNT else payout(PayoutState.FAILED),
        blocked_by=reason,
        process_version=version,
    )
    assert offered_wrongly(of) == []


def test_r12_whoever_rejected_a_request_is_not_offered_to_reopen_it():
    rejected = case(state=CaseState.REJECTED, rejected_by="Mei", ended_at=AT)
    assert allowed_resolutions(rejected, POLICY, "lin") == {D.REOPEN}
    assert allowed_resolutions(rejected, POLICY, "mei") == frozenset()
