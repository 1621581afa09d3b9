"""`python -m bench`: take the measures that ONLY names in the city that SIZE names, and write them down."""

import dataclasses
import os
import sys
from pathlib import Path
from typing import Any

import bench.measures  # noqa: F401 -- Importing them makes them known.
from bench import city, harness

VAR = Path(os.environ.get("VAR_DIR") or harness.ROOT / "var" / "bench")


def main() -> int:
    only, name = os.environ.get("ONLY", ""), os.environ.get("SIZE") or "small"
    if name not in harness.SIZES:
        print(f"SIZE={name} is no size: give one of {', '.join(harness.SIZES)}.", file=sys.stderr)
        return 2
    size = _with_numbers(harness.SIZES[name])
    chosen = harness.measures(only)
    if not chosen:
        known = ", ".join(one.name for one in harness.measures())
        print(f"ONLY={only} begins no measure's name: there are {known}.", file=sys.stderr)
        return 2
    log = VAR / "log" / "bench.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("")
    try:
        city.ensure(size, log)
        taken = harness.take(chosen, size, log)
    except harness.CannotMeasure as error:
        print(f"  CANNOT BE MEASURED: there is no city. {error}", flush=True)
        taken = [harness.Taken(one, None, None, f"There is no city. {error}") for one in chosen]
    report = VAR / "latest.json"
    harness.write_report(report, size, taken)
    print(f"\n{harness.table(taken)}\n\nWritten to {report}.", flush=True)
    return 1 if any(one.problem for one in taken) else 0


def _with_numbers(size: harness.Size) -> harness.Size:
    """The size with ROWS, SAMPLE, SEARCHES, ROUNDS and FLAT (“10000,3000000”) of the environment, where they are given."""
    changes: dict[str, Any] = {}
    for name in ("rows", "sample", "searches", "rounds"):
        if given := os.environ.get(name.upper()):
            changes[name] = int(given)
    if given := os.environ.get("FLAT"):
        smallest, largest = map(int, given.split(","))
        changes["flat"] = (smallest, largest)
    return dataclasses.replace(size, **changes)


if __name__ == "__main__":
    sys.exit(main())
