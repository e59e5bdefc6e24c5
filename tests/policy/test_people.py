"""Names of people: any script is taken, and another spelling of a name is no second person."""

from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from domain.cases.case_lines import Inspection
from domain.cases.messages import AuditDecision, CaseResolution, Dispatch, GoodsReceipt, WarehouseInspection, Withdrawal
from domain.cases.payout import OtherAccount
from domain.cases.people import is_same_person
from domain.enums import ResolutionDecision
from domain.parcels import UnexpectedParcel
from domain.types import MAX_NAME, Actor
from policy.payout_rules import is_second_approval
from tests.policy.facts import case

NAME: TypeAdapter[str] = TypeAdapter(Actor)
NAMES = [
    "mei",
    "O'Brien",
    "O\u2019Brien",
    "阿卜杜拉·买买提",
    "Jean-Luc",
    "J. R. R. Tolkien",
    "María José",
    "Nguyễn Văn A",
    "عَلِي",
    "علی\u200cرضا",  # noqa: RUF001 - an Arabic letter
    "Þórður Ö. Ægisson",
    "d'Arc, Jeanne",
    "राम प्रसाद",
    "김 민준",
    "Ивано́в",
    "'t Hooft",
    "(王) 芳",
    "7 of 9",
    "x" * MAX_NAME,
]
SPELLINGS = [
    ("O'Brien", "O\u2019Brien"),
    ("O'Brien", "o\u2019brien "),
    ("José", "Jose\u0301"),
    ("María José", "MARIA  JOSE"),
    ("Jean-Luc", "Jean\u2010Luc"),
    ("Jean-Luc", "jean luc"),
    ("J. R. R. Tolkien", "J.R.R. Tolkien"),
    ("阿卜杜拉·买买提", "阿卜杜拉・买买提"),
    ("عَلِي", "علي"),
    ("\uff2dei", "mei"),
    ("Straße", "STRASSE"),
    ("Nguyễn Văn A", "NGUYEN VAN A"),
    ("علی\u200cرضا", "علیرضا"),  # noqa: RUF001 - Arabic letters
]
OTHERS = [("mei", "lin"), ("王芳", "王方"), ("राम", "रमा"), ("かき", "がき"), ("J. Li", "J. Lin"), ("김", "킴")]


@pytest.mark.parametrize("name", NAMES)
def test_w4_a_name_is_taken_in_every_script(name):
    assert is_same_person(NAME.validate_python(name), name)


def test_w4_a_name_has_one_spelling_in_records():
    assert NAME.validate_python(" Jose\u0301 ") == "José"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "1 to 80"),
        ("   ", "1 to 80"),
        ("x" * (MAX_NAME + 1), "it has 81"),
        ("a\x00b", "U+0000"),
        ("a\nb", "U+000A"),
        ("a\u2028b", "U+2028"),
        ("a\u202eb", "U+202E"),
        ("a\ufffeb", "U+FFFE"),
        ("···", "letter or a digit"),
        ("<b>mei</b>", "< or >"),
    ],
)
def test_w4_what_cannot_be_printed_is_no_name_and_the_error_says_what(name, why):
    with pytest.raises(ValidationError, match=why.replace("+", r"\+")) as refused:
        NAME.validate_python(name)
    assert refused.value.error_count() == 1


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (AuditDecision, "decided_by"),
        (CaseResolution, "decided_by"),
        (GoodsReceipt, "received_by"),
        (WarehouseInspection, "inspected_by"),
        (Dispatch, "sent_by"),
        (Withdrawal, "withdrawn_by"),
        (Inspection, "inspected_by"),
        (OtherAccount, "proposed_by"),
        (UnexpectedParcel, "received_by"),
        (UnexpectedParcel, "matched_by"),
    ],
)
def test_w4_every_field_with_a_name_takes_the_same_names(message, field):
    annotation = message.model_fields[field].rebuild_annotation()
    for name in NAMES:
        assert TypeAdapter(annotation).validate_python(name)


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_w4_another_spelling_is_the_same_person(one, other):
    assert is_same_person(one, other)
    assert is_same_person(other, one)


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_w4_another_name_is_another_person(one, other):
    assert not is_same_person(one, other)


@pytest.mark.parametrize(("first", "second"), SPELLINGS)
def test_w4_nobody_approves_an_account_twice_by_another_spelling(first, second):
    assert not _approves(first, second)


@pytest.mark.parametrize(("first", "second"), OTHERS)
def test_w4_a_second_person_in_any_script_approves_the_account(first, second):
    assert _approves(first, second)


def test_w4_a_run_of_release_0_1_0_compares_names_as_it_did():
    assert _approves("mei", "Mei", process_version=1)
    assert not _approves("mei", "mei", process_version=1)


def _approves(first: str, second: str, process_version: int = 2) -> bool:
    proposed = case(other_account=OtherAccount(reference="acct-7", proposed_by=first), process_version=process_version)
    decision = CaseResolution(
        decision=ResolutionDecision.OTHER_ACCOUNT,
        decided_by=second,
        reference="acct-7",
        received_at=datetime(2026, 3, 3, tzinfo=UTC),
    )
    return is_second_approval(proposed, decision)
