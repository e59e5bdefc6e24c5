"""Until when each line of a request can be asked for, by the receipt of its units, and what a refusal says (R3, R4)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from domain.calendar import Deadline, WorkCalendar
from domain.cases.case import Refusal
from domain.policy_document import PolicyDocument
from domain.request import CaseIntake
from policy import deadlines
from policy.units.order_units import OrderUnit, meant_by
from policy.units.unit_choice import too_few

_DOUBT = " (by the working-day calendar as far as it is published)"


class LineWindows(NamedTuple):
    """A line of a request: the units that it can mean, and until when each could or can be asked for.

    The deadline of a unit that has not been received yet is None.
    """

    sku: str
    quantity: int
    units: tuple[OrderUnit, ...]
    ends: tuple[Deadline | None, ...]
    at: datetime

    @property
    def ready(self) -> list[tuple[OrderUnit, Deadline]]:
        """The units that are received and in time: the named product first, free ones first, and the earliest end."""
        in_time = [(unit, end) for unit, end in self._pairs if end and deadlines.in_time(self.at, end)]
        return sorted(in_time, key=lambda one: (one[0].sku != self.sku, not one[0].is_free, _end(one[1])))

    @property
    def late(self) -> list[Deadline]:
        """The deadlines of late units; only those of units that no case has, if there are any."""
        late = [(unit, end) for unit, end in self._pairs if end and not deadlines.in_time(self.at, end)]
        free = [end for unit, end in late if unit.is_free]
        return free or [end for _, end in late]

    @property
    def unreceived(self) -> int:
        """How many units that no case has were not received yet."""
        return sum(unit.is_free and end is None for unit, end in self._pairs)

    @property
    def is_open(self) -> bool:
        """True if enough units can be asked for; whether other cases have them is R11's matter, not the window's."""
        if sum(unit.is_free for unit, _ in self.ready) >= self.quantity:
            return True
        waits = any(unit.is_free and (end is None or not deadlines.in_time(self.at, end)) for unit, end in self._pairs)
        return not waits and len(self.ready) >= self.quantity

    @property
    def is_late(self) -> bool:
        """True if too few units can be asked for because others are late."""
        return not self.is_open and bool(self.late)

    @property
    def is_taken(self) -> bool:
        """True if too few units can be asked for because cases have the others, before or after they were received."""
        return not self.is_open and not self.late and not self.unreceived

    @property
    def _pairs(self) -> Iterable[tuple[OrderUnit, Deadline | None]]:
        return zip(self.units, self.ends, strict=True)

    def named(self, count: int) -> str:
        """Return the sku, with how many units of it are meant if not all are alike."""
        return self.sku if len({end and end.last_day for end in self.ends}) == 1 else f"{count} of {self.sku}"


def line_windows(
    intake: CaseIntake, units: Sequence[OrderUnit], policy: PolicyDocument, calendar: WorkCalendar
) -> tuple[LineWindows, ...]:
    """Return the windows of each line that is asked for (R3, R4): every unit has its own, counted from its receipt."""
    spec, known = deadlines.request_window(policy), dict[datetime, Deadline]()

    def end(received_at: datetime | None) -> Deadline | None:
        if received_at is None or received_at.replace(microsecond=0) > intake.received_at:
            return None
        if received_at not in known:
            known[received_at] = deadlines.compute(spec.since(received_at), calendar)
        return known[received_at]

    meant = [(asked, meant_by(asked.sku, units)) for asked in intake.lines]
    return tuple(
        LineWindows(asked.sku, asked.quantity, own, tuple(end(unit.received_at) for unit in own), intake.received_at)
        for asked, own in meant
    )


def judge_windows(lines: Sequence[LineWindows]) -> Refusal | Deadline:
    """Return the earliest deadline of the lines, or a refusal if one of them is late (R3) or not received yet (R4).

    R11: units that were never received may be taken all the same: a replacement that was lost and is refunded.
    """
    if late := [end for line in lines if line.is_late for end in line.late]:
        message = " ".join([*says_late(lines), *says_rest(lines)])
        return Refusal(rule="R3", code="request_window_passed", message=message, deadline=min(late, key=_end))
    if taken := next((line for line in lines if line.is_taken), None):
        return too_few(taken.sku, taken.quantity, len(_askable(taken)))
    if not all(line.is_open for line in lines):
        return Refusal(rule="R4", code="not_yet_received", message=" ".join(says_rest(lines)))
    return min((end for line in lines for _, end in line.ready[: line.quantity]), key=_end)


def says_late(lines: Sequence[LineWindows]) -> list[str]:
    """Return which lines are late and since when, as one sentence, or nothing (R3)."""
    late = [(line, end, line.late.count(end)) for line in lines if line.is_late for end in dict.fromkeys(line.late)]
    if not late:
        return []
    dates = ", ".join(f"for {line.named(count)} on {end.last_day.isoformat()}" for line, end, count in late)
    is_guessed = any(end.provisional for _, end, _ in late)
    return [f"The time to ask for a refund ended {dates}{_DOUBT if is_guessed else ''}; the right is waived."]


def says_rest(lines: Sequence[LineWindows]) -> list[str]:
    """Return what to do about what is not late: what can be asked for, and what has not been received yet."""
    open_until = [(line, ready) for line in lines if (ready := _askable(line))]
    open_units = ", ".join(
        f"{line.named(len(ready))} until {min(ready, key=_end).last_day.isoformat()}" for line, ready in open_until
    )
    waiting = [line for line in lines if not line.is_open and line.unreceived]
    unreceived = ", ".join(line.named(line.unreceived) for line in waiting)
    others = "without the other lines" if all(line.is_open for line, _ in open_until) else "for nothing else"
    awaited = f"Not received yet: {unreceived}. Ask again after delivery, or confirm the receipt in the shop."
    still = f"You can still ask for {open_units}, in a request {others}."
    return [*([awaited] if unreceived else []), *([still] if open_units else [])]


def without_doubt(message: str) -> str:
    """Return the text of a late refusal as it reads once the calendar is published (R6)."""
    return message.replace(_DOUBT, "")


def _askable(line: LineWindows) -> list[Deadline]:
    """Return the deadlines of the units that can be asked for: as many as are wanted, or as there are free ones."""
    if line.is_open:
        return [end for _, end in line.ready[: line.quantity]]
    return [end for unit, end in line.ready if unit.is_free]


def _end(deadline: Deadline) -> datetime:
    return deadline.when
