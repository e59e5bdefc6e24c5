"""The timeline of a case."""

from fastapi import APIRouter
from pydantic import AwareDatetime, Field, JsonValue

from api.cases.case_access import VisibleCase, description_for
from api.dependencies import ServicesDep
from api.http.auth import Caller
from api.http.openapi import answers
from db.cases.cases import TimelineRecord
from domain.cases.timeline import CaseEvent, EventName
from domain.value import Value

OPENING_EVENTS = frozenset({CaseEvent.CASE_OPENED, CaseEvent.REQUEST_REFUSED})

router = APIRouter(tags=["refunds"])


class TimelineItem(Value):
    """One event: what happened, when, by whom and under which rule."""

    at: AwareDatetime
    actor: str
    event: EventName
    rule: str | None = None
    details: dict[str, JsonValue] = Field(default_factory=dict)
    text: str | None = Field(default=None, description="a note about the event")


class TimelineView(Value):
    """The timeline of a case, oldest first."""

    items: tuple[TimelineItem, ...]


@router.get("/v1/refunds/{case_id}/timeline", responses=answers(401, 404, 422, 503), summary="Show what happened")  # noqa: FAST003 - VisibleCase takes it
def get_timeline(who: Caller, case: VisibleCase, services: ServicesDep) -> TimelineView:
    """Show everything that happened to the case, oldest first, with who and when."""
    description = description_for(services, who, case.case_id)
    records = services.cases.timeline(case.case_id)
    return TimelineView(items=tuple(_item(record, description) for record in records))


def _item(record: TimelineRecord, description: str | None) -> TimelineItem:
    text = record.text or (description if record.event in OPENING_EVENTS else None) or None
    return TimelineItem(
        at=record.at,
        actor=record.actor,
        event=record.event,
        rule=record.rule,
        details=record.details,
        text=text,
    )
