import csv
import sys
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from pydantic import ValidationError

from evaluation.files import BadRows, RatedRow, rate_rows, read_csv, read_document

#: Differences beyond so many are counted, not listed.
DIFFERENCES_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Rates the rows of CSV files under a scheme, without the registry. Writes one line an entity: grade,"
        " points, and what every component came to (empty: not known). With --compare, holds the result against"
        " published columns of the file of entities."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--scheme", required=True, help="a file, or the code of a scheme that comes along"
        )
        parser.add_argument("--records", required=True, type=Path, help="CSV with a line for each record")
        parser.add_argument("--entities", type=Path, help="CSV with a line for each entity and its facts")
        parser.add_argument("--as-of", required=True, type=date.fromisoformat, help="the day to rate for")
        parser.add_argument("--out", type=Path, help="where to write; the terminal if left out")
        parser.add_argument(
            "--compare",
            action="append",
            default=[],
            metavar="WHAT=COLUMN",
            help="hold grade, points or a component's code against a column of the entities, to its places",
        )

    def handle(self, *args, scheme, records, entities, as_of, out, compare, **options) -> None:
        try:
            document = read_document(scheme)
            rows = list(
                rate_rows(document, read_csv(records), read_csv(entities) if entities else None, as_of)
            )
        except (OSError, ValidationError, BadRows) as error:
            raise CommandError(str(error)) from error
        codes = [one.code for one in document.every_component]
        if out:
            with out.open("w", encoding="utf-8", newline="") as file:
                _write(file, rows, codes)
        else:
            _write(sys.stdout, rows, codes)
        for pair in compare:
            self._compare(rows, *pair.split("=", 1))

    def _compare(self, rows: list[RatedRow], what: str, column: str = "") -> None:
        """Say how many of the published results come out; those without a published one are left out."""
        published = [row for row in rows if row.given.get(column)]
        if not published:
            raise CommandError(f"No entity has anything in the column “{column}”.")
        different = [row for row in published if not _is_same(_said(row, what), row.given[column])]
        for row in different[:DIFFERENCES_SHOWN]:
            self.stderr.write(
                f"{row.entity}: {what} {_said(row, what) or '–'}, published {row.given[column]}"
            )
        if len(different) > DIFFERENCES_SHOWN:
            self.stderr.write(f"and {len(different) - DIFFERENCES_SHOWN} more")
        self.stderr.write(f"{what}: {len(published) - len(different)} of {len(published)} as published")


def _write(file, rows: Iterable[RatedRow], codes: list[str]) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["entity", "grade", "points", "records_counted", *codes])
    for row in rows:
        writer.writerow(
            [row.entity, row.grade, _plain(row.points), row.counted]
            + [_plain(row.values[code]) for code in codes]
        )


def _said(row: RatedRow, what: str) -> str:
    if what == "grade":
        return row.grade
    if what != "points" and what not in row.values:
        raise CommandError(f"The scheme has no component “{what}”.")
    return _plain(row.points if what == "points" else row.values[what])


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"


def _is_same(said: str, published: str) -> bool:
    """Whether these are the same words, or the same number to the places that were published."""
    if said == published:
        return True
    try:
        wanted = Decimal(published)
        return Decimal(said).quantize(wanted, ROUND_HALF_UP) == wanted
    except InvalidOperation:
        return False
