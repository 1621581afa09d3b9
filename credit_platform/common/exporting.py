"""Lists as files: CSV, XLSX, JSON Lines and Parquet from one description of the columns.

Rows are taken from an iterator and leave as they are written, so that a million of them need no memory; only XLSX,
which cannot be written in one direction, goes through a temporary file first.
"""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import xlsxwriter
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from credit_platform.common.spreadsheets import BYTE_ORDER_MARK, csv_lines

#: A sheet has 1,048,576 rows, the head among them.
MOST_ROWS_OF_A_SHEET = 1_048_575
#: A cell takes so many characters.
LONGEST_CELL = 32_767
ROWS_AT_ONCE = 2_000
PIECE = 64 * 1024


class Format(models.TextChoices):
    CSV = "csv", "CSV"
    XLSX = "xlsx", _("Excel (XLSX)")
    JSONL = "jsonl", "JSON Lines"
    PARQUET = "parquet", "Parquet"


CONTENT_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSONL: "application/x-ndjson",
    Format.PARQUET: "application/vnd.apache.parquet",
}


class Kind(models.TextChoices):
    """What stands in a column, for the files that know kinds."""

    TEXT = "text"
    DAY = "day"
    MOMENT = "moment"
    AMOUNT = "amount"
    WHOLE = "whole"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Args:
        name: what programs call it, in JSON Lines and Parquet; never translated.
        title: what people call it, in CSV and XLSX.
        value: from a row to what stands in it: text, a date, an aware datetime, a Decimal, an int, a bool or None.
    """

    name: str
    title: str | Promise
    value: Callable[[Any], Any]
    kind: Kind = Kind.TEXT


def written(file_format: str, columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[bytes]:
    """The file, piece by piece."""
    match file_format:
        case Format.CSV:
            return _csv(columns, rows)
        case Format.XLSX:
            return _xlsx(columns, rows)
        case Format.JSONL:
            return _json_lines(columns, rows)
        case Format.PARQUET:
            return _parquet(columns, rows)
    raise ValueError(f"There is no format “{file_format}”.")


def _csv(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[bytes]:
    """UTF-8 with the mark by which Excel knows it; texts that a spreadsheet would run are made harmless."""
    yield BYTE_ORDER_MARK.encode()
    yield from (line.encode() for line in csv_lines([[str(column.title) for column in columns]]))
    for some in _in_chunks(rows):
        lines = csv_lines([_as_cell(column.value(row)) for column in columns] for row in some)
        yield "".join(lines).encode()


def _as_cell(value: Any) -> Any:
    """Numbers stay numbers: a minus before one is no formula."""
    match value:
        case None:
            return ""
        case bool():
            return int(value)
        case int() | float() | Decimal():
            return value
        case datetime():
            return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"
        case date():
            return value.isoformat()
    return str(value)


def _xlsx(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[bytes]:
    """One sheet. Texts are written as texts, so nothing in them is run; a row is forgotten once it is written."""
    with tempfile.TemporaryFile() as file:
        options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd", "remove_timezone": True}
        with xlsxwriter.Workbook(file, options) as book:
            sheet = book.add_worksheet()
            head = book.add_format({"bold": True})
            formats = {
                Kind.DAY: book.add_format({"num_format": "yyyy-mm-dd"}),
                Kind.MOMENT: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
                Kind.AMOUNT: book.add_format({"num_format": "#,##0.00"}),
                Kind.WHOLE: book.add_format({"num_format": "#,##0"}),
            }
            sheet.freeze_panes(1, 0)
            for at, column in enumerate(columns):
                sheet.set_column(at, at, 18)
                sheet.write_string(0, at, str(column.title), head)
            for number, row in enumerate(rows, start=1):
                for at, column in enumerate(columns):
                    _write_cell(sheet, number, at, column.value(row), formats.get(column.kind))
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _write_cell(sheet, row: int, at: int, value: Any, cell_format) -> None:
    match value:
        case None | "":
            return
        case bool():
            sheet.write_boolean(row, at, value)
        case datetime():
            sheet.write_datetime(row, at, timezone.localtime(value).replace(tzinfo=None), cell_format)
        case date():
            sheet.write_datetime(row, at, value, cell_format)
        case int() | float() | Decimal():
            sheet.write_number(row, at, value, cell_format)
        case _text:
            sheet.write_string(row, at, str(value)[:LONGEST_CELL])


def _json_lines(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[bytes]:
    """An object a line; days and amounts as text, so that nothing is rounded."""
    for some in _in_chunks(rows):
        lines = (
            json.dumps({column.name: _as_json(column.value(row)) for column in columns}, ensure_ascii=False)
            for row in some
        )
        yield ("\n".join(lines) + "\n").encode()


def _as_json(value: Any) -> Any:
    match value:
        case None | bool() | int() | float():
            return value
        case datetime() | date():
            return value.isoformat()
    return str(value)


TYPES = {
    Kind.TEXT: pa.string(),
    Kind.DAY: pa.date32(),
    Kind.MOMENT: pa.timestamp("ms", tz="UTC"),
    Kind.AMOUNT: pa.decimal128(18, 2),
    Kind.WHOLE: pa.int64(),
    Kind.FLAG: pa.bool_(),
}


def _parquet(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[bytes]:
    """Typed columns, a group of rows at a time."""
    schema = pa.schema([(column.name, TYPES[column.kind]) for column in columns])
    out = _Pieces()
    with pyarrow.parquet.ParquetWriter(pa.PythonFile(out, mode="w"), schema, compression="zstd") as writer:
        for some in _in_chunks(rows):
            arrays = [
                pa.array([_as_arrow(column.value(row), column.kind) for row in some], TYPES[column.kind])
                for column in columns
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            yield from out.taken()
    yield from out.taken()


def _as_arrow(value: Any, kind: Kind) -> Any:
    if value is None:
        return None
    match kind:
        case Kind.TEXT:
            return str(value)
        case Kind.AMOUNT:
            return Decimal(value).quantize(Decimal("0.01"))
        case Kind.MOMENT:
            return value.astimezone(UTC)
    return value


class _Pieces:
    """What was written, until it is taken away."""

    closed = False

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._size = 0

    def write(self, piece) -> int:
        self._held.append(bytes(piece))
        self._size += len(self._held[-1])
        return len(self._held[-1])

    def tell(self) -> int:
        return self._size

    def flush(self) -> None:
        """There is nothing between us and the reader."""

    def close(self) -> None:
        self.closed = True

    def taken(self) -> Iterator[bytes]:
        held, self._held = self._held, []
        yield from held


def _in_chunks(rows: Iterable[Any]) -> Iterator[list]:
    rest = iter(rows)
    while some := list(islice(rest, ROWS_AT_ONCE)):
        yield some
