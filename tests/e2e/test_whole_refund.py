"""One refund through real processes: API, worker, Temporal, S3, payment sandbox, and each of the two databases."""

import pytest

from local.demo.shop import Json
from tests.e2e.system import LAMP, MUG, System

pytestmark = pytest.mark.e2e

OUTBOUND_POSTAGE = 700
RETURN_POSTAGE = 850
CAPTURED = 2 * MUG.unit_price + LAMP.unit_price + OUTBOUND_POSTAGE
TIMELINE = [
    ("case_opened", "customer"),
    ("evidence_pinned", "customer"),
    ("audit_requested", "system"),
    ("approved", "auditor"),
    ("return_requested", "system"),
    ("shipment_registered", "customer"),
    ("postage_told", "customer"),
    ("inspected", "warehouse"),
    ("payout_due", "system"),
    ("payout_planned", "system"),
    ("reimbursement_owed", "system"),
    ("payout_succeeded", "gateway"),
    ("reimbursement_due", "system"),
]


def test_r30_a_faulty_order_comes_back_and_every_cent_is_where_the_policy_puts_it(either_system: System) -> None:
    system, shop = either_system, either_system.shop
    order = shop.place_order(MUG, LAMP)
    case = system.ask(order, "quality", MUG, LAMP)
    assert shop.case(case["case_id"])["state"] == "under_audit"
    assert system.approve(case)["state"] == "awaiting_return"
    assert system.ship(case, postage={"minor": RETURN_POSTAGE, "currency": "USD"})["state"] == "in_transit"
    system.inspect(case, MUG, LAMP)
    shown = shop.wait_for(case["case_id"], "reimbursement_due")
    assert_owed_in_full(shown)
    assert_paid_through_the_card_and_beside_it(shown)
    assert_one_refund_at_the_gateway(shop.refunds_at_gateway(order), shown)
    assert shop.captured(order) == CAPTURED
    assert [(entry["event"], entry["actor"]) for entry in shop.timeline(case["case_id"])] == TIMELINE
    system.assert_books_agree(order)


def assert_owed_in_full(shown: Json) -> None:
    assert {what: amount["minor"] for what, amount in shown["refund_due"].items()} == {
        "goods": CAPTURED - OUTBOUND_POSTAGE,
        "outbound_postage": OUTBOUND_POSTAGE,
        "return_postage": RETURN_POSTAGE,
        "label_deduction": 0,
        "total": CAPTURED + RETURN_POSTAGE,
    }


def assert_paid_through_the_card_and_beside_it(shown: Json) -> None:
    told = [(one["provider"], one["amount"]["minor"], one["state"]) for one in shown["payouts"]]
    assert told == [("stripe", CAPTURED, "succeeded"), ("reimbursement", RETURN_POSTAGE, "action_required")]
    assert shown["amounts"]["paid"] == {"minor": CAPTURED, "currency": "USD"}


def assert_one_refund_at_the_gateway(refunds: list[Json], shown: Json) -> None:
    told = [(refund["id"], refund["amount"], refund["status"]) for refund in refunds]
    assert told == [(shown["payouts"][0]["gateway_refund_id"], CAPTURED, "succeeded")]
