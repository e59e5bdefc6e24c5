import pytest

from domain.enums import InspectionVerdict, Reason, ResolutionDecision
from domain.money import Money
from policy.inspection import (
    allowed_resolutions,
    apply_resolution,
    check_inspection,
    check_resolution,
    needs_decision,
    tally,
)
from policy.payout_rules import may_pay
from tests.policy import facts
from tests.policy.facts import LAMP, MUG, POLICY, resolution, usd

V = InspectionVerdict
FAILING = [V.USED, V.INCOMPLETE, V.WRONG_ITEM, V.NO_DEFECT_FOUND]
AT = facts.local("2026-03-10")
PERSONAL = Reason.PERSONAL


def tallied(*found, of=None):
    return tally(of or facts.case((MUG, 2)), facts.inspected(*found), AT)


def counts(case, sku=MUG):
    line = next(line for line in case.lines if line.sku == sku)
    return line.accepted, line.failed, line.refused, line.outstanding


def failed_case(**changes):
    return facts.settled(facts.case((MUG, 2), **changes), accepted=1, failed=1)


def code_of(refusal):
    return (refusal.rule, refusal.code) if refusal else None


def test_r25_without_an_inspection_nothing_is_paid():
    assert not may_pay(facts.case())


def test_r25_with_an_inspection_on_record_money_may_go_out():
    inspected = tallied((MUG, 2, V.ACCEPTED))
    assert may_pay(inspected)
    assert [record.inspected_at for record in inspected.inspections] == [AT]
    assert (inspected.inspections[0].inspected_by, inspected.inspections[0].scan_id) == ("lin", "scan-1")


def test_r23_and_r22_a_waived_return_and_an_accepted_loss_are_paid_without_inspection():
    assert may_pay(facts.case(return_waived=True))
    assert may_pay(facts.case(loss_accepted=True))


def test_r26_accepted_units_count_and_missing_ones_stay_outstanding():
    assert counts(tallied((MUG, 1, V.ACCEPTED), (MUG, 1, V.MISSING))) == (1, 0, 0, 1)


def test_r26_the_rest_is_tallied_when_it_comes():
    first = tallied((MUG, 1, V.ACCEPTED))
    second = tallied((MUG, 1, V.ACCEPTED), of=first)
    assert counts(second) == (2, 0, 0, 0)
    assert len(second.inspections) == 2


def test_r26_each_line_has_its_own_verdicts():
    both = facts.case((MUG, 2), (LAMP, 1))
    done = tallied((MUG, 2, V.ACCEPTED), (LAMP, 1, V.USED), of=both)
    assert (counts(done, MUG), counts(done, LAMP)) == ((2, 0, 0, 0), (0, 1, 0, 0))


def test_r26_unexpected_goods_stand_in_the_record_only():
    found = (("TEAPOT", 1, V.UNEXPECTED), (MUG, 3, V.UNEXPECTED), (MUG, 1, V.ACCEPTED))
    assert check_inspection(facts.case(), facts.inspected(*found)) is None
    done = tallied(*found)
    assert counts(done) == (1, 0, 0, 1)
    assert len(done.inspections[0].lines) == 3


def test_r26_as_many_units_as_are_outstanding_may_be_inspected():
    inspection = facts.inspected((MUG, 1, V.ACCEPTED), (MUG, 1, V.USED), (MUG, 5, V.MISSING))
    assert check_inspection(facts.case((MUG, 2)), inspection) is None


@pytest.mark.parametrize("verdict", [V.ACCEPTED, *FAILING, V.MISSING])
def test_r26_goods_that_the_case_does_not_have_are_refused(verdict):
    assert code_of(check_inspection(facts.case(), facts.inspected((LAMP, 1, verdict)))) == ("R26", "unknown_sku")


@pytest.mark.parametrize("verdict", [V.ACCEPTED, *FAILING])
def test_r26_more_units_than_are_outstanding_are_refused(verdict):
    inspection = facts.inspected((MUG, 1, V.ACCEPTED), (MUG, 1, verdict))
    assert check_inspection(facts.case((MUG, 2)), inspection) is None
    for settled in ("accepted", "failed", "refused"):
        one_left = facts.settled(facts.case((MUG, 2)), MUG, **{settled: 1})
        assert code_of(check_inspection(one_left, inspection)) == ("R26", "too_many_units")


