"""Submissions: what storefronts sent under an Idempotency-Key, kept with the customer's own words."""

from typing import Any

from pydantic import AwareDatetime
from sqlmodel import Session, col, select

from db.engine import Database
from db.evidence import announce_evidence
from db.statements import insert_or
from db.tables import IntakeRow
from domain.errors import KeyReusedError
from domain.request import CaseId, CaseIntake, RefundRequest, Sha256
from domain.value import Value


class Submission(Value):
    """A request as the server received it; `evidence_ids` name the request's evidence, in its order."""

    idempotency_key: str
    principal: str
    body_sha256: Sha256
    case_id: CaseId
    request: RefundRequest
    evidence_ids: tuple[str, ...] = ()
    received_at: AwareDatetime

    @property
    def intake(self) -> CaseIntake:
        """What the workflow is told: ids and codes, no free text."""
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
    """The case that a key stands for, with its first submission."""

    case_id: CaseId
    is_new: bool
    intake: CaseIntake


class Intakes:
    """The submissions: one case a key and principal, however often and however concurrently it is sent."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, submission: Submission) -> Claimed:
        """Record the first submission under its key and return the case the key stands for.

        Raises KeyReusedError when the key came with another body before.
        """
        with self._database.writing() as session:
            if _insert(session, submission):
                items = zip(submission.evidence_ids, submission.request.evidence, strict=True)
                announce_evidence(session, submission.case_id, dict(items), submission.received_at)
                return Claimed(case_id=submission.case_id, is_new=True, intake=submission.intake)
            return _claimed_before(session, submission)

    def get(self, case_id: str) -> CaseIntake | None:
        """Return the first submission of the case, or None."""
        intake = self._column(IntakeRow.intake, case_id)
        return CaseIntake.model_validate_json(intake) if intake is not None else None

    def principal(self, case_id: str) -> str | None:
        """Return who submitted the case, or None."""
        return self._column(IntakeRow.principal, case_id)

    def description(self, case_id: str) -> str:
        """Return the customer's own words; empty when there are none."""
        return self._column(IntakeRow.description, case_id) or ""

    def _column(self, column: str, case_id: str) -> str | None:
        with self._database.reading() as session:
            return session.exec(select(column).where(IntakeRow.case_id == case_id)).first()


def _insert(session: Session, submission: Submission) -> bool:
    statement = insert_or(session, IntakeRow.__table__)
    once = statement.on_conflict_do_nothing(index_elements=["principal", "idempotency_key"])
    added = session.exec(once.returning(col(IntakeRow.case_id)), params=_row(submission))
    return added.first() is not None


def _claimed_before(session: Session, submission: Submission) -> Claimed:
    wanted = select(IntakeRow).where(
        IntakeRow.principal == submission.principal, IntakeRow.idempotency_key == submission.idempotency_key
    )
    row = session.exec(wanted).one()
    if row.body_sha256 != submission.body_sha256:
        raise KeyReusedError("this Idempotency-Key came with another body before: send a new key with a new request")
    return Claimed(case_id=row.case_id, is_new=False, intake=CaseIntake.model_validate_json(row.intake))


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
