"""Messages to a case in the order of arrival, whatever their shape; nothing that is sent can break the case."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from temporalio import workflow
from temporalio.common import RawValue

from domain.cases.case import Case
from domain.cases.messages import Message

MAX_WHY = 300


@dataclass
class InboundMessage:
    """A message as it arrived: decoded, or with the reason why it could not be; `ordinal` counts signals by name."""

    name: str
    at: datetime
    message: Message | None = None
    unreadable: str | None = None
    ordinal: int | None = None
    reply: asyncio.Future[Case] | None = field(default=None, repr=False)


class Inbox:
    """Collects signals and updates, one message each, until the workflow takes them out."""

    def __init__(self) -> None:
        self._waiting: deque[InboundMessage] = deque()
        self._signals: dict[str, int] = {}

    def __bool__(self) -> bool:
        """Return whether a message is waiting."""
        return bool(self._waiting)

    def holds(self, kind: type[Message]) -> bool:
        """Return whether a message of this kind is waiting."""
        return any(isinstance(one.message, kind) for one in self._waiting)

    @property
    def first(self) -> InboundMessage | None:
        """The earliest message, which stays in the inbox."""
        return self._waiting[0] if self._waiting else None

    def take(self) -> InboundMessage:
        """Remove and return the earliest message."""
        return self._waiting.popleft()

    def signal(self, name: str, kind: type[Message], raw: RawValue) -> None:
        """Keep a signal; one that cannot be read is kept as unreadable, with the reason."""
        try:
            message = _read(raw, kind)
        except Exception as error:  # noqa: BLE001 - an ordinary exception in a handler would block the workflow
            self.refuse(name, _why(error, raw))
        else:
            self._waiting.append(InboundMessage(name, workflow.now(), message, ordinal=self._count(name)))

    def refuse(self, name: str, why: str) -> None:
        """Keep a signal that makes no sense, with the reason."""
        self._waiting.append(InboundMessage(name, workflow.now(), unreadable=why[:MAX_WHY], ordinal=self._count(name)))

    def update(self, message: Message) -> asyncio.Future[Case]:
        """Keep an update and return the future of its reply; the message may say when the API received it."""
        reply: asyncio.Future[Case] = asyncio.get_running_loop().create_future()
        at = min(message.received_at or workflow.now(), workflow.now())
        self._waiting.append(InboundMessage(message.kind, at, message, reply=reply))
        return reply

    def add(self, message: Message) -> None:
        """Keep a message that the workflow sends to itself."""
        self._waiting.append(InboundMessage(message.kind, workflow.now(), message))

    def _count(self, name: str) -> int:
        self._signals[name] = self._signals.get(name, 0) + 1
        return self._signals[name]


def _read(raw: RawValue, kind: type[Message]) -> Message:
    """Return the message; raises for anything else, also for bytes and nulls, which the converter passes unchanged."""
    message = workflow.payload_converter().from_payload(raw.payload, kind)
    if not isinstance(message, kind):
        raise TypeError("another kind of payload")
    return message


def _why(error: Exception, raw: RawValue) -> str:
    """Return what is wrong, without repeating the input, which may contain personal data."""
    if not raw.payload.data:
        return "no input: give one JSON object"
    cause = error if isinstance(error, ValidationError) else error.__cause__
    if isinstance(cause, ValidationError):
        return "; ".join(f"{'.'.join(map(str, one['loc'])) or 'input'}: {_said(one)}" for one in cause.errors())
    return "not a JSON object of the expected shape"


def _said(error: ErrorDetails) -> str:
    """Return our own words for a value that our own rules refuse, or else the type of the error."""
    return error["msg"].removeprefix("Value error, ") if error["type"] == "value_error" else error["type"]
