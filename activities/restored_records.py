"""Records that are older than their workflows, as after a restore of the database, are written again (fault 31)."""

from asyncio import to_thread
from collections.abc import Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from pydantic import AwareDatetime, Field
from temporalio import activity

from domain.cases.case import Case
from domain.cases.timeline import ENTRIES_PER_VERSION, CaseEvent, TimelineEntry
from domain.errors import UnitsTakenError, WorkflowsUnavailableError
from domain.findings import Finding
from domain.value import Value
from policy.reconciliation.findings import record_behind

NOT_RECORDED = -1


class KeptRecord(Value):
    """A case as its workflow has it, with the latest timeline entries of its last run."""

    case: Case
    entries: tuple[TimelineEntry, ...] = ()


class LastWatch(Value):
    """When the watch before this one ran, as Temporal knows it; None for the very first one."""

    marked_at: AwareDatetime | None = None


class Watched(Value):
    """When a watch ran, how many records it had written again, and how many lost cases it found.

    `renewed_at` is when runs of earlier processes were last asked to go on in a new one.
    """

    marked_at: AwareDatetime | None = None
    written_again: int = Field(default=0, ge=0)
    lost: int = Field(default=0, ge=0)
    renewed_at: AwareDatetime | None = None


class RecordBook(Protocol):
    """The recorded cases."""

    def case(self, case_id: str) -> Case | None:
        """Return the case as last recorded, or None."""
        ...

    def record(self, case: Case, entries: Sequence[TimelineEntry]) -> Case:
        """Record the case with everything that belongs to it; raises UnitsTakenError and CaseAheadError."""
        ...

    def report(self, findings: Sequence[Finding]) -> None:
        """Record what operators have to look into, each finding once."""
        ...


class WatchMark(Protocol):
    """When the watch last ran, as the database knows it."""

    def last(self) -> datetime | None:
        """Return the time, or None."""
        ...

    def set(self, at: datetime) -> None:
        """Record the time."""
        ...


class KeptRuns(Protocol):
    """What the workflows of cases know; raises WorkflowsUnavailableError if a later try may succeed."""

    async def running(self) -> Collection[str]:
        """Return the cases whose workflow is listed as running; the list may be some seconds old."""
        ...

    async def ended_since(self, since: datetime | None) -> Collection[str]:
        """Return the cases whose workflow has ended since then, or ever, as far as Temporal still has it."""
        ...

    async def kept(self, case_id: str) -> KeptRecord | None:
        """Return the case as its last run has it, also after its end, or None if Temporal does not know."""
        ...

    async def align(self, case_id: str, recorded_version: int) -> None:
        """Have the running workflow write its record again."""
        ...


@dataclass(frozen=True)
class RecordRecovery:
    """Writes the record of a case from what its last run knows."""

    book: RecordBook
    runs: KeptRuns

    async def recover(self, case_id: str, at: datetime) -> bool:
        """Record the case as its last run has it if that is newer than its record; return whether it was.

        The timeline and a finding say so. Units that another case holds by now keep it from being recorded (R11); then
        it stays as it is. Raises WorkflowsUnavailableError.
        """
        recorded = await to_thread(self.book.case, case_id)
        version = NOT_RECORDED if recorded is None else recorded.version
        kept = await self.runs.kept(case_id)
        if kept is None or kept.case.version <= version:
            return False
        try:
            await to_thread(self.book.record, kept.case, (*kept.entries, _again(kept, version, at)))
        except UnitsTakenError as taken:
            activity.logger.warning("case %s cannot be recorded again: %s", case_id, taken.message)
            return False
        await to_thread(self.book.report, [record_behind(kept.case, version, at)])
        return True


@dataclass(frozen=True)
class RestoredRecordActivities:
    """Compares the records with all workflows, once after each restore of the database.

    A restore shows by the watch's own mark: Temporal knows of a later watch than the database.
    """

    book: RecordBook
    runs: KeptRuns
    mark: WatchMark
    now: Callable[[], datetime]

    @activity.defn(name="write_restored_records")
    async def write_restored_records(self, before: LastWatch) -> Watched:
        """Have records written again that are behind, if the database was restored; return the new mark."""
        marked = await to_thread(self.mark.last)
        at, written = self.now(), 0
        if before.marked_at is not None:
            at = max(at, before.marked_at + timedelta(microseconds=1))
            if marked is None or marked < before.marked_at:
                activity.logger.warning("the database was restored to before %s: records are compared", marked)
                written = await self._write_all(marked)
        await to_thread(self.mark.set, at)
        return Watched(marked_at=at, written_again=written)

    async def _write_all(self, since: datetime | None) -> int:
        running = await self.runs.running()
        ended = [one for one in await self.runs.ended_since(since) if one not in running]
        aligned = [await self._reached(self._aligned(case_id)) for case_id in sorted(running)]
        recovery = RecordRecovery(self.book, self.runs)
        recovered = [await self._reached(recovery.recover(case_id, self.now())) for case_id in sorted(ended)]
        return sum([*aligned, *recovered])

    async def _aligned(self, case_id: str) -> bool:
        recorded = await to_thread(self.book.case, case_id)
        version = NOT_RECORDED if recorded is None else recorded.version
        kept = await self.runs.kept(case_id)
        if kept is None or kept.case.version <= version:
            return False
        await self.runs.align(case_id, version)
        return True

    async def _reached(self, work: Coroutine[Any, Any, bool]) -> bool:
        """Return whether a record was written; a case whose workflow does not answer is left to its next message."""
        activity.heartbeat()
        try:
            return await work
        except WorkflowsUnavailableError as error:
            activity.logger.warning("a case could not be compared with its record: %s", error.message)
            return False


def _again(kept: KeptRecord, recorded_version: int, at: datetime) -> TimelineEntry:
    first = kept.case.version * ENTRIES_PER_VERSION
    taken = [one.seq for one in kept.entries if one.seq >= first]
    details = {"recorded_version": recorded_version, "version": kept.case.version}
    seq = max(taken, default=first - 1) + 1
    return TimelineEntry(seq=seq, at=at, actor="system", event=CaseEvent.RECORDED_AGAIN, details=dict(details))
