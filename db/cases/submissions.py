"""Submissions: the requests of storefronts under their Idempotency-Key, with the customer's own words."""

from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import Connection, Select, select

from db.cases.evidence import announce_evidence
from db.core.engine import Database
from db.core.upsert import InsertIgnore, given
from db.tables import SubmissionRow
from domain.errors import KeyReusedError
from domain.request import CaseId, CaseIntake, RefundRequest, Sha256
from domain.value import Value

_INTAKES = SubmissionRow.__table__
_ADD = InsertIgnore(_INTAKES, once=["principal", "idempotency_key"])
_READ_CLAIM = select(_INTAKES.c.case_id, _INTAKES.c.body_sha256, _INTAKES.c.intake).where(
    given(_INTAKES.c.principal), given(_INTAKES.c.idempotency_key)
)
_READ_INTAKE, _READ_PRINCIPAL, _READ_DESCRIPTION = (
    select(column).where(given(_INTAKES.c.case_id))
    for column in (_INTAKES.c.intake, _INTAKES.c.principal, _INTAKES.c.description)
)


class Submission(Value):
    """A request as the server received it; `evidence_ids` are the ids of its evidence, in the request's order."""

    idempotency_key: str
    principal: str
    body_sha256: Sha256
    case_id: CaseId
    request: RefundRequest
    evidence_ids: tuple[str, ...] = ()
    received_at: AwareDatetime

    @property
    def intake(self) -> CaseIntake:
        """What the workflow gets: ids and codes, no free text."""
        request = self.request
        return CaseIntake(
            case_id=self.case_id,
            order_number=request.order_number,
            customer_id=request.customer_id,
            reason=request.reason,
            resolution=request.resolution,
            lines=request.lines,
            evidence_ids=self.evidence_ids,
            received_at=self.received_at,
        )


class Claimed(Value):
    """The case that belongs to a key, with its first submission."""

    case_id: CaseId
    is_new: bool
    intake: CaseIntake


class Submissions:
    """The submissions: one case per key and principal, however often and concurrently a request is sent."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, submission: Submission) -> Claimed:
        """Claim the key for the submission if it is new, and return the case that belongs to the key.

        Raises KeyReusedError if the key was used with another body before.
        """
        with self._database.writing() as connection:
            if _ADD.add(connection, _row(submission)):
                items = zip(submission.evidence_ids, submission.request.evidence, strict=True)
                announce_evidence(connection, submission.case_id, dict(items), submission.received_at)
                return Claimed(case_id=submission.case_id, is_new=True, intake=submission.intake)
            return _claimed_before(connection, submission)

    def get(self, case_id: str) -> CaseIntake | None:
        """Return the first submission of the case, or None."""
        intake = self._read(_READ_INTAKE, case_id)
        return CaseIntake.read(intake) if intake is not None else None

    def principal(self, case_id: str) -> str | None:
        """Return who submitted the case, or None."""
        return self._read(_READ_PRINCIPAL, case_id)

    def description(self, case_id: str) -> str:
        """Return the customer's own words, or an empty text if there are none."""
        return self._read(_READ_DESCRIPTION, case_id) or ""

    def _read(self, statement: Select[str], case_id: str) -> str | None:
        with self._database.reading() as connection:
            return connection.scalar(statement, {"case_id": case_id})


def _claimed_before(connection: Connection, submission: Submission) -> Claimed:
    key = {"principal": submission.principal, "idempotency_key": submission.idempotency_key}
    row = connection.execute(_READ_CLAIM, key).one()
    if row.body_sha256 != submission.body_sha256:
        raise KeyReusedError(
            "this Idempotency-Key was used with another body before: send a new request with a new key"
        )
    return Claimed(case_id=row.case_id, is_new=False, intake=CaseIntake.read(row.intake))


def _row(submission: Submission) -> dict[str, Any]:
    return {
        "case_id": submission.case_id,
        "principal": submission.principal,
        "idempotency_key": submission.idempotency_key,
        "body_sha256": submission.body_sha256,
        "intake": submission.intake.model_dump_json(),
        "description": submission.request.description,
        "received_at": submission.received_at,
    }
