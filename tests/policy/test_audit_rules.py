import pytest

from domain.enums import AuditVerdict, Reason
from domain.money import Money
from policy.audit import auto_approves, check_audit_decision, text_for_customer
from tests.policy import facts
from tests.policy.facts import LAMP, MUG, POLICY, SELLERS_FAULT, decision, usd

REJECT, REQUEST = AuditVerdict.REJECT, AuditVerdict.REQUEST_INFORMATION
PERSONAL = Reason.PERSONAL


def rule_and_code(refusal):
    return (refusal.rule, refusal.code) if refusal else None


def judged(given, reason=Reason.QUALITY, policy=POLICY, **changes):
    return rule_and_code(check_audit_decision(facts.case(reason=reason, **changes), given, policy))


@pytest.mark.parametrize(
    "given",
    [
        decision(REJECT, reason_code="signs_of_use"),
        decision(REJECT, reason_code="other", note="The zip was cut."),
        decision(REJECT, reason_code="other", has_text=True),
    ],
    ids=["a code of the policy", "a note", "a text in the database"],
)
def test_r15_a_rejection_with_a_code_and_a_text_may_stand(given):
    assert judged(given) is None


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (decision(REJECT), "reason_code_missing"),
        (decision(REJECT, has_text=True), "reason_code_missing"),
        (decision(REJECT, reason_code="other"), "text_missing"),
        (decision(REJECT, reason_code="other", note=""), "text_missing"),
    ],
)
def test_r15_a_rejection_without_a_code_or_without_a_text_is_refused(given, code):
    assert judged(given) == ("R15", code)


def test_r15_the_customer_gets_the_policys_text_for_a_code_it_knows():
    assert text_for_customer("signs_of_use", POLICY) == POLICY.rejection_texts["signs_of_use"]
    assert text_for_customer("other", POLICY) is None


def test_r16_a_named_auditor_may_approve_personal():
    assert judged(decision(decided_by="mei"), PERSONAL) is None


def test_r16_nobody_in_particular_may_not_approve_personal():
    assert judged(decision(), PERSONAL) == ("R16", "auditor_not_named")
    assert judged(decision(reclassify_as=PERSONAL)) == ("R16", "auditor_not_named")


def test_r16_a_sellers_fault_case_and_every_other_decision_need_no_name():
    assert judged(decision()) is None
    assert judged(decision(reclassify_as=Reason.QUALITY), PERSONAL) is None
    assert judged(decision(REQUEST), PERSONAL) is None
    assert judged(decision(REJECT, reason_code="signs_of_use"), PERSONAL) is None


def test_r16_an_explicit_rule_approves_personal_up_to_its_ceiling():
    policy = facts.amended(auto_approve_personal_up_to={"USD": 3000})
    assert auto_approves(facts.case((MUG, 2), reason=PERSONAL), policy)


def test_r16_above_the_ceiling_in_another_currency_or_without_a_rule_an_auditor_decides():
    two_mugs = facts.case((MUG, 2), reason=PERSONAL)
    assert not auto_approves(two_mugs, facts.amended(auto_approve_personal_up_to={"USD": 2999}))
    assert not auto_approves(two_mugs, facts.amended(auto_approve_personal_up_to={"EUR": 9999}))
    assert not auto_approves(two_mugs, POLICY)


@pytest.mark.parametrize("reason", SELLERS_FAULT)
def test_r16_no_rule_approves_a_sellers_fault_case_by_itself(reason):
    assert not auto_approves(facts.case(reason=reason), facts.amended(auto_approve_personal_up_to={"USD": 99999}))


def test_r17_the_auditor_may_reclassify_while_approving():
    assert judged(decision(reclassify_as=PERSONAL, decided_by="mei")) is None


@pytest.mark.parametrize("verdict", [REJECT, REQUEST])
def test_r17_reclassifying_without_approving_is_refused(verdict):
    given = decision(verdict, reclassify_as=PERSONAL, decided_by="mei", reason_code="signs_of_use")
    assert judged(given) == ("R17", "reclassified_without_approval")


@pytest.mark.parametrize("reason", SELLERS_FAULT)
def test_r23_the_return_may_be_waived_for_sellers_fault_up_to_the_ceiling(reason):
    assert judged(decision(waive_return=True), reason) is None


def test_r23_above_the_ceiling_the_goods_have_to_come_back():
    lower = facts.amended(waive_return_up_to={"USD": 2999})
    dearer = rule_and_code(check_audit_decision(facts.case((MUG, 1), (LAMP, 1)), decision(waive_return=True), POLICY))
    assert judged(decision(waive_return=True), policy=lower) == ("R23", "waiver_above_ceiling")
    assert dearer == ("R23", "waiver_above_ceiling")


def test_r23_in_a_currency_without_a_ceiling_nothing_is_waived():
    elsewhere = facts.amended(waive_return_up_to={"EUR": 9999})
    assert judged(decision(waive_return=True), policy=elsewhere) == ("R23", "waiver_above_ceiling")


def test_r23_the_return_is_never_waived_for_personal():
    named = decision(waive_return=True, decided_by="mei")
    assert judged(named, PERSONAL) == ("R23", "waiver_not_for_personal")
    assert judged(named.amend(reclassify_as=PERSONAL)) == ("R23", "waiver_not_for_personal")
    assert judged(named.amend(reclassify_as=Reason.QUALITY), PERSONAL) is None


@pytest.mark.parametrize("verdict", [REJECT, REQUEST])
def test_r23_the_return_is_waived_with_an_approval_only(verdict):
    given = decision(verdict, waive_return=True, reason_code="signs_of_use")
    assert judged(given) == ("R23", "waived_without_approval")


def test_r31_a_label_that_the_shop_paid_is_priced_in_the_cases_currency():
    assert judged(decision(shop_paid_label=usd(500))) is None
    assert judged(decision(shop_paid_label=usd(0))) is None


def test_r31_a_label_in_another_currency_or_with_a_negative_price_is_refused():
    assert judged(decision(shop_paid_label=Money(minor=500, currency="EUR"))) == ("R31", "label_currency")
    assert judged(decision(shop_paid_label=usd(-1))) == ("R31", "label_negative")
