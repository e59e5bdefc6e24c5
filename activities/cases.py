"""The record of a case: opened, changed and planned by idempotent local activities, each in one transaction."""

from collections.abc import Sequence

from temporalio import activity

from activities.case_changes import Change, DeadlineQuery, Opening, PayoutPlan, PlanQuery, Recorded
from activities.ports.case_records import CaseAheadError, CaseBook, Catalogue, OrderBook
from activities.ports.payment_gateway import PaymentSteps
from activities.ports.policy import Calendars, PolicyRepository
from domain.calendar import Deadline, Window
from domain.cases.case import PROCESS_VERSION, Case, Refusal
from domain.cases.case_lines import CaseLine
from domain.cases.timeline import TimelineEntry
from domain.enums import CaseState
from domain.errors import UnitsTakenError
from domain.order import Order
from domain.policy_document import PolicyDocument
from domain.request import IN_THE_RECORD, CaseIntake
from policy.case_opening import Opened, opened, refused
from policy.deadlines import compute
from policy.parcels.return_postage import taken_over
from policy.payments.payment_allocation import common_step
from policy.payments.payment_balance import owed_so_far
from policy.refund_amount import with_label_deducted
from policy.request import is_purchaser
from policy.units.order_units import UnitsInCases, meant_by, on_offer, order_units
from policy.units.unit_choice import may_choose_again


