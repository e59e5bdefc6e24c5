import json
from datetime import UTC, datetime, timedelta

import pytest

from gateways.policy_repository import PolicyRepository, PolicyUnreadableError
from tests.policy.facts import VERSIONS

DOCUMENT = json.loads((VERSIONS / "2025-01-01.json").read_text())
MIDNIGHT_IN_SHANGHAI = datetime(2026, 6, 30, 16, tzinfo=UTC)  # 2026-07-01 00:00 there
ONE_SECOND = timedelta(seconds=1)


@pytest.fixture
def put(tmp_path):
    def write(version="2025-01-01", **changes):
        document = {**DOCUMENT, "version": version, "in_force_from": version[:10], **changes}
        (tmp_path / f"{version}.json").write_text(json.dumps(document))
        return PolicyRepository(tmp_path)

    return write


def complaint(folder):
    with pytest.raises(PolicyUnreadableError) as refused:
        PolicyRepository(folder)
    return str(refused.value)


def test_the_versions_of_the_repository_are_valid():
    assert PolicyRepository(VERSIONS).version("2025-01-01").windows.request == 7


def test_r41_an_order_gets_the_version_in_force_on_the_day_it_was_placed(put):
    put("2025-01-01")
    policies = put("2026-07-01")
    assert policies.in_force(MIDNIGHT_IN_SHANGHAI).version == "2026-07-01"


def test_r41_an_order_placed_a_second_before_a_version_never_gets_it(put):
    put("2025-01-01")
    policies = put("2026-07-01")
    assert policies.in_force(MIDNIGHT_IN_SHANGHAI - ONE_SECOND).version == "2025-01-01"


def test_r41_each_version_begins_by_its_own_timezone(put):
    put("2025-01-01")
    policies = put("2026-07-01", timezone="America/New_York")
    midnight_in_new_york = datetime(2026, 7, 1, 4, tzinfo=UTC)
    assert policies.in_force(midnight_in_new_york - ONE_SECOND).version == "2025-01-01"
    assert policies.in_force(midnight_in_new_york).version == "2026-07-01"


def test_r41_an_order_from_before_the_first_version_gets_the_first(put):
    put("2025-01-01")
    policies = put("2026-07-01")
    assert policies.in_force(datetime(2020, 1, 1, tzinfo=UTC)).version == "2025-01-01"


def test_r41_of_two_versions_from_the_same_day_the_later_revision_is_in_force(put):
    put("2025-01-01")
    assert put("2025-01-01.1").in_force(MIDNIGHT_IN_SHANGHAI).version == "2025-01-01.1"
    put("2025-01-01.10")
    policies = put("2025-01-01.9")
    assert policies.in_force(MIDNIGHT_IN_SHANGHAI).version == "2025-01-01.10"


def test_r41_a_case_keeps_its_version_when_a_newer_one_is_in_force(put):
    put("2025-01-01")
    policies = put("2026-07-01", windows={**DOCUMENT["windows"], "request": 14})
    assert policies.version("2025-01-01").windows.request == 7


def test_a_version_that_is_not_there_is_a_key_error(put):
    with pytest.raises(KeyError):
        put().version("1999-01-01")


def test_an_empty_folder_says_what_to_put_in(tmp_path):
    assert complaint(tmp_path) == f"{tmp_path}: no policy version here; add one, with a name like 2025-01-01.json"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"windows": {**DOCUMENT["windows"], "request": -1}}, "windows.request"),
        ({"windows": {**DOCUMENT["windows"], "request": "7"}}, "windows.request"),
        ({"windows": {**DOCUMENT["windows"], "requests": 7}}, "windows.requests"),
        ({"postage": {**DOCUMENT["postage"], "return_cap": {"USD": -1}}}, "postage.return_cap.USD"),
        ({"evidence_mandatory_for": ["wrong_colour"]}, "evidence_mandatory_for.0"),
        ({"special_goods": "maybe"}, "special_goods"),
        ({"return_address": []}, "return_address"),
        ({"timezone": "Asia/Nowhere"}, "timezone"),
        ({"timezone": "../etc/passwd"}, "timezone"),
        ({"country": "ZZ"}, "country"),
        ({"country": "China"}, "country"),
    ],
)
def test_a_mistake_in_a_version_names_the_file_and_the_field(put, tmp_path, changes, field):
    with pytest.raises(PolicyUnreadableError) as refused:
        put(**changes)
    assert str(refused.value).startswith(f"{tmp_path / '2025-01-01.json'}: {field}: ")
    assert refused.value.code == "policy_unreadable"


def test_a_missing_field_is_named(tmp_path):
    document = {name: value for name, value in DOCUMENT.items() if name != "postage"}
    (tmp_path / "2025-01-01.json").write_text(json.dumps(document))
    assert "postage: " in complaint(tmp_path)


def test_a_file_that_is_no_json_is_named(tmp_path):
    (tmp_path / "2025-01-01.json").write_text("{")
    assert f"{tmp_path / '2025-01-01.json'}: the file: Invalid JSON" in complaint(tmp_path)


def test_a_file_under_another_name_is_refused(tmp_path):
    (tmp_path / "2025-02-01.json").write_text(json.dumps(DOCUMENT))
    assert "version: 2025-01-01 must be the name of the file" in complaint(tmp_path)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "2025-01-01.json").mkdir()
    assert f"{tmp_path / '2025-01-01.json'}: cannot be read: " in complaint(tmp_path)
