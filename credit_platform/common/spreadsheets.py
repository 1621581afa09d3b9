"""Tables that people open in a spreadsheet program."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse

#: A cell that begins with one of these is run as a formula by spreadsheet programs; Chinese ones take the wide signs too.
FORMULA_SIGNS = "=+-@＝＋－＠"
DANGEROUS = (*FORMULA_SIGNS, "\t", "\r", "\n")
#: By this mark Excel knows that a file is UTF-8.
BYTE_ORDER_MARK = "\ufeff"


def harmless(cell: Any) -> Any:
    """The cell as it may stand in a file: text that a spreadsheet would run gets an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(DANGEROUS) else cell


def csv_lines(rows: Iterable[Sequence[Any]], *, delimiter: str = ",") -> Iterator[str]:
    """The rows as lines of CSV, one at a time, every cell harmless."""
    # The writer's `writerow` returns what the file's `write` returned: here the line itself.
    writer = csv.writer(_Echo(), delimiter=delimiter)
    for row in rows:
        yield writer.writerow([harmless(cell) for cell in row])


def csv_response(filename: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """A download that is written while it is sent, so that a million rows need no memory."""

    def lines() -> Iterator[str]:
        yield BYTE_ORDER_MARK
        yield from csv_lines([head])
        yield from csv_lines(rows)

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["Cache-Control"] = "private, no-store"
    return response


class _Echo:
    @staticmethod
    def write(line: str) -> str:
        return line