class CaseActivities:
    """The local activities that keep the record of a case; each is one transaction and safe to repeat."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a case is opened and recorded with
        self,
        book: CaseBook,
        orders: OrderBook,
        policies: PolicyRepository,
        calendars: Calendars,
        catalogue: Catalogue,
        steps: PaymentSteps,
    ) -> None:
        self._book = book
        self._orders = orders
        self._catalogue = catalogue
        self._policies = policies
        self._calendars = calendars
        self._steps = steps

    @activity.defn(name="open_case")
    def open(self, intake: CaseIntake) -> Opening:
        """Check the request and record the case with its units reserved, or return the case if it is recorded."""
        if recorded := self._book.case(intake.case_id):
            policy = self._policies.version(recorded.policy_version)
            return _opening(self._resumed(recorded, policy) if intake.resumes else recorded, policy)
        intake = self._with_customer(intake)
        order = self._purchased(intake)
        policy = self._policies.in_force(order.placed_at if order else intake.received_at)
        case, entries = self._judged(intake, order, policy)
        try:
            return _opening(self._book.open(case, entries), policy)
        except UnitsTakenError as taken:
            case, entries = refused(case, Refusal(rule="R11", code=taken.code, message=taken.message))
            return _opening(self._book.open(case, entries), policy)

    @activity.defn(name="judge_again")
    def judge_again(self, intake: CaseIntake) -> Opening:
        """Return the case as it would be opened today for the recorded request, and record nothing (R3, R6).

        It is judged by its own policy version (R41). Raises LookupError if there is no such case.
        """
        recorded = self._book.case(intake.case_id)
        if recorded is None:
            raise LookupError(f"there is no case {intake.case_id}")
        policy = self._policies.version(recorded.policy_version)
        intake = self._with_customer(intake)
        case, _ = self._judged(intake, self._purchased(intake), policy)
        return _opening(case, policy)

    @activity.defn(name="record_change")
    def record(self, change: Change) -> Recorded:
        """Record a change with the deadlines of its new windows, and return these deadlines, or a newer record."""
        deadlines = self._computed(change.case.policy_version, change.opens)
        case = change.case.amend(deadlines=(*change.case.deadlines, *deadlines)) if deadlines else change.case
        try:
            lines = self._recorded(case, change.entries).lines
        except CaseAheadError as ahead:
            return Recorded(newer=_without_customer(ahead.case))
        self._book.report(change.findings)
        return Recorded(deadlines=deadlines, lines=lines if lines != case.lines else None)

    @activity.defn(name="plan_payouts")
    def plan(self, query: PlanQuery) -> PayoutPlan:
        """Split what is owed over the order's payments and commit the plan (R32, R33, R35)."""
        try:
            return self._plan(query)
        except CaseAheadError as ahead:
            return PayoutPlan(payouts=(), newer=_without_customer(ahead.case))

    def _plan(self, query: PlanQuery) -> PayoutPlan:
        if query.asked is None:
            return PayoutPlan(payouts=self._book.plan_payouts(query.case, self._steps), counted=query.case.counted)
        plan = self._book.replan_payouts(query.case, query.asked, self._steps)
        return PayoutPlan(payouts=plan.payouts, counted=plan.counted)

    @activity.defn(name="compute_deadlines")
    def compute(self, windows: DeadlineQuery) -> Recorded:
        """Compute deadlines with the calendar as it is published today (R6)."""
        return Recorded(deadlines=self._computed(windows.policy_version, windows.windows))

    def _judged(self, intake: CaseIntake, order: Order | None, policy: PolicyDocument) -> Opened:
        calendar = self._calendars.calendar(policy.country, policy.timezone, intake.received_at)
        products = self._catalogue.products([line.exchange_for for line in intake.lines if line.exchange_for])
        in_cases = self._in_cases(order)
        return opened(intake, order, products, policy, calendar, self._payment_step(order, in_cases), in_cases)

    def _computed(self, version: str, opens: Sequence[Window]) -> tuple[Deadline, ...]:
        if not opens:
            return ()
        policy = self._policies.version(version)
        calendar = self._calendars.calendar(policy.country, policy.timezone, max(window.since for window in opens))
        return tuple(compute(window, calendar) for window in opens)

    def _recorded(self, case: Case, entries: Sequence[TimelineEntry]) -> Case:
        """Record the case; one that is taken up again gets other units of its lines if its own are taken (R11)."""
        try:
            return self._book.record(case, entries)
        except UnitsTakenError as taken:
            if not may_choose_again(case) or (order := self._orders.get(case.order_number)) is None:
                raise
            again = case.amend(lines=_offered_again(case, order, self._in_cases(order)))
            try:
                return self._book.record(again, entries)
            except UnitsTakenError:
                raise taken from None

    def _with_customer(self, intake: CaseIntake) -> CaseIntake:
        """Return the intake with its customer, whose id may be personal and is therefore not in Temporal."""
        if intake.customer_id != IN_THE_RECORD:
            return intake
        return intake.amend(customer_id=self._book.customer_of(intake.case_id) or IN_THE_RECORD)

    def _purchased(self, intake: CaseIntake) -> Order | None:
        """Return the order, or None for a stranger, whose case must look exactly like one for an unknown order (R1)."""
        order = self._orders.get(intake.order_number)
        return order if order and is_purchaser(order, intake.customer_id) else None

    def _resumed(self, case: Case, policy: PolicyDocument) -> Case:
        """Return the case for a new run, which follows the process as it is today.

        Lines without units, as after a refusal, get all of them, so that reopening can reserve some (R12). Who rejected
        a case of release 0.1.0 is read from its timeline.
        """
        case = taken_over(with_label_deducted(case, policy), policy)
        case = case.amend(process_version=PROCESS_VERSION, owed=case.owed or owed_so_far(case))
        if case.state is CaseState.REJECTED and case.refusal is None and case.rejected_by is None:
            case = case.amend(rejected_by=self._book.rejected_by(case.case_id))
        order = self._orders.get(case.order_number)
        if order is None or any(line.units for line in case.lines):
            return case
        in_cases = self._in_cases(order)
        case = case.amend(payment_step=self._payment_step(order, in_cases))
        units = order_units(order, case.payment_step, in_cases)
        return case.amend(lines=on_offer(case.lines, {line.sku: meant_by(line.sku, units) for line in case.lines}))

    def _in_cases(self, order: Order | None) -> UnitsInCases:
        return self._book.units_in_cases(order.order_number) if order else UnitsInCases()

    def _payment_step(self, order: Order | None, in_cases: UnitsInCases) -> int:
        """Return the step in which the order's shares are cut: that of its units in cases, if there are any.

        The shares of one order add up only if all are cut alike; cases of release 0.1.0 cut every order in steps of 1.
        """
        if order is None:
            return 1
        return in_cases.payment_step or common_step(
            self._steps(payment.provider, order.currency) for payment in order.payments
        )


def _offered_again(case: Case, order: Order, in_cases: UnitsInCases) -> tuple[CaseLine, ...]:
    """Return the lines of the case with all units of the order that each of them can get instead of its own (R11)."""
    units = order_units(order, case.payment_step, in_cases)
    return tuple(
        line.amend(units=tuple(one.share for one in units if one.sku == line.sku) or line.units) for line in case.lines
    )


def _opening(case: Case, policy: PolicyDocument) -> Opening:
    return Opening(case=_without_customer(case), policy=policy)


def _without_customer(case: Case) -> Case:
    """Return the case as Temporal's history keeps it: without the customer, whose id may be an e-mail address."""
    return case.amend(customer_id=IN_THE_RECORD)
