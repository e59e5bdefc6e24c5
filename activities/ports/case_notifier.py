"""How events reach the cases they concern."""

from typing import Protocol

from domain.cases.messages import Message


class CaseNotifier(Protocol):
    """Sends messages to cases; raises WorkflowsUnavailableError if a later try may succeed."""

    async def notify(self, case_id: str, message: Message) -> bool:
        """Send the message to the case, even if it has ended (R37); return False if it was never submitted."""
        ...

    async def tell_running(self, case_id: str, message: Message) -> bool:
        """Send the message to the case if it is running; return False if it has ended or never began."""
        ...
