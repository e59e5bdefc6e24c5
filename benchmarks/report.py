"""The readable results: a table and two verdicts, as text and as docs/BENCHMARK.md."""

from benchmarks.results import BARE, MEASURES, Bound, Measure, Results, Spread
from config.temporal import SEARCH_ATTRIBUTES

_RATIO_DIGITS = 2


def table(results: Results) -> str:
    """Return the table in markdown: medians, with the lowest and highest round if they differ."""
    header = ["per case", BARE, *(word for name in results.contenders for word in (name, "ratio"))]
    rows = [header, ["---"] * len(header), *(_row(results, measure) for measure in MEASURES)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    rows[1] = ["-" * width for width in widths]
    return "\n".join("| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows)


def verdicts(results: Results) -> str:
    """Return a line for each bound that says whether it is met."""
    return "\n".join(_verdict(bound) for bound in results.bounds)


def document(results: Results) -> str:
    """Return the text of docs/BENCHMARK.md, in which nothing is written by hand."""
    load, machine = results.load, results.machine
    rounds = len(results.rounds[BARE])
    return f"""# What a refund costs

Written by `.venv/bin/python -m benchmarks --write-docs` with the figures of that run; `make bench` measures new ones.

Measured on {machine["cpu"]}, {machine["cores"]} cores, Python {machine["python"]}, Temporal Python SDK
{machine["temporalio"]}. {rounds} rounds, each with all contenders one after the other, {load.cases} cases per contender
after {load.warm_up} to warm up, {load.in_flight} in flight at a time. Medians of the rounds, with the lowest and the
highest in brackets; ratios are computed within a round.

{table(results)}

{verdicts(results)}

## What is compared
- **bare**: a workflow that does nothing (`benchmarks/bare_workflow.py`): start, three signals, each awaited against a
  timer of seven days, six regular activities. The SDK's defaults: sandbox, asyncio. Each input is sent at the moment
  when the workflow waits for it.
- **personal**: the straightforward refund of this system: created by update-with-start; audit, shipment and
  inspection are sent as updates in the same way as by the API; one payout. The worker runs as in production (uvloop,
  no workflow sandbox, which is for tests and replay), the database is a SQLite file that is synced at every commit,
  and the payment goes through Stripe's SDK over HTTP to the payment sandbox's process.
- **quality, 2 photos**: the same with two photos in a real object store, pinned and checked before the payout.

Both sides have a Temporal dev server process of their own, in memory, with the same flags ({len(SEARCH_ATTRIBUTES)}
search attributes included), and a worker process of their own. CPU is user and system time of these two processes, as
the kernel counts it. Customer, auditor and warehouse are played by a third process, which is not counted; neither are
the API's writes to the database, the payment sandbox and the object store. Orders, payments, requests and uploads
exist before the clock starts.

By profile, the difference in the worker for a straightforward refund comes from the transactions on the database, the
payment through Stripe's SDK, and for the larger part from the Temporal SDK's handling of payloads, of which a refund
has more and larger ones than a workflow that does nothing. The Temporal server does less work for it than for the
bare workflow: five workflow tasks instead of ten.

Cases per second depend on what else the machine does, CPU much less, events and bytes not at all.
"""


def _row(results: Results, measure: Measure) -> list[str]:
    cells = [measure.title, _cell(results.spread(BARE, measure), measure.digits)]
    for name in results.contenders:
        cells += [
            _cell(results.spread(name, measure), measure.digits),
            _cell(results.ratio(name, measure), _RATIO_DIGITS),
        ]
    return cells


def _cell(spread: Spread, digits: int) -> str:
    median, low, high = (f"{value:.{digits}f}" for value in (spread.median, spread.low, spread.high))
    return median if low == high else f"{median} ({low} to {high})"


def _verdict(bound: Bound) -> str:
    verdict = "met" if bound.is_met else "NOT MET"
    return f"- {verdict}: {bound.title} is {bound.measured:.4g}, at most {bound.limit:g} was promised"
