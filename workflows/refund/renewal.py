"""When a case continues in a new run because its history is long, however many messages keep arriving (fault 30)."""

from datetime import timedelta

from temporalio import workflow

from workflows.refund.inbox import Inbox

PAUSE = timedelta(milliseconds=50)
FEW = 10
"""So many signals during a pause are few: Temporal accepts the new run only if none arrives while it is requested."""
CARRIED_AT_MOST = 500
LONGEST_WAIT_EVENTS = 2_000
"""So many events after the first suggestion, a call that is still running is left to the new run, which repeats it."""


class Renewal:
    """Finds the moment to continue as new: nobody waits for an answer, and few signals arrive."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._received = 0
        self._suggested_at: int | None = None

    def is_due(self, *, is_idle: bool) -> bool:
        """Return whether the history is long enough, and no call is running unless the history has grown much longer.

        A call that the run leaves behind is repeated by the next one: payouts under the same key, orders to the stock
        under the same id, checks because they are carried over.
        """
        info = workflow.info()
        if not info.is_continue_as_new_suggested():
            return False
        length = info.get_current_history_length()
        self._suggested_at = length if self._suggested_at is None else self._suggested_at
        return is_idle or length - self._suggested_at >= LONGEST_WAIT_EVENTS

    async def finds_a_moment(self) -> bool:
        """Return True when the run can end now; False when a message has to be answered by this run first.

        Temporal refuses the end of a run while unread messages wait, and the worker then reads the whole history again.
        During that time more signals arrive, so that the next try comes after a pause, in a task of its own.
        """
        while await self._is_nobody_waiting():
            if self._inbox.received - self._received <= FEW:
                return True
            self._received = self._inbox.received
            await workflow.sleep(PAUSE, summary="the history is long: a new run begins when few signals arrive")
        self._received = self._inbox.received
        return False

    async def _is_nobody_waiting(self) -> bool:
        inbox = self._inbox
        await workflow.wait_condition(lambda: inbox.awaits_answer or workflow.all_handlers_finished())
        return not inbox.awaits_answer and len(inbox) <= CARRIED_AT_MOST
