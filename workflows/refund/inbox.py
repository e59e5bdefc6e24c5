"""Messages to a case in the order of arrival, whatever their shape; nothing that is sent can break the case."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from temporalio import workflow
from temporalio.common import RawValue

from domain.cases.case import Case
from domain.cases.messages import Message
from domain.request import CarriedMessage
from domain.value import faults_of

MAX_WHY = 300
KINDS: dict[str, type[Message]] = {kind.kind: kind for kind in Message.__subclasses__()}


@dataclass
class InboundMessage:
    """A message as it arrived: decoded, or with the reason why it could not be.

    `ordinal` counts a run's signals by name, and `run_id` is that run, if it is not the present one.
    """

    name: str
    at: datetime
    message: Message | None = None
    unreadable: str | None = None
    ordinal: int | None = None
    run_id: str | None = None
    is_signal: bool = False
    reply: asyncio.Future[Case] | None = field(default=None, repr=False)


class Inbox:
    """Collects signals and updates, one message each, until the workflow takes them out."""

    def __init__(self) -> None:
        self._waiting: deque[InboundMessage] = deque()
        self._signals: dict[str, int] = {}
        self.received = 0

    def __bool__(self) -> bool:
        """Return whether a message is waiting."""
        return bool(self._waiting)

    def __len__(self) -> int:
        """Return how many messages are waiting."""
        return len(self._waiting)

    @property
    def awaits_answer(self) -> bool:
        """True while a message waits that this run must answer: an update, or one that the run sent to itself."""
        return any(not one.is_signal for one in self._waiting)

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
            self._keep(InboundMessage(name, workflow.now(), message, ordinal=self._count(name), is_signal=True))

    def refuse(self, name: str, why: str) -> None:
        """Keep a signal that makes no sense, with the reason."""
        kept = InboundMessage(name, workflow.now(), unreadable=why[:MAX_WHY], ordinal=self._count(name), is_signal=True)
        self._keep(kept)

    def update(self, message: Message) -> asyncio.Future[Case]:
        """Keep an update and return the future of its reply; the message may say when the API received it."""
        reply: asyncio.Future[Case] = asyncio.get_running_loop().create_future()
        at = min(message.received_at or workflow.now(), workflow.now())
        self._keep(InboundMessage(message.kind, at, message, reply=reply))
        return reply

    def add(self, message: Message) -> None:
        """Keep a message that the workflow sends to itself."""
        self._keep(InboundMessage(message.kind, workflow.now(), message))

    def signal_again(self, *messages: Message) -> None:
        """Keep messages that the next run is to get as signals."""
        self._waiting.extend(InboundMessage(one.kind, workflow.now(), one, is_signal=True) for one in messages)

    def carried(self) -> tuple[CarriedMessage, ...]:
        """Return the signals that wait, for the next run."""
        return tuple(_carried(one) for one in self._waiting if one.is_signal)

    def restore(self, carried: Sequence[CarriedMessage]) -> None:
        """Keep the signals that the run before has carried over, in their order."""
        self._waiting.extend(_restored(one) for one in carried)

    def _keep(self, inbound: InboundMessage) -> None:
        self._waiting.append(inbound)
        self.received += 1

    def _count(self, name: str) -> int:
        self._signals[name] = self._signals.get(name, 0) + 1
        return self._signals[name]


def _carried(one: InboundMessage) -> CarriedMessage:
    return CarriedMessage(
        name=one.name,
        at=one.at,
        kind=one.message.kind if one.message else None,
        content=one.message.model_dump_json(exclude_defaults=True) if one.message else None,
        unreadable=one.unreadable,
        ordinal=one.ordinal,
        run_id=one.run_id or workflow.info().run_id,
    )


def _restored(one: CarriedMessage) -> InboundMessage:
    """Return the signal as the run before had it; a kind that an older release does not know is kept as unreadable."""
    kind = KINDS.get(one.kind or "")
    message = kind.read(one.content) if kind and one.content else None
    unreadable = None if message else one.unreadable or f"this release has no message {one.kind}"
    return InboundMessage(one.name, one.at, message, unreadable, one.ordinal, one.run_id, is_signal=True)


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
        faults = faults_of(cause.errors())
        return "; ".join(f"{'.'.join(map(str, one['loc'])) or 'input'}: {_said(one)}" for one in faults)
    return "not a JSON object of the expected shape"


def _said(error: ErrorDetails) -> str:
    """Return our own words for a value that our own rules refuse, or else the type of the error."""
    return error["msg"].removeprefix("Value error, ") if error["type"] == "value_error" else error["type"]
