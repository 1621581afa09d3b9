"""What every measure stands on: sizes, the registry of measures, processes with their peak of memory, the report."""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import psutil

from bench import databases

ROOT = Path(__file__).resolve().parents[1]
SAMPLED_EVERY = 0.05
MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Size:
    """How large the city is, and how much each measure does with it.

    Args:
        rows: of the file that is sent.
        sample: so many of them django-import-export takes in, which at a tenth of the speed takes ten times as long.
        flat: of the smallest and the largest file that `intake.flatness` sends.
        searches: how many questions `search.p95` asks.
        seconds: for so long `rating.lag_p95` submits.
        rounds: how often product and baseline take turns.
    """

    name: str
    entities: int
    records: int
    rows: int
    sample: int
    searches: int
    flat: tuple[int, int]
    seconds: int = 10
    rounds: int = 3


SIZES = {
    "small": Size(
        "small", 10_000, 100_000, rows=100_000, sample=50_000, searches=400, flat=(10_000, 100_000)
    ),
    "city": Size(
        "city",
        1_000_000,
        10_000_000,
        rows=1_000_000,
        sample=50_000,
        searches=1_000,
        flat=(10_000, 3_000_000),
        seconds=60,
    ),
}


class CannotMeasure(Exception):
    """A measure could not be taken; the message says why."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a measure found.

    Args:
        value: in the unit of the measure. Of a ratio it is the ratio itself.
        baseline: the same of what the product is compared with, in the unit that the measure's docstring says.
        ratio: product to baseline, so that more is better.
    """

    value: float
    baseline: float | None = None
    ratio: float | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    name: str
    unit: str
    take: Callable[["Run"], Result]


@dataclass(frozen=True, slots=True)
class Taken:
    """A measure as the report has it; `problem` says why there is no result."""

    measure: Measure
    result: Result | None
    peak_mb: float | None
    problem: str = ""

    def as_json(self) -> dict[str, Any]:
        kept: dict[str, Any] = {
            "name": self.measure.name,
            "value": None,
            "unit": self.measure.unit,
            "baseline": None,
            "ratio": None,
            "peak_mb": None if self.peak_mb is None else round(self.peak_mb, 1),
        }
        if self.result:
            kept |= {name: _rounded(getattr(self.result, name)) for name in ("value", "baseline", "ratio")}
        return kept | ({"problem": self.problem} if self.problem else {})


def _rounded(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.4g}")


_measures: dict[str, Measure] = {}


def measure(name: str, *, unit: str) -> Callable[[Callable[["Run"], Result]], Callable[["Run"], Result]]:
    """Register a measure under its name: subject, dot, what is compared."""

    def register(take: Callable[["Run"], Result]) -> Callable[["Run"], Result]:
        _measures[name] = Measure(name, unit, take)
        return take

    return register


def measures(only: str = "") -> list[Measure]:
    """The measures whose names begin so, in the order in which they were registered."""
    return [one for name, one in _measures.items() if name.startswith(only)]


@dataclass(slots=True)
class Run:
    """One measure being taken."""

    size: Size
    log: Path
    peak_mb: float = 0.0
    say: Callable[[str], None] = print
    notes: list[str] = field(default_factory=list)

    def unwatched(self) -> "Run":
        """For what is not the product: its processes are none of the peak of memory."""
        return Run(self.size, self.log, say=self.say)

    def apart(self, target: str, *arguments: Any, database: str) -> Any:
        """Run `module:function` in a process of its own, on that database; what it returns, as JSON keeps it.

        The process and all that it starts are watched, and so is PostgreSQL's side of it, without the buffers that
        its processes share.
        """
        with tempfile.NamedTemporaryFile("r", suffix=".json") as answer:
            with self.log.open("ab") as log:
                process = subprocess.Popen(
                    [sys.executable, "-m", "bench.apart", target, json.dumps(arguments), answer.name],
                    cwd=ROOT,
                    env={**os.environ, "DATABASE_URL": databases.url_of(database)},
                    stdout=log,
                    stderr=log,
                )
            with _Watch(process.pid, database) as watch:
                code = process.wait()
            if code:
                raise CannotMeasure(f"{target} ended with code {code}; its last words are in {self.log}.")
            told = json.load(answer)
        self.peak_mb = max(self.peak_mb, watch.peak_mb, told["peak_mb"])
        return told["returned"]


