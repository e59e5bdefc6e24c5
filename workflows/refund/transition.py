"""The input and the result of a reaction."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeAlias, TypeVar

from pydantic import JsonValue

from domain.calendar import Deadline
from domain.cases.case import Case, Refusal
from domain.cases.messages import Message
from domain.cases.payment_balance import PlanRequest
from domain.cases.timeline import CaseEvent
from domain.findings import Finding
from domain.policy_document import PolicyDocument

M = TypeVar("M", bound=Message)


@dataclass(frozen=True)
class ReceivedMessage(Generic[M]):
    """A message and when it arrived."""

    message: M
    at: datetime


@dataclass(frozen=True)
class TimelineEvent:
    """A new line of the timeline, in codes."""

    event: CaseEvent
    actor: str = "system"
    rule: str | None = None
    details: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])


@dataclass(frozen=True)
class Replan:
    """How what is still owed is planned anew, and what then becomes of the case.

    `paid_as` marks all that is owed outside as paid, with that reference. `closes` ends the case without paying what
    is then still owed.
    """

    asked: PlanRequest = field(default_factory=PlanRequest)
    paid_as: str | None = None
    closes: bool = False


@dataclass(frozen=True)
class Transition:
    """The case after a reaction, what happened to it, and what operators have to look into.

    `replans` asks for what is still owed to be planned anew.
    """

    case: Case
    happened: tuple[TimelineEvent, ...] = ()
    findings: tuple[Finding, ...] = ()
    replans: Replan | None = None


OnMessage: TypeAlias = Callable[[Case, ReceivedMessage[Any], PolicyDocument], Transition | Refusal]
OnDeadline: TypeAlias = Callable[[Case, Deadline, datetime, PolicyDocument], Transition]
