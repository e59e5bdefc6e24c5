"""Requests and windows of any year of this century are counted with the calendars of their own years (R3, R5, R6)."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest

from activities.case_changes import DeadlineQuery
from activities.cases import CaseActivities
from db.cases.cases import Cases
from db.core.engine import Database
from db.core.migrate import migrate
from db.orders.orders import Orders
from db.orders.stock import StockTable
from domain.calendar import Deadline, Window, WindowName
from domain.cases.case import Case
from gateways.calendars import HolidayCalendars
from gateways.payments.registry import payment_step
from gateways.policy_repository import PolicyRepository
from tests.support import factories
from tests.support.activity_set import VERSIONS, real_time
from tests.support.assertions import assert_present
from tests.support.factories import parcel

ASKED_AT = datetime(2026, 11, 28, 4, tzinfo=UTC)
ONE_DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path_factory.mktemp('old')}/refunds.db"
    migrate(url)
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def activities(database: Database) -> Callable[[Path], CaseActivities]:
    def of(versions: Path) -> CaseActivities:
        policies, stock = PolicyRepository(versions), StockTable(database, real_time)
        return CaseActivities(Cases(database), Orders(database), policies, HolidayCalendars(), stock, payment_step)

    return of


@pytest.fixture
def asked(database: Database, activities: Callable[[Path], CaseActivities]) -> Callable[..., Case]:
    """Ask for a refund of what was received then, under the policy of a folder."""

    def ask(number: str, *received: datetime, at: datetime = ASKED_AT, versions: Path = VERSIONS) -> Case:
        skus = ("MUG", "LAMP")[: len(received)]
        parcels = tuple(
            parcel(sku, number=f"{number}-{sku}", delivered_at=one) for sku, one in zip(skus, received, strict=True)
        )
        Orders(database).put(factories.order(number, parcels=parcels, placed_at=min(received) - ONE_DAY))
        intake = factories.intake(
            *((sku, 1) for sku in skus),
            case_id=f"rc_{number.lower().replace('-', ''):0>10}",
            order_number=number,
            received_at=at,
        )
        return activities(versions).open(intake).case

    return ask


def policy_of(folder: Path, country: str, timezone: str) -> Path:
    document = json.loads((VERSIONS / "2025-01-01.json").read_text())
    folder.mkdir(exist_ok=True)
    (folder / "2025-01-01.json").write_text(json.dumps({**document, "country": country, "timezone": timezone}))
    return folder


def noon(day: date, timezone: str = "Asia/Shanghai") -> datetime:
    return datetime.combine(day, time(12), ZoneInfo(timezone))


def seventh_working_day(day: date) -> date:
    """Count by another source than the product's."""
    left = 7
    while left:
        day += ONE_DAY
        left -= chinese_calendar.is_workday(day)
    return day


def refused_until(case: Case) -> Deadline:
    assert (assert_present(case.refusal).rule, case.is_open) == ("R3", False)
    return assert_present(assert_present(case.refusal).deadline)


def test_t1_a_receipt_of_2024_is_refused_with_the_final_date_of_2024(asked):
    refused = asked("T1-2024", noon(date(2024, 2, 6)))
    deadline = refused_until(refused)
    assert (deadline.last_day, deadline.provisional) == (date(2024, 2, 21), False)
    assert deadline.when == datetime(2024, 2, 21, 15, 59, 59, tzinfo=UTC)
    assert "2024-02-21; the right is waived" in assert_present(refused.refusal).message


@pytest.mark.parametrize("year", range(2006, 2026))
def test_t1_every_year_with_a_notice_counts_its_own_holidays_and_make_up_days(asked, year):
    day = date(year, 9, 28)
    deadline = refused_until(asked(f"T1-{year}-CN", noon(day)))
    assert (deadline.last_day, deadline.provisional) == (seventh_working_day(day), False)


def test_t1_a_receipt_before_the_first_notice_is_refused_by_a_guess_that_says_so(asked):
    refused = asked("T1-2000", noon(date(2000, 9, 28)))
    assert refused_until(refused).provisional
    assert "as far as it is published" in assert_present(refused.refusal).message


@pytest.mark.parametrize(
    ("place", "day", "last"),
    [
        (("US", "America/New_York"), date(2021, 12, 20), date(2021, 12, 30)),  # the 24th and the 31st stand in
        (("DE", "Europe/Berlin"), date(2019, 4, 15), date(2019, 4, 26)),  # Good Friday and Easter Monday
        (("JP", "Asia/Tokyo"), date(2019, 4, 26), date(2019, 5, 15)),  # ten days off for the new emperor
        (("SA", "Asia/Riyadh"), date(2018, 9, 19), date(2018, 10, 1)),  # Friday and Saturday, and the National Day
    ],
)
def test_t1_other_countries_and_timezones_count_their_own_old_years(asked, tmp_path, place, day, last):
    country, timezone = place
    versions = policy_of(tmp_path, country, timezone)
    deadline = refused_until(asked(f"T1-{country}", noon(day, timezone), versions=versions))
    assert (deadline.last_day, deadline.provisional) == (last, False)


def test_t1_lines_received_in_different_years_are_each_counted_by_their_own_year(asked):
    deadline = refused_until(asked("T1-TWO", noon(date(2019, 9, 28)), noon(date(2026, 11, 27))))
    assert deadline.last_day == seventh_working_day(date(2019, 9, 28))
    assert not deadline.provisional


def test_t1_a_window_that_begins_long_after_the_receipt_has_the_calendar_of_its_own_year(asked, activities):
    """An old submission is opened late, and a window of today is counted beside one of years ago."""
    case = asked("T1-LATE", noon(date(2019, 9, 28)), at=noon(date(2019, 9, 30)))
    assert case.is_open
    old, new = (
        Window(what=WindowName.AUDIT_TARGET, since=noon(date(year, 9, 30)), working_days=2) for year in (2019, 2026)
    )
    for windows in ((old, new), (new, old)):
        query = DeadlineQuery(policy_version=case.policy_version, windows=windows)
        days = {one.since: one for one in activities(VERSIONS).compute(query).deadlines}
        assert days[old.since].last_day == date(2019, 10, 9)
        assert days[new.since].last_day == date(2026, 10, 9)
        assert not any(one.provisional for one in days.values())
