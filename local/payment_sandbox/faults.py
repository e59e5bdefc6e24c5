"""The fault plan: what goes wrong with the next calls, one fault per call, in the given order.

For a new kind of fault, add a class here and name it in `AnyFault`.
"""

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, field_validator

from domain.value import Value
from local.payment_sandbox.call import Call
from local.payment_sandbox.records import Answer
from local.payment_sandbox.stripe import dialect


class Operation(StrEnum):
    """The calls for which faults can be planned."""

    CREATE = "refund.create"
    RETRIEVE = "refund.retrieve"
    LIST = "refund.list"


class ConnectionDropped(Exception):  # noqa: N818 - an event, not an error of ours
    """The caller gets no answer because its connection is cut."""


class Fault(Value):
    """The base of all faults: which call it affects, and how many of them."""

    on: Operation = Operation.CREATE
    times: Annotated[int, Field(ge=1, le=1000, strict=True)] = 1


class DropBeforeCommit(Fault):
    """The connection is cut and the request is not executed."""

    kind: Literal["drop_answer_before_commit"]

    async def meet(self, _call: Call) -> Answer:
        """Cut the connection."""
        raise ConnectionDropped


class DropAfterCommit(Fault):
    """The request is executed, but its answer is lost."""

    kind: Literal["drop_answer_after_commit"]

    async def meet(self, call: Call) -> Answer:
        """Execute, then cut the connection."""
        call.commit()
        raise ConnectionDropped


class Slow(Fault):
    """The request is executed after some seconds; its key is in use until then."""

    kind: Literal["slow"]
    seconds: Annotated[float, Field(gt=0, le=120)]

    async def meet(self, call: Call) -> Answer:
        """Wait, then execute."""
        await asyncio.sleep(self.seconds)
        return call.commit()


class HeldAnswer(Fault):
    """The request is executed at once, but its answer comes after some seconds."""

    kind: Literal["held_answer"]
    seconds: Annotated[float, Field(gt=0, le=120)]

    async def meet(self, call: Call) -> Answer:
        """Execute, then wait."""
        answer = call.commit()
        await asyncio.sleep(self.seconds)
        return answer


class StoredServerError(Fault):
    """A 500 that is stored for the key; `executed` says whether the refund was made anyway."""

    kind: Literal["stored_500"]
    executed: bool = False

    async def meet(self, call: Call) -> Answer:
        """Store the error."""
        error = dialect.error(500, "api_error", "Something went wrong on the provider's end.")
        return call.keep(error, executed=self.executed)


class Busy(Fault):
    """A temporary refusal that is not stored for the key: 409 key in use, 429 too many requests, 503 unavailable."""

    kind: Literal["busy"]
    status: Literal[409, 429, 503]

    async def meet(self, _call: Call) -> Answer:
        """Refuse the call."""
        return dialect.busy(self.status)


class Decline(Fault):
    """A permanent refusal, which is stored for the key."""

    kind: Literal["decline"]
    code: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}$", examples=["lost_or_stolen_card"])]

    async def meet(self, call: Call) -> Answer:
        """Store the refusal."""
        return call.keep(call.declined(self.code))


class Outcome(Fault):
    """The refund is made with this first status instead of `succeeded`."""

    kind: Literal["outcome"]
    status: Literal["pending", "requires_action", "failed", "canceled"]
    failure_reason: str | None = None

    @field_validator("on")
    @classmethod
    def _only_creation(cls, on: Operation) -> Operation:
        if on is not Operation.CREATE:
            raise ValueError("an outcome is possible for refund.create only")
        return on

    async def meet(self, call: Call) -> Answer:
        """Execute with that outcome."""
        return call.commit(status=self.status, failure_reason=self.failure_reason)


AnyFault = Annotated[
    DropBeforeCommit | DropAfterCommit | Slow | HeldAnswer | StoredServerError | Busy | Decline | Outcome,
    Field(discriminator="kind"),
]


class FaultPlan:
    """The faults still to happen; they are only in memory, so that a restarted sandbox has none."""

    def __init__(self) -> None:
        self._left: list[AnyFault] = []

    @property
    def left(self) -> Sequence[AnyFault]:
        """The faults that have not happened yet."""
        return tuple(self._left)

    def replace(self, faults: Sequence[AnyFault]) -> None:
        """Replace the plan with this one."""
        self._left = list(faults)

    async def meet(self, operation: Operation, call: Call) -> Answer:
        """Answer the call with its fault, or normally if none is planned."""
        fault = next((fault for fault in self._left if fault.on is operation), None)
        if fault is None:
            return call.commit()
        self._spend(fault)
        return await fault.meet(call)

    def _spend(self, fault: AnyFault) -> None:
        at = next(i for i, one in enumerate(self._left) if one is fault)
        self._left[at : at + 1] = [fault.amend(times=fault.times - 1)] if fault.times > 1 else []
