"""Submissions and their keys."""

import pytest

from db.cases.evidence import EvidenceBook
from db.cases.submissions import Claimed, Submissions
from db.core.engine import Database
from domain.enums import EvidenceStatus
from domain.errors import KeyReusedError
from tests.db.facts import NOON, a_submission, at_once, case_id, rows


def test_a_first_submission_is_new_and_its_intake_has_ids_and_codes_only(submissions: Submissions):
    claimed = submissions.claim(a_submission())
    assert claimed == Claimed(case_id=case_id(1), is_new=True, intake=a_submission().intake)
    assert submissions.get(case_id(1)) == claimed.intake
    assert submissions.principal(case_id(1)) == "shop"
    assert "handle" not in claimed.intake.model_dump_json()


def test_fault_29_the_same_submission_again_is_the_first_case(submissions: Submissions, evidence: EvidenceBook):
    first = submissions.claim(a_submission(1))
    again = submissions.claim(a_submission(2))
    assert again == first.amend(is_new=False)
    assert submissions.get(case_id(2)) is None
    assert evidence.all(case_id(2)) == ()


def test_a_key_with_another_body_is_refused(submissions: Submissions):
    submissions.claim(a_submission(1))
    with pytest.raises(KeyReusedError, match="another body"):
        submissions.claim(a_submission(2, body_sha256="b" * 64))


def test_a_key_is_the_principals_own(submissions: Submissions):
    submissions.claim(a_submission(1))
    assert submissions.claim(a_submission(2, principal="other shop")).case_id == case_id(2)


def test_fault_29_one_key_from_many_threads_at_once_is_one_case(submissions: Submissions, database: Database):
    claimed = at_once(12, lambda number: submissions.claim(a_submission(number)))
    assert len({one.case_id for one in claimed}) == 1
    assert sum(one.is_new for one in claimed) == 1
    assert rows(database, "SELECT count(*) FROM intakes") == rows(database, "SELECT count(*) FROM evidence") == [(1,)]


def test_the_customers_own_words_are_kept_with_the_submission_and_nowhere_else(
    submissions: Submissions, database: Database
):
    submissions.claim(a_submission())
    assert submissions.description(case_id(1)) == "The handle came off."
    assert submissions.description(case_id(2)) == ""
    assert "handle" not in str(rows(database, "SELECT intake FROM intakes"))


def test_r8_evidence_is_announced_with_the_submission(submissions: Submissions, evidence: EvidenceBook):
    submissions.claim(a_submission())
    (record,) = evidence.all(case_id(1))
    assert (record.evidence_id, record.status, record.announced_at) == ("ev_1", EvidenceStatus.ANNOUNCED, NOON)
    assert record.item == a_submission().request.evidence[0]


def test_a_submission_that_cannot_be_kept_whole_is_not_kept_at_all(submissions: Submissions):
    with pytest.raises(ValueError, match="zip"):
        submissions.claim(a_submission(evidence_ids=()))
    assert submissions.get(case_id(1)) is None
