"""The way of events to the cases they concern."""

from typing import Protocol

from domain.cases.messages import Message


class CaseNotifier(Protocol):
    """The cases, as far as they are sent messages; raises WorkflowsUnavailableError for what may pass."""

    async def notify(self, case_id: str, message: Message) -> bool:
        """Have the case hear the message, also one that has ended (R37); return False for one never submitted."""
        ...

    async def tell_running(self, case_id: str, message: Message) -> bool:
        """Have the running case hear the message; return False when it has ended, or never began."""
        ...
