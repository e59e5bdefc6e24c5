"""A merchant's calendar files: what is taken, what is refused with its field, and what a running process does."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from gateways.calendar_notices import NoticeFolder, NoticeUnreadableError
from gateways.calendars import HolidayCalendars

# Made up: New Year's Day with a Monday off for a worked Saturday, and a week in spring.
CHINA: dict[str, Any] = {
    "country": "CN",
    "year": 2077,
    "source": "a made-up notice",
    "days_off": ["2077-01-01", "2077-01-02", "2077-01-03", "2077-01-04", "2077-05-03"],
    "days_worked": ["2077-01-09"],
}


def put(folder: Path, notice: dict[str, Any] | str, name: str = "CN-2077.json") -> Path:
    path = folder / name
    path.write_text(notice if isinstance(notice, str) else json.dumps(notice))
    return path


def calendar_of(notices: NoticeFolder, country: str = "CN"):
    return HolidayCalendars(notices).calendar(country, "Asia/Shanghai", datetime(2077, 1, 1, tzinfo=UTC))


def test_t2_a_notice_publishes_its_year_for_its_country_only(tmp_path):
    put(tmp_path, CHINA)
    notices = NoticeFolder(tmp_path)
    china = calendar_of(notices)
    assert 2077 in china.published_years
    assert {2076, 2078}.isdisjoint(china.published_years)
    assert 2077 not in calendar_of(notices, "US").published_years
    assert [day.day for day in (date(2077, 1, number) for number in range(1, 12)) if china.is_working(day)] == [
        5, 6, 7, 8, 9, 11
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("country", "worked", "off"),
    [("US", "2077-07-02", "2077-07-05"), ("SA", "2077-07-04", "2077-07-02"), ("DE", "2077-07-02", "2077-07-05")],
)
def test_t2_a_notice_of_another_country_keeps_the_weekend_of_that_country(tmp_path, country, worked, off):
    put(tmp_path, {**CHINA, "country": country, "days_off": ["2077-07-05"], "days_worked": []}, f"{country}-2077.json")
    calendar = calendar_of(NoticeFolder(tmp_path), country)
    assert calendar.is_working(date.fromisoformat(worked))
    assert not calendar.is_working(date.fromisoformat(off))


def test_t2_a_notice_counts_instead_of_the_package_as_when_a_government_changes_a_year(tmp_path):
    put(tmp_path, {**CHINA, "year": 2026, "days_off": ["2026-09-03"], "days_worked": ["2026-09-06"]}, "CN-2026.json")
    china = calendar_of(NoticeFolder(tmp_path))
    assert (china.is_working(date(2026, 9, 3)), china.is_working(date(2026, 9, 6))) == (False, True)
    assert 2026 in china.published_years


def test_t2_the_example_of_the_guide_is_a_calendar(tmp_path):
    guide = (Path(__file__).parents[2] / "docs" / "DEPLOYING.md").read_text()
    put(tmp_path, guide.split("```json\n", 1)[1].split("```", 1)[0], "CN-2027.json")
    assert 2027 in calendar_of(NoticeFolder(tmp_path)).published_years


def test_t2_without_a_folder_the_package_alone_counts():
    assert NoticeFolder(None)() == frozenset()


def test_t2_hidden_files_and_folders_are_passed_over_as_volumes_have_them(tmp_path):
    put(tmp_path, "no calendar", ".CN-2077.json.swp")
    (tmp_path / "..data").mkdir()
    (tmp_path / "..data" / "CN-2077.json").write_text(json.dumps(CHINA))
    (tmp_path / "CN-2077.json").symlink_to("..data/CN-2077.json")
    assert [one.year for one in NoticeFolder(tmp_path)()] == [2077]


@pytest.mark.parametrize(
    ("change", "name", "message"),
    [
        ({}, "CN-2077.jsn", "name it after its country and year, like CN-2027.json"),
        ({}, "CN-2078.json", "CN-2077 must be the name of the file"),
        ({"country": "ZZ"}, "ZZ-2077.json", "country: there is no calendar for ZZ"),
        ({"country": "China"}, None, "country: "),
        ({"year": 1977}, None, "year: Input should be greater than or equal to 2000"),
        ({"year": "2077"}, None, "year: "),
        ({"source": ""}, None, "source: "),
        ({"days_off": []}, None, "days_off: "),
        ({"days_off": ["2077-02-30"]}, None, "days_off.0: "),
        ({"days_off": ["2077-01-01", "2078-01-01"]}, None, "days_off: 2078-01-01 is not in 2077"),
        ({"days_off": ["2077-01-01", "2077-01-01"]}, None, "days_off: 2077-01-01 is named more than once"),
        ({"days_worked": ["2077-01-02"]}, None, "days_worked: 2077-01-02 is also in days_off"),
        ({"days_worked": ["2077-01-05"]}, None, "days_worked: 2077-01-05 is no weekend day"),
        ({"days_of": []}, None, "days_of: Extra inputs are not permitted"),
    ],
)
def test_t2_a_mistake_stops_the_start_and_is_named_with_file_and_field(tmp_path, change, name, message):
    path = put(tmp_path, {**CHINA, **change}, name or "CN-2077.json")
    with pytest.raises(NoticeUnreadableError) as refused:
        NoticeFolder(tmp_path)
    assert refused.value.message.startswith(f"{path}: ")
    assert message in refused.value.message
    assert "\n" not in refused.value.message


@pytest.mark.parametrize("left_out", CHINA)
def test_t2_every_field_has_to_be_there(tmp_path, left_out):
    put(tmp_path, {name: value for name, value in CHINA.items() if name != left_out})
    with pytest.raises(NoticeUnreadableError, match=f"{left_out}: Field required"):
        NoticeFolder(tmp_path)


def test_t2_a_folder_that_is_not_there_is_named_with_its_setting(tmp_path):
    with pytest.raises(NoticeUnreadableError, match=r"nowhere: cannot be read: .*REFUNDS_CALENDAR_FOLDER"):
        NoticeFolder(tmp_path / "nowhere")


def test_t2_a_file_that_is_no_calendar_by_its_size_is_not_read(tmp_path):
    put(tmp_path, " " * 100_001)
    with pytest.raises(NoticeUnreadableError, match="larger than"):
        NoticeFolder(tmp_path)


def test_t2_a_running_process_follows_the_folder_and_a_mistake_keeps_what_it_has_read(tmp_path, caplog):
    folder = tmp_path / "calendars"
    folder.mkdir()
    notices = NoticeFolder(folder)
    assert 2077 not in calendar_of(notices).published_years
    path = put(folder, CHINA)
    assert 2077 in calendar_of(notices).published_years
    path.write_text(json.dumps(CHINA)[:-20])  # a copy that is still being written
    assert 2077 in calendar_of(notices).published_years
    assert 2077 in calendar_of(notices).published_years
    assert caplog.text.count("the calendars stay as they were read before") == 1
    path.unlink()
    assert 2077 not in calendar_of(notices).published_years
    folder.rename(tmp_path / "gone")
    assert 2077 not in calendar_of(notices).published_years
