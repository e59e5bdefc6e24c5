"""M2 and M3 on both engines: the cases of an order get shares that its payments can pay, and whole plans."""

import pytest

from activities.case_changes import PlanQuery
from activities.cases import CaseActivities
from db.cases.cases import Cases
from db.core.engine import Database
from db.orders.orders import Orders
from db.orders.stock import StockTable
from domain.cases.case import Case
from domain.cases.case_lines import CaseLine
from domain.cases.payout import OUTSIDE
from gateways.calendars import HolidayCalendars
from gateways.payments.registry import payment_step
from gateways.policy_repository import PolicyRepository
from tests.db.facts import NOON, owing
from tests.support import factories
from tests.support.activity_set import VERSIONS
from tests.support.factories import unit_shares


@pytest.fixture
def activities(database: Database) -> CaseActivities:
    policies, stock = PolicyRepository(VERSIONS), StockTable(database, lambda: NOON)
    return CaseActivities(Cases(database), Orders(database), policies, HolidayCalendars(), stock, payment_step)


def bought(orders: Orders, paid: int, currency: str, *payments: tuple[str, int]) -> None:
    """Three mugs for so much, paid by these providers."""
    line = factories.order_line(quantity=3, unit_price=paid // 3, tax=paid % 3)
    paying = tuple(factories.payment(f"{name}_1", amount, name) for name, amount in payments)
    orders.put(factories.order(currency=currency, lines=(line,), outbound_postage=0, payments=paying))


def opened(activities: CaseActivities, number: int) -> Case:
    """A case of its own over one mug."""
    intake = factories.intake(case_id=f"rc_0000000{number}", received_at=NOON)
    case = activities.open(intake).case
    assert case.is_open
    return case


def goods(case: Case) -> int:
    return sum(unit.goods for line in case.lines for unit in line.units)


@pytest.mark.parametrize(
    ("account", "paid", "step"),
    [
        (("stripe", "KWD"), 10_000, 10),
        (("stripe", "TND"), 10_010, 10),
        (("stripe", "ISK"), 5_200, 1),
        (("paypal", "HUF"), 2_897_000, 100),
        (("paypal", "TWD"), 100_000, 100),
        (("paypal", "JPY"), 5_200, 1),
        (("stripe", "USD"), 1_000, 1),
    ],
)
def test_m2_m3_three_cases_of_one_unit_each_are_payable_and_add_up(activities, orders, account, paid, step):
    provider, currency = account
    bought(orders, paid, currency, (provider, paid))
    payouts = []
    for number in range(1, 4):
        case = opened(activities, number)
        assert case.payment_step == step
        payouts += activities.plan(PlanQuery(case=owing(case, goods=goods(case)))).payouts
    assert [payout.amount.minor % step for payout in payouts] == [0, 0, 0]
    assert sum(payout.amount.minor for payout in payouts) == paid


def test_r33_the_coarsest_step_of_all_payments_counts_and_each_part_is_payable(activities, orders):
    bought(orders, 2_897_000, "HUF", ("stripe", 100_050), ("paypal", 2_796_950))
    case = opened(activities, 1)
    parts = {
        one.provider: one.amount.minor
        for one in activities.plan(PlanQuery(case=owing(case, goods=goods(case)))).payouts
    }
    assert parts == {"stripe": 100_000, "paypal": 865_700}


def test_r33_what_a_captured_amount_cannot_pay_exactly_is_owed_outside(activities, orders):
    bought(orders, 10_005, "KWD", ("stripe", 10_005))
    cases = [opened(activities, number) for number in range(1, 4)]
    planned = [activities.plan(PlanQuery(case=owing(case, goods=goods(case)))).payouts for case in cases]
    assert [[one.amount.minor for one in payouts] for payouts in planned] == [[3_340], [3_330], [3_330, 5]]
    assert [one.payment_reference for one in planned[2]] == ["stripe_1", OUTSIDE]


def test_r33_units_of_an_order_are_cut_like_those_that_earlier_cases_hold(activities, orders, cases):
    bought(orders, 10_000, "KWD", ("stripe", 10_000))
    order = orders.get("O-1")
    line = CaseLine(sku="MUG", product_name="Mug", quantity=1, units=unit_shares(order, "MUG"))
    cases.open(factories.case(order, line, case_id="rc_00000009", at=NOON), [])
    later = [opened(activities, number) for number in (1, 2)]
    assert [case.payment_step for case in later] == [1, 1]
    assert [goods(case) for case in later] == [3_333, 3_333]
