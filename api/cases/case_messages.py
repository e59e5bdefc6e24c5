"""Messages to cases: sent to the running workflow, or to a reopened one, and answered with the recorded case."""

from contextlib import suppress
from typing import Any

from starlette.concurrency import run_in_threadpool

from api.cases.case_access import recorded
from api.dependencies import Services
from api.http.auth import Principal
from api.problems.errors import WrongStateError
from api.refund_workflows import M, Update
from domain.cases.case import Case, CaseStatus
from domain.cases.messages import RecordCheck
from domain.cases.timeline import CaseEvent
from domain.errors import WorkflowsUnavailableError
from domain.request import CaseIntake
from policy.case_reopening import is_reopened_by, way_back
from workflows.client.availability import NotRunningError
from workflows.refund.workflow import RefundWorkflow


async def send(services: Services, case_id: str, update: Update[M], message: M) -> Case:
    """Send the message and return the case once the message is applied, or if it was applied before.

    Raises RefusedError, WrongStateError, WorkflowsUnavailableError.
    """
    try:
        status = await services.workflows.send(case_id, update, message)
    except NotRunningError:
        status = await _tell_ended(services, case_id, update, message)
    except WrongStateError as refused:
        if (await recorded(services, case_id)).state is refused.state:
            raise
        await _align(services, case_id)  # the workflow was in another state than its record
        status = await services.workflows.send(case_id, update, message)
    return await _as_answered(services, case_id, status)


def stamp(services: Services, event_id: str | None) -> dict[str, Any]:
    """Return the fields that every message has: its event id and when it was received."""
    return {"event_id": event_id, "received_at": services.now()}


async def keep_note(services: Services, who: Principal, case: Case, event: CaseEvent, text: str | None) -> None:
    """Store a free text in the timeline, next to the event that it explains; the same text is stored only once."""
    if text is not None:
        await run_in_threadpool(services.cases.note, case.case_id, case.updated_at, who.name, event, None, text)


async def _as_answered(services: Services, case_id: str, status: CaseStatus | None) -> Case:
    """Return the record, once it is as new as the answer: after a restored backup it is behind (fault 31, I7)."""
    case = await recorded(services, case_id)
    return case if status is None or case.version >= status.version else await _align(services, case_id)


async def _align(services: Services, case_id: str) -> Case:
    """Have the workflow and the record brought to the same version, and return the record."""
    case = await recorded(services, case_id)
    with suppress(NotRunningError):
        await services.workflows.send(case_id, RefundWorkflow.check_record, RecordCheck(recorded_version=case.version))
    return await recorded(services, case_id)


async def _tell_ended(services: Services, case_id: str, update: Update[M], message: M) -> CaseStatus | None:
    """Return the answer of a new run, or None if the message was applied before.

    A case that is recorded as open has lost its workflow and goes on in a new run (fault 33), unless its last run has
    ended and the database was restored since: then that end is recorded again (fault 31). Raises WrongStateError for a
    message that comes too late.
    """
    case = await _as_ended(services, case_id)
    intake = await run_in_threadpool(services.submissions.get, case_id)
    if case.is_open and intake is not None:
        return await _restart(services, case, intake, update, message)
    if message.event_id in case.processed_events:
        if case.processed_events[message.event_id] == message.identity:
            return None
        raise WrongStateError(case_id, case.state, f"another message was already sent with the id {message.event_id}")
    is_reopened = is_reopened_by(case, message)
    if case.last_messages.get(message.kind) == message.fingerprint and not is_reopened:
        return None
    if intake is None or not is_reopened:
        raise WrongStateError(case_id, case.state, _ended(case))
    return await _restart(services, case, intake, update, message)


async def _as_ended(services: Services, case_id: str) -> Case:
    """Return the record, brought to what the case's last run knows if that has ended and the record has not."""
    case = await recorded(services, case_id)
    if case.is_open and await services.recovery.recover(case_id, services.now()):
        return await recorded(services, case_id)
    return case


async def _restart(services: Services, case: Case, intake: CaseIntake, update: Update[M], message: M) -> CaseStatus:
    try:
        return await services.workflows.reopen(intake.without_customer, update, message)
    except NotRunningError:
        if case.is_open:
            raise WorkflowsUnavailableError(f"case {case.case_id} is being restarted: repeat the request") from None
        raise WrongStateError(case.case_id, case.state, _ended(case)) from None


def _ended(case: Case) -> str:
    said = f"the case is in the state {case.state} and no longer accepts this"
    return f"{said}; {way}" if (way := way_back(case)) else said
