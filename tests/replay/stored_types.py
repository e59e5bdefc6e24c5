"""Every type that values are stored of, read from what declares it, so that a new one cannot be forgotten."""

from typing import Any, get_args, get_type_hints

from sqlalchemy import JSON, Text
from temporalio.workflow import _Definition as WorkflowDefinition

from api.schemas.scans import ScanAnswer
from db.tables import METADATA
from domain.cases.case import Case
from domain.findings import Finding
from domain.parcels import CourierEvent
from domain.payment_events import GatewayEvent
from domain.request import CaseIntake
from tests.replay.payloads import types_of_activities
from worker.build import ActivitySet
from workflows.reconciliation import ReconciliationWorkflow
from workflows.refund.workflow import RefundWorkflow

WORKFLOWS = (RefundWorkflow, ReconciliationWorkflow)
Types = dict[tuple[str, str], Any]
OF_DATABASE = {
    "cases.document": Case,
    "courier_events.event": CourierEvent,
    "findings.finding": Finding,
    "gateway_events.event": GatewayEvent,
    "intakes.intake": CaseIntake,
    "scans.answer": ScanAnswer,
}
"""The type of each column that holds a document."""
NO_DOCUMENTS = {
    "disputes.refund_ids",
    "findings.close_note",
    "intakes.description",
    "order_parcels.skus",
    "products.prices",
    "timeline.details",
    "timeline.text",
    "unexpected_parcels.why",
}
"""Other columns of that size: sentences, and lists and maps whose keys are data."""


def columns_for_documents() -> set[str]:
    """Return the columns that a document could be in."""
    columns = (column for table in METADATA.tables.values() for column in table.columns)
    return {f"{one.table.name}.{one.name}" for one in columns if isinstance(one.type, JSON | Text)}


def of_activities() -> Types:
    """Return the types of what the activities of a worker are given and give back."""
    hints = get_type_hints(ActivitySet)
    return types_of_activities([next(iter(get_args(hint)), hint) for hint in hints.values()])


def of_workflows() -> Types:
    """Return the types of what the workflows are started with (continued as new too), end with, and answer."""
    types: Types = {}
    for workflow in WORKFLOWS:
        definition = WorkflowDefinition.must_from_class(workflow)
        [given] = definition.arg_types or []
        types |= {(str(definition.name), "input"): given, (str(definition.name), "result"): definition.ret_type}
        types |= {(str(name), "answer"): one.ret_type for name, one in definition.updates.items()}
        types |= {(str(name), "answer"): one.ret_type for name, one in definition.queries.items()}
    return types


def of_updates() -> dict[str, Any]:
    """Return the types of the messages that come by updates."""
    updates = WorkflowDefinition.must_from_class(RefundWorkflow).updates
    return {str(name): given for name, one in updates.items() for given in one.arg_types or []}


def of_signals() -> list[str]:
    """Return the names of the signals that are listened to."""
    return [name for name in WorkflowDefinition.must_from_class(RefundWorkflow).signals if name]
