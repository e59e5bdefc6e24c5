"""What happens to a message: applied, answered as before, refused to its sender, or kept as ignored."""

from contextlib import suppress
from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from activities.signal_times import SignalTimeActivities, SignalTimeQuery
from domain.calendar import Deadline
from domain.cases.case import Case, Refusal
from domain.cases.first_release import unread_by_first_release
from domain.cases.messages import CalendarPublished, Message
from domain.cases.timeline import CaseEvent
from domain.errors import DomainError, OtherAmountOwedError, ReturnNotCountedError, UnitsTakenError
from policy.deadlines import in_time
from workflows import options
from workflows.refund.case_state import CurrentCase, SupersededError
from workflows.refund.inbox import InboundMessage
from workflows.refund.state_machine import take
from workflows.refund.transition import ReceivedMessage, TimelineEvent, Transition

WIDER_SIGNALS = 2
"""The first version of the process whose signals take names and ids in any script."""

_RULES: dict[type[DomainError], str] = {
    UnitsTakenError: "R11",
    ReturnNotCountedError: "R32",
    OtherAmountOwedError: "R36",
}
"""What recording a change can still refuse, and by which rule."""


class MessageHandler:
    """Applies messages to a case; an update returns the outcome to its sender, a signal's is in the timeline."""

    def __init__(self, current: CurrentCase) -> None:
        self._current = current

    def screen(self, message: Message) -> None:
        """Raise the error with which `answer` would refuse the message now, if it would."""
        if not self._is_repeat(message):
            outcome = self._outcome(InboundMessage(message.kind, workflow.now(), message))
            if not isinstance(outcome, Transition):
                raise _error(self._current.case, message, outcome)

    async def answer(self, inbound: InboundMessage) -> None:
        """Apply the message and answer its sender once the change is recorded, to a newer record if there is one."""
        self._ignore_as_before(inbound)
        is_answered = False
        while not is_answered:
            with suppress(SupersededError):
                await self._answer(inbound)
                is_answered = True

    async def _answer(self, inbound: InboundMessage) -> None:
        if inbound.message is None:
            await self._ignore(inbound, inbound.unreadable or "unreadable")
        elif isinstance(inbound.message, CalendarPublished):
            await self._current.follow_calendar(inbound.at)
        elif self._is_repeat(inbound.message):
            _reply(inbound, self._current.case)
        else:
            await self._apply(inbound, inbound.message)

    async def came_in_time(self, inbound: InboundMessage, passed: Deadline) -> bool:
        """Return whether the message arrived before the deadline passed, by Temporal's own record when in doubt.

        An unreadable message always counts as in time, so that it never brings a deadline forward.
        """
        self._ignore_as_before(inbound)
        if inbound.message is None:
            return True
        if inbound.ordinal is not None and not in_time(inbound.at, passed):
            inbound.at, inbound.ordinal = await self._arrival(inbound), None
        return in_time(inbound.at, passed)

    def _ignore_as_before(self, inbound: InboundMessage) -> None:
        """Make a signal unreadable that the release which began this run could not read (fault 24)."""
        if inbound.message and inbound.ordinal is not None and self._current.case.process_version < WIDER_SIGNALS:
            inbound.unreadable = unread_by_first_release(inbound.message)
            inbound.message = None if inbound.unreadable else inbound.message

    async def _apply(self, inbound: InboundMessage, message: Message) -> None:
        outcome = self._outcome(inbound)
        if isinstance(outcome, Transition):
            outcome = await self._accept(inbound, outcome)
        if isinstance(outcome, Transition):
            _reply(inbound, self._current.case)
        elif inbound.reply:
            inbound.reply.set_exception(_error(self._current.case, message, outcome))
        else:
            await self._ignore(inbound, _why(self._current.case, message, outcome))

    async def _accept(self, inbound: InboundMessage, transition: Transition) -> Transition | Refusal:
        if not transition.happened and not transition.replans:
            self._current.keep(transition.case)
            return transition
        try:
            await self._current.change(transition, inbound.at)
        except tuple(_RULES) as refused:
            return Refusal(rule=_RULES[type(refused)], code=refused.code, message=refused.message)
        return transition

    async def _ignore(self, inbound: InboundMessage, why: str) -> None:
        ignored = TimelineEvent(CaseEvent.SIGNAL_IGNORED, _printable(inbound.name), details={"why": why})
        await self._current.change(Transition(self._current.case, (ignored,)), inbound.at)

    def _outcome(self, inbound: InboundMessage) -> Transition | Refusal | None:
        message, case = inbound.message, self._current.case
        if message is None or message.event_id in case.processed_events:
            return None
        return take(case, ReceivedMessage(message, inbound.at), self._current.policy)

    def _is_repeat(self, message: Message) -> bool:
        """Return whether the message was answered before.

        It was if its id is known, or if it equals the last message of its kind and the state expects no other one.
        """
        case = self._current.case
        if message.event_id in case.processed_events:
            return case.processed_events[message.event_id] == message.identity
        is_same = case.last_messages.get(message.kind) == message.fingerprint
        return is_same and take(case, ReceivedMessage(message, workflow.now()), self._current.policy) is None

    async def _arrival(self, inbound: InboundMessage) -> datetime:
        info = workflow.info()
        query = SignalTimeQuery(
            workflow_id=info.workflow_id,
            run_id=inbound.run_id or info.run_id,
            signal=inbound.name,
            ordinal=inbound.ordinal or 0,
        )
        arrival = await workflow.execute_local_activity_method(
            SignalTimeActivities.find, query, **options.record(f"when did {inbound.name} arrive")
        )
        return arrival.at


def _printable(name: str) -> str:
    """Return the name without characters such as NUL, which PostgreSQL refuses and on which the case would hang."""
    return "".join(sign if sign.isprintable() else "?" for sign in name)


def _reply(inbound: InboundMessage, case: Case) -> None:
    if inbound.reply:
        inbound.reply.set_result(case)


def _error(case: Case, message: Message, outcome: Refusal | None) -> ApplicationError:
    if outcome:
        return ApplicationError(outcome.message, outcome.model_dump(mode="json"), type="refused")
    return ApplicationError(_why(case, message, None), {"state": case.state.value}, type="wrong_state")


def _why(case: Case, message: Message, outcome: Refusal | None) -> str:
    if outcome:
        return f"{outcome.rule}: {outcome.message}"
    if message.event_id in case.processed_events:
        return f"another message was already sent with the id {message.event_id}; the state is {case.state}"
    return f"not expected in state {case.state}"
