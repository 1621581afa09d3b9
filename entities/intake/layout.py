"""What every kind of table has in common: how it was laid out, where its header is, and what stops it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from itertools import zip_longest
from typing import Any, Self

import opencc
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from credit_platform.ui.formats import listed_lazy
from entities.intake.rows import cell_text, narrow
from entities.words import with_numbers_masked

MAX_COLUMNS = 200
#: Longer than the longest text of a form; a spreadsheet's cell holds 32,767 characters at most.
MAX_CELL_TEXT = 131_072
#: The header is looked for in so many rows: official sheets often have a title above it.
HEADER_WITHIN = 12
SAMPLE_ROWS, SAMPLE_LENGTH = 3, 40
#: The column that a returned file has; read by either reader, and passed over when the file is sent again.
REASON = "原因 / Reason"
HEADER_NOISE = re.compile(r"[\s*：:]+")


class Unreadable(Exception):
    """The file as a whole cannot be taken; `message % params` tells the sender what to do."""

    def __init__(self, message, **params) -> None:
        self.message, self.params = message, params
        super().__init__(str(message) % params)


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the sender should know of the file as a whole."""

    message: str | Promise
    params: dict = field(default_factory=dict)


@dataclass(slots=True)
class Layout:
    """How a file was read; kept with the submission, so that it is given back the same way.

    Args:
        kind: "csv", "xlsx", "xls" or "ods".
        header_row: number of the row with the column names.
        header: the column names as they stand there.
        columns: from a field's name to the place of its column, counted from 0.
        first_place: how many empty columns a spreadsheet has before the first one.
        rows_expected: about how many rows come after the header, for the estimate while working.
        sample: the first rows below the header, cells cut short, to tell columns by.
    """

    kind: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int = 1
    header: list[str] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)
    first_place: int = 0
    rows_expected: int = 0
    sample: list[list[str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def column_key(name: str) -> str:
    """A column name as it is compared: half-width, without spaces, asterisks and colons, capital letters."""
    return HEADER_NOISE.sub("", narrow(name)).upper()


class Table:
    """An open file with its header found. Use as a context manager."""

    def __init__(self, layout: Layout, notes: list[Note]) -> None:
        self.layout, self.notes = layout, notes

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc) -> None:
        self.close()

    def close(self) -> None:
        """Let go of what was opened; the file itself belongs to the caller."""

    def rows(self, *, after: int = 0) -> Iterator[tuple[int, list[str]]]:
        """Number and cells of each row below the header and below `after`; rows with nothing in them are left out."""
        start = max(after, self.layout.header_row)
        for number, cells in self._all(start):
            if any(cells):
                yield number, cells

    def _all(self, start: int) -> Iterator[tuple[int, list[str]]]:
        raise NotImplementedError


def find_header(
    sample: list[list[str]], known: Mapping[str, str]
) -> tuple[int, int, list[str], dict[str, int]]:
    """The row in which most column names are known: how many, its number, its names, the place of each field.

    Where names stand in two rows, because some are merged over both and others stand under a common title,
    the lower row is the header and an empty cell of it takes the name above.
    """
    best: tuple[int, int, list[str], dict[str, int]] = (0, 1, [], {})
    above: list[str] = []
    for number, row in enumerate(sample, start=1):
        own = _places(row, known)
        names = [cell or upper for cell, upper in zip_longest(row, above, fillvalue="")] if own else row
        columns = _places(names, known)
        # Where no name is known the fullest row is the likeliest.
        fuller = not best[0] and sum(map(bool, names)) > sum(map(bool, best[2]))
        if len(columns) > best[0] or fuller:
            best = (len(columns), number, [cell_text(name)[:200] for name in names], columns)
        above = row
    return best


def _places(row: list[str], known: Mapping[str, str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, name in enumerate(row):
        if (field_name := _field_of(name, known)) and field_name not in columns:
            columns[field_name] = place
    return columns


def _field_of(name: str, known: Mapping[str, str]) -> str | None:
    key = column_key(name)
    return known.get(key) or (known.get(simplified(key)) if key and not key.isascii() else None)


@cache
def _converter():
    return opencc.OpenCC("t2s")


def simplified(text: str) -> str:
    """The text in simplified characters."""
    return _converter().convert(text)


def sample_below(rows: list[list[str]], header_row: int) -> list[list[str]]:
    """The first rows below the header, as `Layout.sample` keeps them; rows count from 1."""
    return [
        [with_numbers_masked(cell_text(cell))[:SAMPLE_LENGTH] for cell in row]
        for row in rows[header_row : header_row + SAMPLE_ROWS]
    ]


def notes_of(layout: Layout) -> list[Note]:
    """What the sender should know of columns that nobody reads."""
    read = set(layout.columns.values())
    ignored = [
        name for place, name in enumerate(layout.header) if name not in ("", REASON) and place not in read
    ]
    taken = {column_key(layout.header[place]) for place in read}
    again = [name for name in ignored if column_key(name) in taken]
    others = [name for name in ignored if column_key(name) not in taken]
    notes = []
    if again:
        said = _("These column names stand more than once; of each, the first column was read: %(columns)s.")
        notes.append(Note(said, {"columns": _some_of(again)}))
    if others:
        said = _("These columns are not part of the format and were not read: %(columns)s.")
        notes.append(Note(said, {"columns": _some_of(others)}))
    return notes


def _some_of(names: list[str]) -> str | Promise:
    return listed_lazy([*names[:8], "…"] if len(names) > 8 else names)


def check_width(width: int) -> None:
    """Refuse a table that is wider than any format."""
    if width > MAX_COLUMNS:
        raise Unreadable(
            _(
                "There are %(count)s columns; at most %(most)s are read. Send only the columns of the template."
            ),
            count=f"{width:,}",
            most=MAX_COLUMNS,
        )
