import json
from datetime import UTC, date, datetime, timedelta

import pytest

from policy.deadlines import compute, in_time, last_day
from tests.policy import facts, promises, vectors
from tests.policy.facts import POLICY, VERSIONS

WORKING_DAYS = [(date.fromisoformat(day), date.fromisoformat(last)) for day, last in promises.REQUEST_WINDOWS]
VECTORS = dict(vectors.vectors())


@pytest.mark.parametrize("name", VECTORS)
def test_the_policy_keeps_every_example(name):
    assert VECTORS[name](POLICY)


@pytest.mark.parametrize(("day", "last"), WORKING_DAYS)
def test_r6_the_seventh_working_day_minds_holidays_and_make_up_days(day, last):
    assert last_day(day, 7, facts.china()) == last


@pytest.mark.parametrize(("day", "last"), WORKING_DAYS)
def test_r5_the_window_ends_with_the_last_second_of_its_last_day_in_shanghai(day, last):
    window = facts.window("request", facts.local(day.isoformat()), working_days=7)
    deadline = compute(window, facts.china())
    assert deadline.when == datetime(last.year, last.month, last.day, 15, 59, 59, tzinfo=UTC)
    assert in_time(deadline.when, deadline)
    assert not in_time(deadline.when + timedelta(seconds=1), deadline)


def test_r41_the_first_second_of_a_version_is_a_midnight_in_its_timezone(tmp_path):
    document = json.loads((VERSIONS / "2025-01-01.json").read_text())
    older = {**document, "version": "2024-01-01", "in_force_from": "2024-01-01"}
    (tmp_path / "2024-01-01.json").write_text(json.dumps(older))
    (tmp_path / "2025-01-01.json").write_text(json.dumps(document))
    assert vectors.in_force_vectors_hold(tmp_path)
