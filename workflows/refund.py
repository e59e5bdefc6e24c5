"""The refund process: one durable workflow per case, `refund/{case_id}`."""

import asyncio

from temporalio import workflow

from domain.calendar import Deadline
from domain.request import CaseIntake
from domain.words import CaseState, PayoutState
from workflows.alarm import Alarm
from workflows.casefile import CaseOutcome
from workflows.handlers import CaseHandlers
from workflows.mailbox import Letter
from workflows.payments import next_planned, pay
from workflows.process import auto_approval, pass_deadline


@workflow.defn(name="RefundWorkflow")
class RefundWorkflow(CaseHandlers):
    """Carries one refund from the request to its end; `workflows.process` shows what does what in which state."""

    @workflow.init
    def __init__(self, intake: CaseIntake) -> None:
        super().__init__()
        self._intake = intake
        self._alarm = Alarm()
        self._paying: asyncio.Task[None] | None = None

    @workflow.run
    async def run(self, intake: CaseIntake) -> CaseOutcome:
        """Open the case, then carry it on by message and deadline, whichever comes first, until it has ended."""
        await self._file.open(intake)
        self._approve_by_policy()
        while self._file.case.is_open or self._mailbox:
            self._pay_what_is_due()
            event = await self._next_event()
            if isinstance(event, Deadline):
                await self._pass(event)
            else:
                await self._letters.answer(event)
            self._renew_when_long()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return CaseOutcome(case_id=intake.case_id, state=self._file.case.state)

    def _approve_by_policy(self) -> None:
        """Let the policy version approve where it says so (R16)."""
        if decision := auto_approval(self._file.case, self._file.policy):
            self._mailbox.tell(decision)

    def _pay_what_is_due(self) -> None:
        """Start the next planned payout; its answer comes back as a message."""
        case = self._file.case
        payout = next_planned(case) if case.state is CaseState.PAYOUT_DUE else None
        if payout is None:
            return
        self._file.keep(case.with_payout(payout.amend(state=PayoutState.SUBMITTING)))
        self._paying = asyncio.create_task(pay(case, payout, self._mailbox))

    async def _next_event(self) -> Letter | Deadline:
        """Return what comes next by the time it arrived: a letter, or a deadline that passed before it."""
        while True:
            passed = await self._file.passed_deadline()
            letter = self._mailbox.first
            if letter and (passed is None or await self._letters.came_in_time(letter, passed)):
                return self._mailbox.take()
            if passed:
                return passed
            self._alarm.set(self._file.case.next_deadline)
            await workflow.wait_condition(lambda: bool(self._mailbox) or self._alarm.rang)

    async def _pass(self, deadline: Deadline) -> None:
        """Let the deadline take its effect."""
        at = workflow.now()
        await self._file.change(pass_deadline(self._file.case, deadline, at, self._file.policy), at)

    def _renew_when_long(self) -> None:
        """Continue as a new run once the history is long and nothing is in flight."""
        idle = not self._mailbox and (self._paying is None or self._paying.done())
        if workflow.info().is_continue_as_new_suggested() and idle and workflow.all_handlers_finished():
            workflow.continue_as_new(self._intake.amend(resumes=True))
