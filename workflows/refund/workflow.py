"""The refund process: one durable workflow per case, `refund/{case_id}`."""

import asyncio

from temporalio import workflow

from domain.calendar import Deadline
from domain.enums import ReplacementState
from domain.request import CaseIntake
from workflows.refund.case_state import CaseOutcome
from workflows.refund.deadline_timer import DeadlineTimer
from workflows.refund.handlers import CaseHandlers
from workflows.refund.inbox import InboundMessage
from workflows.refund.payout_runner import PayoutRunner
from workflows.refund.replacement_runner import ReplacementRunner
from workflows.refund.state_machine import auto_approval, pass_deadline


@workflow.defn(name="RefundWorkflow")
class RefundWorkflow(CaseHandlers):
    """Carries one refund from the request to its end; `state_machine` shows what happens in which state."""

    @workflow.init
    def __init__(self, intake: CaseIntake) -> None:
        super().__init__()
        self._intake = intake
        self._timer = DeadlineTimer()
        self._payout_runner = PayoutRunner(self._inbox)
        self._replacement_runner = ReplacementRunner(self._inbox)
        self._is_auto_approved = False

    @workflow.run
    async def run(self, intake: CaseIntake) -> CaseOutcome:
        """Open the case, then process messages and deadlines in the order in which they occur until it has ended."""
        await self._current.open(intake)
        while self._is_going_on:
            self._approve_by_policy()
            self._start_what_is_due()
            event = await self._next_event()
            if isinstance(event, Deadline):
                await self._pass(event)
            else:
                await self._message_handler.answer(event)
            await self._renew_when_long()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return CaseOutcome(case_id=intake.case_id, state=self._current.case.state)

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
            passed = await self._current.passed_deadline()
            inbound = self._inbox.first
            if inbound and (passed is None or await self._message_handler.came_in_time(inbound, passed)):
                return self._inbox.take()
            if passed:
                return passed
            self._timer.set(self._current.case.next_deadline)
            await self._wait()

    async def _wait(self) -> None:
        """Wait for a message or the timer; a cancellation from the UI is ignored, as people wait for their money."""
        try:
            await workflow.wait_condition(lambda: bool(self._inbox) or self._timer.rang)
        except asyncio.CancelledError:
            self._inbox.refuse("cancel", "a case ends by its rules; terminate it only as a last resort")

    async def _pass(self, deadline: Deadline) -> None:
        """Apply the effect of a deadline that has passed."""
        at = workflow.now()
        await self._current.change(pass_deadline(self._current.case, deadline, at, self._current.policy), at)

    @property
    def _is_idle(self) -> bool:
        return self._payout_runner.is_idle and self._replacement_runner.is_idle

    async def _renew_when_long(self) -> None:
        """Continue as a new run once the history is long and no call is running."""
        if not workflow.info().is_continue_as_new_suggested() or not self._is_idle:
            return
        await workflow.wait_condition(workflow.all_handlers_finished)
        if not self._inbox:
            workflow.continue_as_new(self._intake.amend(resumes=True))
