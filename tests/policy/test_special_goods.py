import pytest

from domain.enums import Reason
from policy.request import check_special_goods
from policy.units.order_units import order_units
from policy.units.request_windows import line_windows
from tests.policy import facts
from tests.policy.facts import LAMP, MUG, POLICY, SELLERS_FAULT
from tests.support.factories import order_line

TO_AUDIT = facts.amended(special_goods="audit_sellers_fault")
ENGRAVED = order_line(MUG, "Mug with a name", quantity=2, unit_price=1500, special=True)
PLAIN = order_line(LAMP, "Lamp", unit_price=3000)


def judged(policy, reason, *skus):
    asked = facts.intake(*((sku, 1) for sku in skus), reason=reason)
    bought = facts.order(lines=(ENGRAVED, PLAIN))
    windows = line_windows(asked, order_units(bought), policy, facts.china())
    return check_special_goods(bought, asked, policy, windows)


@pytest.mark.parametrize("reason", Reason)
def test_r10_goods_made_for_the_customer_are_refused_for_every_reason(reason):
    refused = judged(POLICY, reason, MUG)
    assert refused is not None
    assert (refused.rule, refused.code) == ("R10", "special_goods")


@pytest.mark.parametrize("reason", Reason)
def test_r10_other_lines_of_the_same_order_go_through(reason):
    assert judged(POLICY, reason, LAMP) is None


def test_r10_one_special_line_refuses_the_request_and_is_named():
    refused = judged(POLICY, Reason.QUALITY, LAMP, MUG)
    assert refused is not None
    assert MUG in refused.message
    assert LAMP not in refused.message


@pytest.mark.parametrize("reason", SELLERS_FAULT)
def test_r10_a_version_may_send_sellers_fault_to_the_audit(reason):
    assert judged(TO_AUDIT, reason, MUG) is None


def test_r10_even_then_personal_is_refused():
    assert judged(TO_AUDIT, Reason.PERSONAL, MUG) is not None
