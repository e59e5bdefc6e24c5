"""`make bench`: measures this system and a bare Temporal workflow of the same shape, alternating, in one run.

The exit code is 0 if everything could be measured; whether a bound is met is only printed.
"""

import asyncio
import json
import platform
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from os import cpu_count
from pathlib import Path

from benchmarks.bare import running_bare
from benchmarks.contender import BenchError, Contender
from benchmarks.fixtures import Counter
from benchmarks.refunds import Refunds
from benchmarks.report import document, table, verdicts
from benchmarks.results import BARE, Results
from benchmarks.round import Figures, Load, measured
from config.temporal import connect
from domain.enums import Reason
from local.stack.process import ROOT, StackError
from local.stack.stack import Stack

DOCUMENT = ROOT / "docs" / "BENCHMARK.md"
QUALITY_PHOTOS = 2


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and write the JSON; return the exit code, which is 1 if something could not run."""
    options = _options(arguments)
    if not Path("/proc/self/stat").exists():
        print("make bench reads processor times from /proc, which only Linux has.", file=sys.stderr)
        return 1
    began = time.monotonic()
    try:
        results = asyncio.run(_measure(options))
    except (StackError, BenchError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"\n{table(results)}\n\n{verdicts(results)}")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(results.as_json(), indent=2) + "\n")
    if options.write_docs:
        DOCUMENT.write_text(document(results))
    print(f"\n{time.monotonic() - began:.0f} s; all figures are in {options.json}")
    return 0


def _options(arguments: Sequence[str]) -> Namespace:
    parser = ArgumentParser(prog="python -m benchmarks", description="This system beside a bare Temporal workflow.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cases", type=int, default=80, help="cases measured per round and contender")
    parser.add_argument("--warm-up", type=int, default=20, help="cases played before, without measuring")
    parser.add_argument("--in-flight", type=int, default=10, help="cases at a time")
    parser.add_argument("--json", type=Path, default=ROOT / ".local" / "bench.json")
    parser.add_argument("--write-docs", action="store_true", help="write docs/BENCHMARK.md from this run")
    return parser.parse_args(arguments)


async def _measure(options: Namespace) -> Results:
    load = Load(options.cases, options.warm_up, options.in_flight)
    with tempfile.TemporaryDirectory(prefix="refunds-bench-") as folder:
        async with _contenders(Path(folder)) as contenders:
            rounds: dict[str, list[Figures]] = {one.name: [] for one in contenders}
            for number in range(1, options.rounds + 1):
                for contender in contenders:
                    figures = await measured(contender, load)
                    rounds[contender.name].append(figures)
                    _tell_round(f"round {number}/{options.rounds} {contender.name}", figures)
    return Results(rounds, load, _machine())


@asynccontextmanager
async def _contenders(folder: Path) -> AsyncGenerator[list[Contender]]:
    """Yield all contenders with their processes running, the bare workflow first."""
    print(f"starting this system, and a Temporal server and worker for the {BARE} workflow")
    stack = Stack.throwaway(folder / "system", progress=_progress)
    await asyncio.to_thread(stack.start)
    try:
        client = await connect(stack.settings)
        with Counter(stack) as counter:
            async with running_bare(folder / BARE) as bare:
                personal = Refunds(client, stack, counter, Reason.PERSONAL)
                yield [bare, personal, Refunds(client, stack, counter, Reason.QUALITY, QUALITY_PHOTOS)]
    finally:
        await asyncio.to_thread(stack.stop)


def _progress(step: str, seconds: float) -> None:
    print(f"  {step:<30}{seconds:6.1f} s", flush=True)


def _tell_round(title: str, figures: Figures) -> None:
    line = f"{figures.events:.0f} events, {figures.both_ms:6.1f} ms CPU, {figures.cases_per_second:5.1f} cases/s"
    print(f"  {title:<30}{line}", flush=True)


def _machine() -> dict[str, str]:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return {
        "cpu": next(models, platform.machine()),
        "cores": str(cpu_count()),
        "python": platform.python_version(),
        "temporalio": version("temporalio"),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
