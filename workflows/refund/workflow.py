"""The refund process: one durable workflow per case, `refund/{case_id}`."""

import asyncio
from contextlib import suppress

from temporalio import workflow

from domain.calendar import Deadline
from domain.cases.case import PROCESS_VERSION
from domain.cases.messages import RecordCheck, RefundUpdate
from domain.cases.payout import Payout
from domain.enums import ReplacementState
from domain.request import CaseIntake
from policy.payout_rules import is_at_gateway
from workflows.refund.case_state import CaseOutcome, SupersededError
from workflows.refund.deadline_timer import DeadlineTimer
from workflows.refund.handlers import CaseHandlers
from workflows.refund.inbox import InboundMessage
from workflows.refund.payout_runner import PayoutRunner
from workflows.refund.renewal import Renewal
from workflows.refund.replacement_runner import ReplacementRunner
from workflows.refund.state_machine import auto_approval, pass_deadline
from workflows.refund.steps.record import restarted

RENEWS_UNDER_LOAD = 2
"""The process version from which a run continues as a new one while messages keep arriving."""

NOTES_RESTARTS = 2
"""The process version from which a run that finds its case open without a workflow says so."""


@workflow.defn(name="RefundWorkflow")
class RefundWorkflow(CaseHandlers):
    """Carries one refund from the request to its end; `state_machine` shows what happens in which state."""

    @workflow.init
    def __init__(self, intake: CaseIntake) -> None:
        super().__init__()
        self._inbox.restore(intake.carried)
        self._intake = intake
        self._timer = DeadlineTimer()
        self._payout_runner = PayoutRunner(self._inbox)
        self._replacement_runner = ReplacementRunner(self._inbox)
        self._renewal = Renewal(self._inbox)
        self._is_auto_approved = False

    @workflow.run
    async def run(self, intake: CaseIntake) -> CaseOutcome:
        """Carry the case to its end, or into a new run; a cancellation from the UI changes nothing (fault 33).

        Temporal cancels only this task. The process runs in one of its own, so that no record, payout or opening is
        ever interrupted: people wait for their money, and a case ends by its rules.
        """
        process = asyncio.create_task(self._process(intake))
        while not process.done():
            try:
                await asyncio.shield(process)
            except asyncio.CancelledError:
                self._inbox.refuse("cancel", "a case ends by its rules; terminate it only as a last resort")
        return process.result()

    async def _process(self, intake: CaseIntake) -> CaseOutcome:
        """Open the case, then process messages and deadlines in the order in which they occur until it has ended."""
        await self._current.open(intake)
        await self._note_restart(intake)
        while self._is_going_on or not await self._is_everybody_answered():
            self._approve_by_policy()
            self._start_what_is_due()
            event = await self._next_event()
            if isinstance(event, Deadline):
                await self._pass(event)
            else:
                await self._message_handler.answer(event)
            await self._renew_when_long()
            await self._renew_when_old(event)
        return CaseOutcome(case_id=intake.case_id, state=self._current.case.state)

    async def _note_restart(self, intake: CaseIntake) -> None:
        """Note that the case was open without a workflow, unless this run continues another one (fault 33)."""
        case, is_first = self._current.case, workflow.info().continued_run_id is None
        if intake.resumes and is_first and case.is_open and case.process_version >= NOTES_RESTARTS:
            at = workflow.now()
            with suppress(SupersededError):
                await self._current.change(restarted(case, at), at)

    @property
    def _is_going_on(self) -> bool:
        """True while the case is open, a message is waiting, or a gateway (R37) or the stock (R39) is being asked."""
        is_releasing = any(one.state is ReplacementState.RELEASING for one in self._current.case.replacements)
        is_asked = bool(self._current.case.refund_checks) or self._payout_runner.is_asking or is_releasing
        return self._current.case.is_open or bool(self._inbox) or is_asked

    def _approve_by_policy(self) -> None:
        """Approve the case automatically, once, if the policy version says so (R16)."""
        decision = None if self._is_auto_approved else auto_approval(self._current.case, self._current.policy)
        if decision:
            self._is_auto_approved = True
            self._inbox.add(decision)

    def _start_what_is_due(self) -> None:
        """Start the payouts and the replacements that are due; their answers come back as messages."""
        self._current.keep(self._payout_runner.start(self._current.case))
        self._replacement_runner.start(self._current.case)

    async def _next_event(self) -> InboundMessage | Deadline:
        """Return what comes next in time: a message, or a deadline that passed before the message arrived."""
        while True:
            try:
                passed = await self._current.passed_deadline()
            except SupersededError:
                continue
            inbound = self._inbox.first
            if inbound and (passed is None or await self._message_handler.came_in_time(inbound, passed)):
                return self._inbox.take()
            if passed:
                return passed
            self._timer.set(self._current.case.next_deadline)
            await workflow.wait_condition(lambda: bool(self._inbox) or self._timer.rang)

    async def _pass(self, deadline: Deadline) -> None:
        """Apply the effect of a deadline that has passed."""
        at = workflow.now()
        with suppress(SupersededError):
            await self._current.change(pass_deadline(self._current.case, deadline, at, self._current.policy), at)

    async def _is_everybody_answered(self) -> bool:
        """Wait until all handlers have finished, or return False as soon as a message waits that needs an answer."""
        await workflow.wait_condition(lambda: bool(self._inbox) or workflow.all_handlers_finished())
        return not self._inbox

    async def _renew_when_long(self) -> None:
        """Continue as a new run once the history is long; messages that keep arriving are answered or carried over."""
        is_idle = self._payout_runner.is_idle and self._replacement_runner.is_idle
        if not self._renewal.is_due(is_idle=is_idle):
            return
        if self._current.case.process_version < RENEWS_UNDER_LOAD and not workflow.patched("renewal-under-load"):
            await workflow.wait_condition(workflow.all_handlers_finished)
            if not self._inbox:
                self._continue_as_new()
        elif await self._renewal.finds_a_moment():
            self._continue_as_new()

    async def _renew_when_old(self, event: InboundMessage | Deadline) -> None:
        """Continue a run of an earlier process as one of today's, after a record check and while nothing is on its way.

        Release 0.1.0 knew no record checks, so that none of its histories comes here (fault 24).
        """
        is_asked = isinstance(event, InboundMessage) and isinstance(event.message, RecordCheck)
        case = self._current.case
        if not is_asked or not case.is_open or case.process_version >= PROCESS_VERSION:
            return
        is_idle = self._payout_runner.is_idle and self._replacement_runner.is_idle
        if is_idle and not is_at_gateway(case) and await self._renewal.finds_a_moment():
            self._continue_as_new()

    def _continue_as_new(self) -> None:
        case = self._current.case
        asked = self._payout_runner.asked_of(case)
        self._inbox.signal_again(*(_check_again(payout) for payout in asked))
        workflow.continue_as_new(self._intake.amend(resumes=True, carried=self._inbox.carried()))


def _check_again(payout: Payout) -> RefundUpdate:
    return RefundUpdate(payout_id=payout.payout_id, refund_id=payout.gateway_refund_id or payout.payout_id)
