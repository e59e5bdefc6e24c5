"""The combined results of all rounds: medians with their spread, ratios to the bare workflow, and the bounds."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from benchmarks.round import Figures, Load

BARE = "bare"
STRAIGHTFORWARD = "personal"
MAX_EVENTS = 45
MAX_CPU_RATIO = 1.0


@dataclass(frozen=True)
class Spread:
    """The median of the rounds, with the lowest and the highest value."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Return the spread of at least one value."""
        return cls(median(values), min(values), max(values))


@dataclass(frozen=True)
class Measure:
    """One line of the table, shown with `digits` decimals."""

    title: str
    of: Callable[[Figures], float]
    digits: int = 0


MEASURES = (
    Measure("history events", lambda figures: figures.events),
    Measure("history bytes", lambda figures: figures.history_bytes),
    Measure("workflow tasks", lambda figures: figures.workflow_tasks),
    Measure("CPU worker, ms per case", lambda figures: figures.worker_ms, 1),
    Measure("CPU Temporal server, ms per case", lambda figures: figures.server_ms, 1),
    Measure("CPU both, ms per case", lambda figures: figures.both_ms, 1),
    Measure("cases per second", lambda figures: figures.cases_per_second, 1),
)
EVENTS, CPU = MEASURES[0], MEASURES[5]


@dataclass(frozen=True)
class Bound:
    """A promised limit, and the measured value."""

    title: str
    limit: float
    measured: float

    @property
    def is_met(self) -> bool:
        """Return whether the measured median is within the limit."""
        return self.measured <= self.limit


@dataclass(frozen=True)
class Results:
    """The figures of every contender by round, and the machine on which they were measured."""

    rounds: dict[str, list[Figures]]
    load: Load
    machine: dict[str, str]

    @property
    def contenders(self) -> list[str]:
        """Return all contenders except the bare workflow."""
        return [name for name in self.rounds if name != BARE]

    def spread(self, name: str, measure: Measure) -> Spread:
        """Return a contender's measure over the rounds."""
        return Spread.of([measure.of(figures) for figures in self.rounds[name]])

    def ratio(self, name: str, measure: Measure) -> Spread:
        """Return a contender's measure as a multiple of the bare workflow's in the same round."""
        pairs = zip(self.rounds[name], self.rounds[BARE], strict=True)
        return Spread.of([measure.of(ours) / measure.of(bare) for ours, bare in pairs])

    @property
    def bounds(self) -> tuple[Bound, Bound]:
        """Return the two bounds of the straightforward refund."""
        events, cpu = self.spread(STRAIGHTFORWARD, EVENTS).median, self.ratio(STRAIGHTFORWARD, CPU).median
        return (
            Bound("history events of the straightforward refund", MAX_EVENTS, events),
            Bound("its CPU (worker and Temporal server) as a multiple of the bare workflow's", MAX_CPU_RATIO, cpu),
        )

    def as_json(self) -> dict[str, Any]:
        """Return all measured values as JSON, for a file."""
        return {
            "machine": self.machine,
            "load": asdict(self.load),
            "bounds": [{**asdict(bound), "is_met": bound.is_met} for bound in self.bounds],
            "contenders": {name: self._contender(name) for name in self.rounds},
        }

    def _contender(self, name: str) -> dict[str, Any]:
        return {
            "rounds": [asdict(figures) for figures in self.rounds[name]],
            "measures": {one.title: asdict(self.spread(name, one)) for one in MEASURES},
            "ratios_to_bare": {one.title: asdict(self.ratio(name, one)) for one in MEASURES},
        }
