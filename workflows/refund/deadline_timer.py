"""One reused timer, which rings at the earliest known deadline or before it and is then set again."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow

from domain.calendar import Deadline

GRACE = timedelta(seconds=30)
"""A request that the API received in the last second may still be on its way; the deadline must not overtake it."""


class DeadlineTimer:
    """Rings shortly after a deadline's last second, or earlier if it is already set to an earlier time.

    A deadline that was met leaves its timer running: one early ring costs less than cancelling a timer at every step.
    """

    def __init__(self) -> None:
        self._timer: asyncio.Task[None] | None = None
        self._rings_at: datetime | None = None

    @property
    def rang(self) -> bool:
        """True when the timer has fired and has not been set again."""
        return self._timer is not None and self._timer.done()

    def set(self, deadline: Deadline | None) -> None:
        """Make sure that the timer rings once the deadline has passed."""
        if self.rang:
            self._timer = self._rings_at = None
        if deadline is None or (self._rings_at and self._rings_at <= deadline.when + GRACE):
            return
        self.stop()
        self._rings_at = deadline.when + GRACE
        summary = f"{deadline.what}: {deadline.last_day.isoformat()}"
        wait = max(self._rings_at - workflow.now(), timedelta(0))
        self._timer = asyncio.create_task(workflow.sleep(wait, summary=summary))

    def stop(self) -> None:
        """Cancel the timer."""
        if self._timer and not self._timer.done():
            self._timer.cancel()
