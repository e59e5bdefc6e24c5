"""A case whose payouts the tests of the policy are about, and its payouts."""

from domain.cases.case import Case
from domain.cases.payout import REIMBURSEMENT, Payout
from domain.enums import CaseState as S
from domain.payout_state import PayoutState as P
from tests.policy import facts
from tests.support import factories


def payout(state: P = P.PLANNED, number: int = 1, **changes) -> Payout:
    return factories.payout(facts.CASE_ID, number, state=state, **changes)


def postage(state: P = P.ACTION_REQUIRED) -> Payout:
    return payout(state, 2, provider=REIMBURSEMENT, payment_reference="outside")


def case(*payouts: Payout, **changes) -> Case:
    return facts.case(**{"state": S.PAYOUT_BLOCKED, "payouts": payouts, **changes})