class _Watch:
    """Looks again and again how much memory a process, its children and its sessions in the database hold."""

    def __init__(self, pid: int, database: str) -> None:
        self._pid, self._database = pid, database
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.peak_mb = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        sessions: list[int] = []
        looked = 0
        while not self._over.wait(SAMPLED_EVERY):
            if looked % 10 == 0:
                sessions = databases.sessions_in(self._database)
            looked += 1
            found = [_own_memory(pid) for pid in sessions] + [_highest(pid) for pid in _family(self._pid)]
            self.peak_mb = max(self.peak_mb, *found, 0.0)


def _family(pid: int) -> list[int]:
    try:
        process = psutil.Process(pid)
        return [pid, *(child.pid for child in process.children(recursive=True))]
    except psutil.NoSuchProcess:
        return []


def _status(pid: int, name: str) -> float | None:
    """A line of what the kernel tells of a process, in megabytes; None where it tells nothing."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:")), None)


def _highest(pid: int) -> float:
    """The most that a process ever held, or where the kernel does not keep it, what it holds now."""
    if (highest := _status(pid, "VmHWM")) is not None:
        return highest
    try:
        return psutil.Process(pid).memory_info().rss / MEGABYTE
    except psutil.Error:
        return 0.0


def _own_memory(pid: int) -> float:
    return _status(pid, "RssAnon") or 0.0


def own_peak_mb() -> float:
    """The most that this process ever held."""
    return _highest(os.getpid())


def alternate(
    run: Run, product: Callable[[], float], baseline: Callable[[], float], *, unit: str
) -> tuple[float, float, float]:
    """Let product and baseline take turns; the median of each and of their ratios. Each returns a figure in `unit`."""
    pairs = []
    for number in range(1, run.size.rounds + 1):
        # In turns also in who comes first, so that neither always finds the other's leftovers.
        steps = {"product": product, "baseline": baseline}
        order = ("product", "baseline") if number % 2 else ("baseline", "product")
        found = {name: steps[name]() for name in order}
        pairs.append((found["product"], found["baseline"]))
        run.say(
            f"    round {number}: {found['product']:,.0f} {unit}, baseline {found['baseline']:,.0f} {unit}, "
            f"ratio {found['product'] / found['baseline']:.2f}"
        )
    products, baselines = zip(*pairs, strict=True)
    ratios = [product / baseline for product, baseline in pairs]
    return statistics.median(products), statistics.median(baselines), statistics.median(ratios)


def take(chosen: Sequence[Measure], size: Size, log: Path, say: Callable[[str], None] = print) -> list[Taken]:
    """Take each measure. One that cannot be taken says why and does not hinder the next."""
    taken = []
    for one in chosen:
        say(f"  {one.name}")
        run, started = Run(size, log, say=say), time.monotonic()
        try:
            result, problem = one.take(run), ""
        except Exception as error:  # noqa: BLE001 -- Whatever stops a measure is its result, and the exit code tells.
            result, problem = None, f"{type(error).__name__}: {error}"
            say(f"    CANNOT BE MEASURED: {problem}")
        taken.append(Taken(one, result, run.peak_mb or None, problem))
        say(f"    {time.monotonic() - started:.0f} s")
    return taken


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "system": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / (1 << 30), 1),
        "python": platform.python_version(),
        "postgresql": databases.server_version(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def write_report(path: Path, size: Size, taken: Sequence[Taken]) -> None:
    """Keep the figures for whoever reads them by program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    report = {"machine": machine(), "size": size.name, "measures": [one.as_json() for one in taken]}
    path.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n")


def table(taken: Sequence[Taken]) -> str:
    """The figures for a reader."""
    head = ("measure", "value", "unit", "baseline", "ratio", "peak MB")
    lines: list[tuple[str, ...]] = [head]
    for one in taken:
        kept = one.as_json()
        shown = [_shown(kept[name]) for name in ("value", "baseline", "ratio", "peak_mb")]
        lines.append((one.measure.name, shown[0], one.measure.unit, *shown[1:]))
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place in (0, 2) else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _shown(number: float | None) -> str:
    return "–" if number is None else f"{number:,.4g}" if abs(number) < 1000 else f"{number:,.0f}"
