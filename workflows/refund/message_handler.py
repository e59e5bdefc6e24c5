"""What becomes of a letter: taken, answered as before, refused to its sender, or kept as ignored."""

from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from activities.signal_times import SignalTimeActivities, SignalTimeQuery
from domain.calendar import Deadline
from domain.cases.case import Case, Refusal
from domain.cases.messages import Message
from domain.errors import UnitsTakenError
from policy.deadlines import in_time
from workflows import options
from workflows.refund.case_state import CurrentCase
from workflows.refund.inbox import InboundMessage
from workflows.refund.state_machine import take
from workflows.refund.transition import ReceivedMessage, TimelineEvent, Transition


class MessageHandler:
    """Answers letters on a case; an update's sender hears the answer, a signal's finds it in the timeline."""

    def __init__(self, file: CurrentCase) -> None:
        self._file = file

    def screen(self, message: Message) -> None:
        """Raise what `answer` would refuse the message with, were it taken now."""
        if not self._is_repeat(message):
            outcome = self._outcome(InboundMessage(message.kind, workflow.now(), message))
            if not isinstance(outcome, Transition):
                raise _error(self._file.case, message, outcome)

    async def answer(self, letter: InboundMessage) -> None:
        """Take the letter and tell its sender, once what it changed is recorded."""
        if letter.message is None:
            await self._ignore(letter, letter.unreadable or "unreadable")
        elif self._is_repeat(letter.message):
            _reply(letter, self._file.case)
        else:
            await self._take(letter, letter.message)

    async def came_in_time(self, letter: InboundMessage, passed: Deadline) -> bool:
        """Return whether the letter arrived before the deadline passed, by the server's record when in doubt.

        One that says nothing hastens no deadline.
        """
        if letter.message is None:
            return True
        if letter.ordinal is not None and not in_time(letter.at, passed):
            letter.at, letter.ordinal = await self._arrival(letter), None
        return in_time(letter.at, passed)

    async def _take(self, letter: InboundMessage, message: Message) -> None:
        outcome = self._outcome(letter)
        if isinstance(outcome, Transition):
            outcome = await self._accept(letter, outcome)
        if isinstance(outcome, Transition):
            _reply(letter, self._file.case)
        elif letter.reply:
            letter.reply.set_exception(_error(self._file.case, message, outcome))
        else:
            await self._ignore(letter, _why(self._file.case, message, outcome))

    async def _accept(self, letter: InboundMessage, move: Transition) -> Transition | Refusal:
        if not move.happened:
            self._file.keep(move.case)
            return move
        try:
            await self._file.change(move, letter.at)
        except UnitsTakenError as taken:
            return Refusal(rule="R11", code=taken.code, says=taken.says)
        return move

    async def _ignore(self, letter: InboundMessage, why: str) -> None:
        ignored = TimelineEvent("signal_ignored", _printable(letter.name), details={"why": why})
        await self._file.change(Transition(self._file.case, (ignored,)), letter.at)

    def _outcome(self, letter: InboundMessage) -> Transition | Refusal | None:
        message, case = letter.message, self._file.case
        if message is None or message.event_id in case.taken:
            return None
        return take(case, ReceivedMessage(message, letter.at), self._file.policy)

    def _is_repeat(self, message: Message) -> bool:
        """Return whether this was answered before: by its id, or in the same words while nothing new awaits them."""
        case = self._file.case
        if message.event_id in case.taken:
            return case.taken[message.event_id] == message.identity
        is_same = case.answered.get(message.kind) == message.fingerprint
        return is_same and take(case, ReceivedMessage(message, workflow.now()), self._file.policy) is None

    async def _arrival(self, letter: InboundMessage) -> datetime:
        info = workflow.info()
        query = SignalTimeQuery(
            workflow_id=info.workflow_id, run_id=info.run_id, signal=letter.name, ordinal=letter.ordinal or 0
        )
        arrival = await workflow.execute_local_activity_method(
            SignalTimeActivities.find, query, **options.record(f"when did {letter.name} arrive")
        )
        return arrival.at


def _printable(name: str) -> str:
    """Return the name as a database takes it: PostgreSQL refuses a zero character, and the case would hang on it."""
    return "".join(sign if sign.isprintable() else "?" for sign in name)


def _reply(letter: InboundMessage, case: Case) -> None:
    if letter.reply:
        letter.reply.set_result(case)


def _error(case: Case, message: Message, outcome: Refusal | None) -> ApplicationError:
    if outcome:
        return ApplicationError(outcome.says, outcome.model_dump(mode="json"), type="refused")
    return ApplicationError(_why(case, message, None), {"state": case.state.value}, type="wrong_state")


def _why(case: Case, message: Message, outcome: Refusal | None) -> str:
    if outcome:
        return f"{outcome.rule}: {outcome.says}"
    if message.event_id in case.taken:
        return f"another message came under the id {message.event_id} before; the state is {case.state}"
    return f"not expected in state {case.state}"
