"""M6 on both engines: an order may name any id of a payment, and events another, in whatever order they come."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from activities.inbox.payment_names import PaymentNames
from db.core.engine import Database
from db.orders.orders import Orders
from db.payouts.disputes import Disputes
from db.payouts.payment_references import PaymentReferences
from db.payouts.payouts import Payouts
from domain.errors import GatewayUnavailableError, OrderConflictError
from domain.payment_events import Dispute, DisputeStatus
from tests.db.facts import NOON, an_order, money
from tests.support.factories import dispute, payment, refund_record
from tests.support.fakes import ObedientGateway

EITHER_WAY = pytest.mark.parametrize(("in_order", "in_event"), [("ch_1", "pi_1"), ("pi_1", "ch_1"), ("py_1", "pi_1")])


class Directory(ObedientGateway):
    """A gateway that knows all ids of each payment, and how often it was asked."""

    def __init__(self, *payments: tuple[str, ...]) -> None:
        super().__init__()
        self.payments, self.asked, self.is_silent = payments, [], False

    def payment_ids(self, reference: str) -> tuple[str, ...]:
        self.asked.append(reference)
        if self.is_silent:
            raise GatewayUnavailableError("not now")
        return next((one for one in self.payments if reference in one), ())


@pytest.fixture
def names(database: Database) -> Callable[..., PaymentNames]:
    return lambda gateway=None: PaymentNames(PaymentReferences(database), {"stripe": gateway} if gateway else {})


@pytest.fixture
def disputes(database: Database) -> Disputes:
    return Disputes(database)


def told(reference: str, *others: str, status: DisputeStatus = DisputeStatus.OPEN, minutes: int = 0) -> Dispute:
    at = NOON + timedelta(minutes=minutes)
    returned = money(1_000) if status is DisputeStatus.LOST else None
    said = dispute(status, reference, changed_at=at, amount=money(4_000), returned=returned, opened_at=NOON)
    return said.amend(other_references=others, refund_ids=("re_7",))


def order_of(reference: str):
    return an_order(payments=(payment(reference, 8_243),))


def left(payouts: Payouts) -> int:
    return payouts.left_for_goods("O-1")


@EITHER_WAY
def test_m6_a_dispute_is_recorded_under_the_id_that_the_order_uses(orders, disputes, names, in_order, in_event):
    orders.put(order_of(in_order))
    own = names().as_in_order(told(in_event, in_order))
    assert (own.payment_reference, own.other_references) == (in_order, (in_event,))
    disputes.record(own)
    assert [one.payment_reference for one in disputes.of("stripe", in_order)] == [in_order]


@EITHER_WAY
def test_m6_an_event_that_names_one_id_only_is_matched_by_asking_the_gateway_once(orders, names, in_order, in_event):
    orders.put(order_of(in_order))
    gateway = Directory((in_order, in_event))
    owned = [names(gateway).as_in_order(told(in_event)).payment_reference for _ in range(3)]
    assert (owned, gateway.asked) == ([in_order] * 3, [in_event])


@EITHER_WAY
@pytest.mark.parametrize("says_all", [True, False])
def test_m6_what_comes_before_its_order_counts_once_the_order_is_there(
    database: Database, orders: Orders, in_order, in_event, says_all
):
    disputes, payouts = Disputes(database), Payouts(database)
    known = PaymentNames(PaymentReferences(database), {"stripe": Directory((in_order, in_event))})
    others = (in_order,) if says_all else ()
    disputes.record(known.as_in_order(told(in_event, *others)))
    by_hand = refund_record("re_1", payment_reference=in_event, other_references=others, amount=money(700))
    payouts.record_external_refund(known.as_in_order(by_hand))
    orders.put(order_of(in_order))
    assert left(payouts) == 8_243 - 700
    assert disputes.holds("O-1")
    disputes.record(known.as_in_order(told(in_event, status=DisputeStatus.LOST, minutes=1)))
    assert (left(payouts), disputes.holds("O-1")) == (8_243 - 700 - 1_000, False)


def test_m6_what_was_recorded_before_the_ids_were_known_is_found_once_they_are(orders, disputes, payouts, names):
    orders.put(order_of("ch_1"))
    disputes.record(told("pi_1"))
    payouts.record_external_refund(refund_record("re_1", payment_reference="pi_1", amount=money(700)))
    assert (left(payouts), disputes.holds("O-1")) == (8_243, False)
    names().as_in_order(told("pi_1", "ch_1", minutes=1))
    assert (left(payouts), disputes.holds("O-1")) == (7_543, True)


def test_m6_a_payment_that_no_order_names_stays_under_its_own_id(orders, names):
    orders.put(order_of("pi_other"))
    gateway = Directory()
    assert names(gateway).as_in_order(told("pi_1")).payment_reference == "pi_1"
    assert names().as_in_order(told("pi_1", "ch_1")).payment_reference == "pi_1"


def test_m6_while_the_gateway_is_silent_nothing_is_guessed(orders, names):
    orders.put(order_of("ch_1"))
    gateway = Directory(("pi_1", "ch_1"))
    gateway.is_silent = True
    with pytest.raises(GatewayUnavailableError):
        names(gateway).as_in_order(told("pi_1"))


@pytest.mark.parametrize("second", ["pi_1", "ch_1"])
def test_m6_two_orders_cannot_have_the_same_payment_under_two_ids(orders, names, second):
    names().as_in_order(told("pi_1", "ch_1"))
    orders.put(order_of("pi_1"))
    with pytest.raises(OrderConflictError, match="belongs to order O-1"):
        orders.put(an_order(order_number="O-2", payments=(payment(second, 8_243),)))


def test_m6_ids_learned_apart_are_joined(names, database):
    for pair in (("pi_1", "ch_1"), ("x_1", "y_1"), ("ch_1", "y_1")):
        names().as_in_order(told(*pair))
    assert PaymentReferences(database).known("stripe", ["pi_1"]) == {"pi_1", "ch_1", "x_1", "y_1"}


@pytest.mark.parametrize("returned", [None, money(0), money(1_000)])
def test_m4_what_a_dispute_says_is_stored_as_it_is(disputes, returned):
    said = told("pi_1", status=DisputeStatus.LOST).amend(returned=returned, other_references=())
    disputes.record(said)
    assert disputes.of("stripe", "pi_1") == [said]


def test_m4_an_inquiry_holds_nothing_until_it_becomes_a_chargeback(orders, disputes):
    orders.put(order_of("pi_1"))
    inquiry = told("pi_1").amend(is_inquiry=True)
    assert disputes.record(inquiry) == []
    assert not disputes.holds("O-1")
    disputes.record(told("pi_1", minutes=1))
    assert disputes.holds("O-1")
    disputes.record(inquiry.amend(changed_at=NOON + timedelta(minutes=2)))
    assert disputes.holds("O-1"), "an inquiry that arrives late takes nothing back"


def test_m4_an_inquiry_that_was_closed_can_still_become_a_chargeback(orders, disputes):
    orders.put(order_of("pi_1"))
    disputes.record(told("pi_1", status=DisputeStatus.WON).amend(is_inquiry=True))
    disputes.record(told("pi_1", minutes=1))
    assert disputes.holds("O-1")


def test_m4_what_a_provider_took_back_for_a_dispute_is_not_counted_a_second_time(orders, disputes, payouts):
    orders.put(order_of("pi_1"))
    payouts.record_external_refund(refund_record("re_1", amount=money(4_000), is_reversal=True))
    disputes.record(told("pi_1", status=DisputeStatus.LOST))
    assert left(payouts) == 8_243 - 1_000
