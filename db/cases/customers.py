"""Whose a case is: the workflow does not know, so its record takes the customer from what was submitted."""

from sqlalchemy import Connection, select

from db.core.upsert import given
from db.tables import CaseRow, SubmissionRow
from domain.cases.case import Case
from domain.request import IN_THE_RECORD, CaseIntake

_CASES, _SUBMISSIONS = CaseRow.__table__, SubmissionRow.__table__
_RECORDED = select(_CASES.c.customer_id).where(given(_CASES.c.case_id), _CASES.c.customer_id != IN_THE_RECORD)
_SUBMITTED = select(_SUBMISSIONS.c.intake).where(given(_SUBMISSIONS.c.case_id))


def with_customer(connection: Connection, case: Case) -> Case:
    """Return the case with its customer, where the workflow stated only that the record knows."""
    if case.customer_id != IN_THE_RECORD:
        return case
    return case.amend(customer_id=customer_of(connection, case.case_id) or IN_THE_RECORD)


def customer_of(connection: Connection, case_id: str) -> str | None:
    """Return the customer of a case as recorded or, before that, as submitted; None if neither is there."""
    which = {"case_id": case_id}
    if recorded := connection.scalar(_RECORDED, which):
        return recorded
    submitted = connection.scalar(_SUBMITTED, which)
    return CaseIntake.read(submitted).customer_id if submitted else None
