import pytest

from benchmarks.report import document, table, verdicts
from benchmarks.results import CPU, EVENTS, Results
from benchmarks.round import Figures, Load

MACHINE = {"cpu": "a processor", "cores": "2", "python": "3.11.9", "temporalio": "1.35.0"}


def figures(*, events: float = 42, worker_ms: float = 30, server_ms: float = 30) -> Figures:
    return Figures(
        events=events,
        history_bytes=5000,
        workflow_tasks=5,
        worker_ms=worker_ms,
        server_ms=server_ms,
        cases_per_second=20,
    )


def results(*ours: Figures) -> Results:
    bare = [figures(events=59, worker_ms=20 + number, server_ms=40) for number in range(len(ours))]
    return Results({"bare": bare, "personal": list(ours)}, Load(cases=80, warm_up=20, in_flight=10), MACHINE)


def test_a_ratio_is_taken_within_its_round():
    told = results(figures(worker_ms=30), figures(worker_ms=31), figures(worker_ms=94))
    spread = told.ratio("personal", CPU)
    assert (spread.median, spread.low, spread.high) == (1, 1, 2)


def test_a_spread_is_the_median_with_the_extremes():
    spread = results(figures(events=40), figures(events=47), figures(events=41)).spread("personal", EVENTS)
    assert (spread.median, spread.low, spread.high) == (41, 40, 47)


@pytest.mark.parametrize(
    ("events", "worker_ms", "met"),
    [(45, 30, [True, True]), (46, 30, [False, True]), (45, 30.1, [True, False])],
)
def test_a_bound_is_met_up_to_its_limit_and_no_further(events, worker_ms, met):
    told = results(figures(events=events, worker_ms=worker_ms))
    assert [bound.is_met for bound in told.bounds] == met
    assert [line.startswith("- met") for line in verdicts(told).splitlines()] == met


def test_the_table_shows_extremes_only_where_rounds_differ():
    told = table(results(figures(events=42, worker_ms=10), figures(events=42, worker_ms=12)))
    assert "42 " in told
    assert "42 (42" not in told
    assert "11.0 (10.0 to 12.0)" in told


def test_the_document_and_the_json_hold_the_same_figures():
    told = results(figures())
    assert table(told) in document(told)
    assert told.as_json()["contenders"]["personal"]["measures"]["history events"]["median"] == 42
