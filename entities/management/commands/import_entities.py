"""Bring a register of entities into the registry."""

import time
from pathlib import Path
from typing import IO, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from entities.intake.reading import Unreadable
from entities.services.imports import Outcome, import_entities, write_problems


class Command(BaseCommand):
    """Import entities from CSV (also gzipped) or XLSX files; a second run changes nothing."""

    help = "Import entities from CSV (also .csv.gz) or XLSX files. Running it again changes nothing."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "files", nargs="+", type=Path, help="files with a column of codes and one of names"
        )
        parser.add_argument("--city", default="", help="only the entities of this city")
        parser.add_argument(
            "--problems", type=Path, help="folder for the lists of rows that were refused or remarked on"
        )

    def handle(self, *, files: list[Path], city: str, problems: Path | None, **options) -> None:
        if missing := [str(path) for path in files if not path.is_file()]:
            raise CommandError(f"There is no file {', '.join(missing)}.")
        folder = problems or settings.VAR_DIR / "imports"
        for path in files:
            self._import(
                path, city, folder / f"{path.name.removesuffix('.gz').removesuffix('.csv')}.problems.csv"
            )

    def _import(self, path: Path, city: str, problem_path: Path) -> None:
        problem_file = write_problems(problem_path)
        started = time.monotonic()
        console = Console(file=cast(IO[str], self.stdout._out), soft_wrap=True)
        bar = Progress(
            TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[rows]} rows"),
            TimeElapsedColumn(), TimeRemainingColumn(), console=console,
        )  # fmt: skip
        try:
            with bar:
                task = bar.add_task(path.name, total=1.0, rows="0")
                outcome = import_entities(
                    path=path,
                    city=city,
                    problems=problem_file,
                    progress=lambda so_far, share: bar.update(task, completed=share, rows=f"{so_far.read:,}"),
                )
                bar.update(task, completed=1.0, rows=f"{outcome.read:,}")
        except Unreadable as error:
            raise CommandError(f"{path.name}: {error}") from error
        finally:
            problem_file.close()
        self.stdout.write(_sentence(path.name, outcome, time.monotonic() - started))
        if outcome.refused or outcome.warned:
            self.stdout.write(f"What was refused or remarked on is in {problem_path}")


def _sentence(name: str, outcome: Outcome, seconds: float) -> str:
    parts = [
        f"{outcome.new:,} new", f"{outcome.changed:,} changed", f"{outcome.unchanged:,} unchanged",
        f"{outcome.refused:,} refused", f"{outcome.warned:,} taken with a remark",
    ]  # fmt: skip
    if outcome.elsewhere:
        parts.append(f"{outcome.elsewhere:,} of other cities left out")
    return f"{name}: {outcome.read:,} rows in {seconds:.1f} s: {', '.join(parts)}."
