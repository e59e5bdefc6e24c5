"""The options with which every process starts a refund's workflow: id, task queue, search attributes, summary."""

from typing import TypedDict

from temporalio.common import SearchAttributePair, TypedSearchAttributes

from domain.request import CaseIntake
from workflows.options import TASK_QUEUE
from workflows.refund.ui_details import ORDER, REASON

MAX_SUMMARY_BYTES = 400
"""What Temporal takes as a summary (`limit.userMetadataSummarySize`), in UTF-8."""


class Identity(TypedDict):
    """The keyword arguments of the client's calls that start a workflow."""

    id: str
    task_queue: str
    search_attributes: TypedSearchAttributes
    static_summary: str
    static_details: str


def workflow_id(case_id: str) -> str:
    """Return the id of the case's workflow."""
    return f"refund/{case_id}"


def identity(intake: CaseIntake) -> Identity:
    """Return the options with which the case's workflow is started."""
    return Identity(
        id=workflow_id(intake.case_id),
        task_queue=TASK_QUEUE,
        search_attributes=TypedSearchAttributes(
            [SearchAttributePair(ORDER, intake.order_number), SearchAttributePair(REASON, intake.reason.value)]
        ),
        static_summary=_within_limit(f"{intake.reason} · order {intake.order_number}"),
        static_details=f"`GET /v1/refunds/{intake.case_id}` shows the whole case.",
    )


def _within_limit(summary: str) -> str:
    """Return the summary, cut where Temporal would refuse to start the workflow; the order number is an attribute."""
    if len(summary.encode()) <= MAX_SUMMARY_BYTES:
        return summary
    return summary.encode()[: MAX_SUMMARY_BYTES - 3].decode(errors="ignore") + "…"
