"""The workflow's copy of its case: opened, changed and shown; every change is recorded before anybody is answered."""

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

from activities.case_changes import Change, DeadlineQuery, PayoutPlan, PlanQuery, Recorded
from activities.cases import CaseActivities
from activities.restored_records import KeptRecord
from domain.calendar import Deadline, Window
from domain.cases.case import Case, Refusal
from domain.cases.timeline import ENTRIES_PER_VERSION, CaseEvent, TimelineEntry
from domain.enums import CaseState
from domain.errors import (
    CapExceededError,
    DomainError,
    OtherAmountOwedError,
    ReturnNotCountedError,
    UnitsTakenError,
)
from domain.payout_state import BlockReason
from domain.policy_document import PolicyDocument
from domain.request import CaseId, CaseIntake
from domain.value import Value
from policy.calendars.published import is_refused_by_guess, provisional_windows
from policy.deadlines import in_time, window_of
from workflows import options
from workflows.refund.state_machine import opened_by
from workflows.refund.steps import calendar
from workflows.refund.steps.money import payout, payout_replan
from workflows.refund.transition import Replan, TimelineEvent, Transition
from workflows.refund.ui_details import current_details, search_attributes

ENTRIES_KEPT = 500
"""So many timeline entries a run keeps, to tell them again to a database that was restored."""


class SupersededError(Exception):
    """The record was ahead of the run, which has the recorded case now; what was to be changed is looked at again."""


class CaseOutcome(Value):
    """How a case ended."""

    case_id: CaseId
    state: CaseState


class CurrentCase:
    """Holds the case and its policy version; a change is durable when `change` returns."""

    case: Case
    policy: PolicyDocument

    def __init__(self) -> None:
        self.is_opened = False
        self._shown: dict[str, object] = {}
        self._entries: deque[str] = deque(maxlen=ENTRIES_KEPT)

    async def open(self, intake: CaseIntake) -> None:
        """Check and record the request, or continue with the recorded case."""
        opening = await workflow.execute_local_activity_method(
            CaseActivities.open, intake, **options.record(f"open {intake.case_id}")
        )
        self.case, self.policy, self.is_opened = opening.case, opening.policy, True
        self._intake = intake
        self._show()

    async def change(self, transition: Transition, at: datetime) -> None:
        """Record a transition with the windows it opens; money that falls due is planned first (R32, R35).

        With nothing changed, raises UnitsTakenError when a reopened case cannot get its units back (R11),
        ReturnNotCountedError for a return that is named in vain (R32), OtherAmountOwedError (R36), and SupersededError,
        with the recorded case in place of this one, when the record is ahead (faults 2, 31).
        """
        transition = await self._with_plan(transition, at)
        ended_at = transition.case.ended_at or (None if transition.case.is_open else at)
        case = transition.case.amend(version=transition.case.version + 1, updated_at=workflow.now(), ended_at=ended_at)
        case, opens = opened_by(case, self.policy, at)
        entries = _entries(case, transition.happened, at)
        told = (*self._kept_entries(), *entries) if _is_recorded_again(transition) else entries
        recorded = await self._recorded(Change(case=case, entries=told, opens=opens, findings=transition.findings))
        self._entries.extend(one.model_dump_json() for one in entries)
        deadlines = (*case.deadlines, *recorded.deadlines)
        chosen = recorded.lines if case.is_open else None
        self.case = case.amend(deadlines=deadlines, lines=chosen or case.lines)
        self._show()

    def kept(self) -> KeptRecord:
        """Return the case with the latest timeline entries of this run, for a database that has lost them."""
        return KeptRecord(case=self.case, entries=self._kept_entries())

    def _kept_entries(self) -> tuple[TimelineEntry, ...]:
        """Return the latest timeline entries of this run, which a restored database has lost."""
        return tuple(TimelineEntry.read(one) for one in self._entries)

    def keep(self, case: Case) -> None:
        """Replace the case in memory only, for changes that need no record of their own."""
        self.case = case

    async def passed_deadline(self) -> Deadline | None:
        """Return the earliest deadline that has passed, or None; a provisional one is recomputed first (R6)."""
        due = self.case.next_deadline
        if due is None or in_time(workflow.now(), due):
            return None
        if due.provisional:
            due = await self._settled(due)
        return await self.passed_deadline() if in_time(workflow.now(), due) else due

    async def follow_calendar(self, at: datetime) -> None:
        """Compute provisional deadlines again, and judge again a request that was refused by a guess (R3, R6)."""
        if is_refused_by_guess(self.case):
            await self._judge_again(at)
        elif windows := provisional_windows(self.case, self.policy):
            await self._recompute(windows, at, "provisional deadlines")

    async def _settled(self, kept: Deadline) -> Deadline:
        window = window_of(kept, self.policy)
        if window is None:
            return kept
        await self._recompute((window,), workflow.now(), kept.what)
        return self.case.deadline(kept.what) or kept

    async def _recompute(self, windows: tuple[Window, ...], at: datetime, what: str) -> None:
        recomputed = await workflow.execute_local_activity_method(
            CaseActivities.compute,
            DeadlineQuery(policy_version=self.policy.version, windows=windows),
            **options.record(f"compute {what} by today's calendar"),
        )
        transition = calendar.recompute(self.case, recomputed.deadlines)
        if transition.happened:
            await self.change(transition, at)

    async def _judge_again(self, at: datetime) -> None:
        opening = await workflow.execute_local_activity_method(
            CaseActivities.judge_again, self._intake, **options.record("judge by today's calendar")
        )
        transition = calendar.judge_again(self.case, opening.case)
        try:
            if transition.happened:
                await self.change(transition, at)
        except UnitsTakenError as taken:
            refusal = Refusal(rule="R11", code=taken.code, message=taken.message)
            await self.change(calendar.refuse(self.case, refusal), at)

    async def _recorded(self, change: Change) -> Recorded:
        try:
            recorded = await workflow.execute_local_activity_method(
                CaseActivities.record, change, **options.record(f"record {change.case.state}")
            )
        except FailureError as error:
            raise _named(error, UnitsTakenError) from error
        self._catch_up(recorded.newer)
        return recorded

    def _catch_up(self, newer: Case | None) -> None:
        """Continue with the recorded case if it is newer than the run's own."""
        if newer is None or newer.version <= self.case.version:
            return
        workflow.logger.warning("case %s continues from its newer record %s", newer.case_id, newer.version)
        self.case = newer.amend(process_version=self.case.process_version)
        self._show()
        raise SupersededError

    async def _with_plan(self, transition: Transition, at: datetime) -> Transition:
        if transition.replans:
            return await self._replanned(transition, transition.replans, at)
        return await self._planned(transition, at) if _owes_anew(self.case, transition.case) else transition

    async def _planned(self, transition: Transition, at: datetime) -> Transition:
        try:
            plan = await _plan(PlanQuery(case=transition.case))
        except CapExceededError:
            planned = payout.blocked(transition.case, BlockReason.CAP_EXCEEDED)
        else:
            self._catch_up(plan.newer)
            planned = payout_replan.planned(transition.case, plan.payouts, self.policy, at)
        return Transition(planned.case, (*transition.happened, *planned.happened), transition.findings)

    async def _replanned(self, transition: Transition, replan: Replan, at: datetime) -> Transition:
        try:
            plan = await _plan(PlanQuery(case=transition.case, asked=replan.asked))
        except CapExceededError:
            return payout.blocked(transition.case, BlockReason.CAP_EXCEEDED, transition.happened)
        self._catch_up(plan.newer)
        return payout_replan.replanned(transition, plan, replan, self.policy, at)

    def _show(self) -> None:
        attributes = search_attributes(self.case)
        changed: Sequence[SearchAttributeUpdate[Any]] = [
            one for name, one in attributes.items() if self._shown.get(name) != one.value
        ]
        if changed:
            workflow.upsert_search_attributes(changed)  # pyright: ignore[reportUnknownMemberType] - the SDK's type
        self._shown = {name: one.value for name, one in attributes.items()}
        workflow.set_current_details(current_details(self.case))


