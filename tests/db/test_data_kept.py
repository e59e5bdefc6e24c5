"""A database of revision 0001 with orders, cases and money in it is brought to the newest revision without loss."""

import json
from collections.abc import Iterator

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from db.cases.cases import Cases
from db.core.engine import Database
from db.core.migrate import MIGRATIONS, migrate
from db.orders.orders import Orders
from db.payouts.payouts import Payouts
from domain.payout_state import PayoutState
from tests.db.facts import NOON, a_case, amounts, an_order, later, owing, rows
from tests.support.ledger import Ledger

AT = {"at": "2026-09-01 12:00:00"}
ORDER = "INSERT INTO orders VALUES ('O-1', 'c-1', 'EUR', :at, 700, NULL)"
LINES = (
    "INSERT INTO order_lines VALUES ('O-1', 'MUG', 0, 'Mug', 5, 1000, 50, 7, FALSE)",
    "INSERT INTO order_lines VALUES ('O-1', 'LAMP', 1, 'Lamp', 1, 2500, 0, 0, FALSE)",
)
PAYMENTS = (
    "INSERT INTO order_payments VALUES ('O-1', 'stripe', 'pi_card', 0, 6000, 1009)",
    "INSERT INTO order_payments VALUES ('O-1', 'stripe', 'pi_voucher', 1, 2243, 0)",
)
PAYOUTS = """INSERT INTO payouts VALUES
    ('rc_00000001-p1', 'rc_00000001', 'O-1', 1, 2, 'stripe', 'pi_card', 1009, 'EUR', 1, 'refund/rc_00000001/p1/a1',
     'succeeded', 're_1', NULL, FALSE, :at, :at, :at),
    ('rc_00000001-p2', 'rc_00000001', 'O-1', 2, 2, 'reimbursement', 'outside', 500, 'EUR', 1,
     'refund/rc_00000001/p2/a1', 'action_required', NULL, NULL, FALSE, NULL, NULL, NULL)"""
CASE = """INSERT INTO cases (case_id, version, state, reason, order_number, customer_id, awaiting, overdue,
    policy_version, document, opened_at, updated_at) VALUES
    (:case_id, 1, 'under_audit', 'quality', 'O-1', 'c-1', 'auditor', FALSE, '2025-01-01', :document, :at, :at)"""
FIELDS = {
    "taken": "processed_events",
    "answered": "last_messages",
    "asked_after": "refund_checks",
    "rounds": "payout_plan_count",
}
LEG = """INSERT INTO ledger_entries VALUES
    (:id, :position, :movement, :account, :amount, 'EUR', 'rc_00000001', 'O-1', 'rc_00000001-p1', :at)"""
LEGS = [
    ("refund_planned", "goods_refunds", 1009),
    ("refund_planned", "refunds_payable", -1009),
    ("refunded", "refunds_payable", 1009),
    ("refunded", "stripe:pi_card", -1009),
]


@pytest.fixture
def old(empty_url: str) -> Iterator[Database]:
    """A database of the first revision, with a refund made and a reimbursement owed."""
    database = Database(empty_url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in (ORDER, *LINES, *PAYMENTS, PAYOUTS):
            connection.execute(text(statement), AT)
        for place, (movement, account, amount) in enumerate(LEGS):
            leg = {"id": f"{movement}/1", "position": place, "movement": movement, "account": account, "amount": amount}
            connection.execute(text(LEG), {**leg, **AT})
    yield database
    database.close()


def test_what_was_recorded_is_kept_and_what_was_captured_is_entered(old: Database, empty_url: str):
    migrate(empty_url)
    assert Orders(old).get("O-1") == an_order(placed_at=NOON, parcels=())
    ledger = [(one.movement, one.account, one.amount.minor) for one in Ledger(old).of_order("O-1")]
    captured = [
        ("captured", "stripe:pi_card", 6000),
        ("captured", "sales", -6000),
        ("captured", "stripe:pi_voucher", 2243),
        ("captured", "sales", -2243),
    ]
    assert ledger == captured + LEGS
    assert rows(old, "SELECT count(*) FROM ledger_transactions") == [(4,)]
    assert rows(old, "SELECT committed, external_refunds FROM order_payments ORDER BY position") == [(1009, 0), (0, 0)]


def test_what_a_case_has_taken_is_kept_under_the_words_of_today(old: Database, empty_url: str):
    case = a_case(3)
    document = case.model_dump(mode="json", exclude=set(FIELDS.values()))
    document |= {"rounds": 2, "asked_after": ["rc_00000003-p1"]}
    document |= {"taken": {"e1": "RefundNews/abc"}, "answered": {"AuditDecision": "def"}}
    with old.writing() as connection:
        connection.execute(text(CASE), {"case_id": case.case_id, "document": json.dumps(document), **AT})
    migrate(empty_url)
    kept = Cases(old).case(case.case_id)
    assert kept is not None
    assert (kept.payout_plan_count, kept.refund_checks) == (2, ("rc_00000003-p1",))
    assert (kept.processed_events, kept.last_messages) == ({"e1": "refund_update/abc"}, {"audit_decision": "def"})


def test_payouts_know_whose_cap_they_count_against(old: Database, empty_url: str):
    migrate(empty_url)
    known = rows(old, "SELECT source_provider, source_reference FROM payouts ORDER BY position")
    assert known == [("stripe", "pi_card"), (None, None)]
    found = Payouts(old).find("stripe", None, "re_1")
    assert found is not None
    assert found.payout.state is PayoutState.SUCCEEDED


def test_the_service_goes_on_with_it(old: Database, empty_url: str):
    migrate(empty_url)
    order = an_order(placed_at=NOON, parcels=())
    Orders(old).put(order.amend(payments=(order.payments[0].amend(amount=6500), order.payments[1])))
    cases = Cases(old)
    owed = owing(cases.open(a_case(2), []), goods=7234)
    assert amounts(cases.plan_payouts(owed)) == [("pi_card", 5491), ("pi_voucher", 1743)]
    assert cases.record(later(owed), []).version == owed.version + 1
    assert Ledger(old).total("O-1") == 0


def test_a_payment_of_two_orders_stops_the_migration_and_is_named(old: Database, empty_url: str):
    with old.writing() as connection:
        connection.execute(text(ORDER.replace("O-1", "O-2")), AT)
        connection.execute(text(PAYMENTS[0].replace("O-1", "O-2")))
    with pytest.raises(ValueError, match="stand in two orders: stripe pi_card"):
        migrate(empty_url)
    assert rows(old, "SELECT version_num FROM alembic_version") == [("0001",)]


def test_a_release_leaves_the_tables_of_the_next_one_as_they_are(empty_url: str):
    """A rollback prepares again, with the tables that the newer release has added to."""
    migrate(empty_url)
    database = Database(empty_url)
    with database.writing() as connection:
        connection.execute(text("ALTER TABLE cases ADD COLUMN of_tomorrow INTEGER"))
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    migrate(empty_url)
    assert rows(database, "SELECT version_num FROM alembic_version") == [("9999",)]
    Orders(database).put(an_order())
    opened = Cases(database).open(a_case(), [])
    assert Cases(database).case(opened.case_id) == opened
    database.close()
