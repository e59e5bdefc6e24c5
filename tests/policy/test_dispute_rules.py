"""R38: a chargeback holds a payout; a lost one replaces what it covers."""

from domain.payment_events import Dispute, DisputeStatus
from policy.disputes import concerns, is_held_by_dispute, replaces
from tests.policy import facts
from tests.support import factories

PAYOUT = factories.payout(facts.CASE_ID)


def dispute(status: DisputeStatus = DisputeStatus.OPEN, minor: int = 4000, reference: str = "pi_1") -> Dispute:
    return factories.dispute(status, reference, minor=minor, changed_at=facts.local("2026-03-05"))


def test_r38_a_refusal_for_a_dispute_is_known_by_its_code_in_any_spelling():
    assert is_held_by_dispute(("payout_refused", "charge_disputed"))
    assert is_held_by_dispute(("payout_refused", "TRANSACTION_DISPUTED"))


def test_r38_another_refusal_is_no_dispute():
    assert not is_held_by_dispute(("payout_refused", "account_closed"))
    assert not is_held_by_dispute(("no_gateway", None))


def test_r38_a_dispute_concerns_the_payout_to_its_own_payment_only():
    assert concerns(dispute(), PAYOUT)
    assert not concerns(dispute(reference="pi_2"), PAYOUT)


def test_r38_a_lost_dispute_replaces_payouts_that_it_covers_in_full():
    assert replaces(dispute(DisputeStatus.LOST), (PAYOUT,))
    assert not replaces(dispute(DisputeStatus.LOST, minor=3999), (PAYOUT,))