def _is_recorded_again(transition: Transition) -> bool:
    return any(one.event is CaseEvent.RECORDED_AGAIN for one in transition.happened)


async def _plan(query: PlanQuery) -> PayoutPlan:
    """Return the committed plan; raises CapExceededError and what `CurrentCase.change` raises."""
    try:
        return await workflow.execute_local_activity_method(
            CaseActivities.plan, query, **options.record(f"plan payouts of {query.case.case_id}")
        )
    except FailureError as error:
        raise _named(error, UnitsTakenError, CapExceededError, ReturnNotCountedError, OtherAmountOwedError) from error


def _named(error: FailureError, *kinds: type[DomainError]) -> Exception:
    """Return the activity's own error if it is one of these, otherwise the failure; a regular activity wraps it."""
    cause = error.cause if isinstance(error, ActivityError) else error
    kind = next((kind for kind in kinds if isinstance(cause, ApplicationError) and cause.type == kind.code), None)
    return kind(cause.message) if kind and isinstance(cause, ApplicationError) else error


def _owes_anew(before: Case, after: Case) -> bool:
    is_unplanned = after.payout_plan_count > before.payout_plan_count or before.blocked_by is BlockReason.CAP_EXCEEDED
    return after.state is CaseState.PAYOUT_DUE and is_unplanned


def _entries(case: Case, happened: tuple[TimelineEvent, ...], at: datetime) -> tuple[TimelineEntry, ...]:
    first = case.version * ENTRIES_PER_VERSION
    return tuple(
        TimelineEntry(seq=first + place, at=at, actor=one.actor, event=one.event, rule=one.rule, details=one.details)
        for place, one in enumerate(happened)
    )
