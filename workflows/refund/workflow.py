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
from workflows.refund.payout_runner import Payments
from workflows.refund.replacement_runner import Replacements
from workflows.refund.state_machine import auto_approval, pass_deadline


@workflow.defn(name="RefundWorkflow")
class RefundWorkflow(CaseHandlers):
    """Carries one refund from the request to its end; `state_machine` shows what does what in which state."""

    @workflow.init
    def __init__(self, intake: CaseIntake) -> None:
        super().__init__()
        self._intake = intake
        self._alarm = DeadlineTimer()
        self._payments = Payments(self._mailbox)
        self._replacements = Replacements(self._mailbox)
        self._is_weighed = False

    @workflow.run
    async def run(self, intake: CaseIntake) -> CaseOutcome:
        """Open the case, then carry it on by message and deadline, whichever comes first, until it has ended."""
        await self._file.open(intake)
        while self._is_going_on:
            self._approve_by_policy()
            self._give_what_is_due()
            event = await self._next_event()
            if isinstance(event, Deadline):
                await self._pass(event)
            else:
                await self._letters.answer(event)
            await self._renew_when_long()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return CaseOutcome(case_id=intake.case_id, state=self._file.case.state)

    @property
    def _is_going_on(self) -> bool:
        """True while the case is open, somebody has written, or a gateway (R37) or the stock (R39) is asked for it."""
        is_giving_back = any(one.state is ReplacementState.RELEASING for one in self._file.case.replacements)
        is_asked = bool(self._file.case.asked_after) or self._payments.is_asking or is_giving_back
        return self._file.case.is_open or bool(self._mailbox) or is_asked

    def _approve_by_policy(self) -> None:
        """Let the policy version approve where it says so, once (R16)."""
        decision = None if self._is_weighed else auto_approval(self._file.case, self._file.policy)
        if decision:
            self._is_weighed = True
            self._mailbox.tell(decision)

    def _give_what_is_due(self) -> None:
        """Start the payouts and the replacements that are due; their answers come back as messages."""
        self._file.keep(self._payments.start(self._file.case))
        self._replacements.start(self._file.case)

    async def _next_event(self) -> InboundMessage | Deadline:
        """Return what comes next by the time it arrived: a letter, or a deadline that passed before it."""
        while True:
            passed = await self._file.passed_deadline()
            letter = self._mailbox.first
            if letter and (passed is None or await self._letters.came_in_time(letter, passed)):
                return self._mailbox.take()
            if passed:
                return passed
            self._alarm.set(self._file.case.next_deadline)
            await self._wait()

    async def _wait(self) -> None:
        """Wait for a letter or the alarm; a cancellation from the UI is kept as ignored, as people and money wait."""
        try:
            await workflow.wait_condition(lambda: bool(self._mailbox) or self._alarm.rang)
        except asyncio.CancelledError:
            self._mailbox.refuse("cancel", "a case ends by its rules; terminate it only as the last resort")

    async def _pass(self, deadline: Deadline) -> None:
        """Let the deadline take its effect."""
        at = workflow.now()
        await self._file.change(pass_deadline(self._file.case, deadline, at, self._file.policy), at)

    @property
    def _is_idle(self) -> bool:
        return self._payments.is_idle and self._replacements.is_idle

    async def _renew_when_long(self) -> None:
        """Continue as a new run once the history is long and nothing is in flight."""
        if not workflow.info().is_continue_as_new_suggested() or not self._is_idle:
            return
        await workflow.wait_condition(workflow.all_handlers_finished)
        if not self._mailbox:
            workflow.continue_as_new(self._intake.amend(resumes=True))