@pytest.mark.parametrize("verdict", FAILING)
def test_r27_a_unit_found_wanting_waits_for_a_human(verdict):
    found = tallied((MUG, 1, V.ACCEPTED), (MUG, 1, verdict))
    assert counts(found) == (1, 1, 0, 0)
    assert needs_decision(found)


def test_r27_accepted_and_missing_units_need_no_decision():
    assert not needs_decision(tallied((MUG, 1, V.ACCEPTED), (MUG, 1, V.MISSING), (LAMP, 1, V.UNEXPECTED)))


def test_r27_the_human_may_accept_refuse_agree_or_reclassify():
    assert allowed_resolutions(failed_case(), POLICY) == {
        ResolutionDecision.ACCEPT,
        ResolutionDecision.REFUSE,
        ResolutionDecision.PARTIAL_REFUND,
        ResolutionDecision.RECLASSIFY,
    }
    for settlement in (ResolutionDecision.ACCEPT, ResolutionDecision.REFUSE, ResolutionDecision.RECLASSIFY):
        assert check_resolution(failed_case(), resolution(settlement), POLICY) is None


def test_r27_a_personal_case_cannot_be_reclassified_to_personal_and_other_decisions_do_not_settle_units():
    assert ResolutionDecision.RECLASSIFY not in allowed_resolutions(failed_case(reason=PERSONAL), POLICY)
    refused = check_resolution(failed_case(reason=PERSONAL), resolution(ResolutionDecision.RECLASSIFY), POLICY)
    assert code_of(refused) == ("R27", "settlement_not_offered")
    for settlement in (
        ResolutionDecision.PAY,
        ResolutionDecision.CLOSE,
        ResolutionDecision.RETRY,
        ResolutionDecision.REOPEN,
    ):
        refused = check_resolution(failed_case(), resolution(settlement), POLICY)
        assert code_of(refused) == ("R27", "settlement_not_offered")
        assert apply_resolution(failed_case(), resolution(settlement)) == failed_case()


def test_r27_accepting_and_reclassifying_accept_the_failed_units():
    accepted = apply_resolution(failed_case(), resolution(ResolutionDecision.ACCEPT))
    reclassified = apply_resolution(failed_case(), resolution(ResolutionDecision.RECLASSIFY))
    assert (counts(accepted), accepted.reason) == ((2, 0, 0, 0), Reason.QUALITY)
    assert (counts(reclassified), reclassified.reason) == ((2, 0, 0, 0), PERSONAL)
    assert reclassified.reason_asked is Reason.QUALITY


def test_r28_refused_units_are_not_paid_and_nothing_is_agreed():
    refused = apply_resolution(failed_case(), resolution(ResolutionDecision.REFUSE))
    assert (counts(refused), refused.agreed_amount) == ((1, 0, 1, 0), None)
    assert not needs_decision(refused)


def test_r28_a_partial_refund_refuses_the_units_and_adds_what_was_agreed():
    agreed = apply_resolution(failed_case(), resolution(ResolutionDecision.PARTIAL_REFUND, usd(400)))
    assert (counts(agreed), agreed.agreed_amount) == ((1, 0, 1, 0), usd(400))
    more = apply_resolution(
        failed_case(agreed_amount=usd(100)), resolution(ResolutionDecision.PARTIAL_REFUND, usd(400))
    )
    assert more.agreed_amount == usd(500)


@pytest.mark.parametrize("minor", [1, 1500])
def test_r28_an_amount_up_to_the_value_of_the_failed_units_may_be_agreed(minor):
    assert check_resolution(failed_case(), resolution(ResolutionDecision.PARTIAL_REFUND, usd(minor)), POLICY) is None


@pytest.mark.parametrize("minor", [-1, 0, 1501])
def test_r28_nothing_a_negative_amount_or_more_than_the_failed_units_cost_is_refused(minor):
    judged = check_resolution(failed_case(), resolution(ResolutionDecision.PARTIAL_REFUND, usd(minor)), POLICY)
    assert code_of(judged) == ("R28", "amount_out_of_range")


def test_r28_an_amount_in_another_currency_is_refused():
    judged = check_resolution(
        failed_case(), resolution(ResolutionDecision.PARTIAL_REFUND, Money(minor=4, currency="EUR")), POLICY
    )
    assert code_of(judged) == ("R28", "amount_currency")
