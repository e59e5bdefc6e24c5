"""Messages to cases: sent to the running workflow, or to a reopened one, and answered with the recorded case."""

from typing import Any

from starlette.concurrency import run_in_threadpool

from api.cases.case_access import recorded
from api.dependencies import Services
from api.http.auth import Principal
from api.problems.errors import WrongStateError
from api.refund_workflows import M, Update
from domain.cases.case import Case
from domain.cases.timeline import CaseEvent
from policy.case_reopening import is_reopened_by, way_back
from workflows.client.availability import NotRunningError


async def send(services: Services, case_id: str, update: Update[M], message: M) -> Case:
    """Send the message and return the case once the message is applied, or if it was applied before.

    Raises RefusedError, WrongStateError, WorkflowsUnavailableError.
    """
    try:
        await services.workflows.send(case_id, update, message)
    except NotRunningError:
        await _tell_ended(services, case_id, update, message)
    return await recorded(services, case_id)


def stamp(services: Services, event_id: str | None) -> dict[str, Any]:
    """Return the fields that every message has: its event id and when it was received."""
    return {"event_id": event_id, "received_at": services.now()}


async def keep_note(services: Services, who: Principal, case: Case, event: CaseEvent, text: str | None) -> None:
    """Store a free text in the timeline, next to the event that it explains; the same text is stored only once."""
    if text is not None:
        await run_in_threadpool(services.cases.note, case.case_id, case.updated_at, who.name, event, None, text)


async def _tell_ended(services: Services, case_id: str, update: Update[M], message: M) -> None:
    case = await recorded(services, case_id)
    if message.event_id in case.processed_events:
        if case.processed_events[message.event_id] == message.identity:
            return
        raise WrongStateError(case_id, case.state, f"another message was already sent with the id {message.event_id}")
    is_reopened = is_reopened_by(case, message)
    if case.last_messages.get(message.kind) == message.fingerprint and not is_reopened:
        return
    intake = await run_in_threadpool(services.submissions.get, case_id)
    if intake is None or not is_reopened:
        raise WrongStateError(case_id, case.state, _ended(case))
    try:
        await services.workflows.reopen(intake.without_customer, update, message)
    except NotRunningError:
        raise WrongStateError(case_id, case.state, _ended(case)) from None


def _ended(case: Case) -> str:
    said = f"the case is in the state {case.state} and no longer accepts this"
    return f"{said}; {way}" if (way := way_back(case)) else said
