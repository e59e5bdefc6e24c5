"""One timer that is re-used: it rings at the earliest deadline known, or before, and is then set again."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow

from domain.calendar import Deadline

GRACE = timedelta(seconds=30)
"""What the API received in the last second may still be on its way: it must not be overtaken by the deadline."""


class DeadlineTimer:
    """Rings a little after a deadline's last second; a timer that would ring earlier already is left as it is.

    A deadline met leaves its timer running: one early ring costs less than a cancelled timer at every step.
    """

    def __init__(self) -> None:
        self._timer: asyncio.Task[None] | None = None
        self._rings_at: datetime | None = None

    @property
    def rang(self) -> bool:
        """True once the timer has fired and was not set again."""
        return self._timer is not None and self._timer.done()

    def set(self, deadline: Deadline | None) -> None:
        """Make sure that it rings when the deadline has passed."""
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
