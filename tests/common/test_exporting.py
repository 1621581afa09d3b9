"""One description of columns, four kinds of files."""

import csv
import io
import json
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pyarrow.parquet
import pytest
from python_calamine import CalamineWorkbook

from credit_platform.common.exporting import Column, Format, Kind, written

COLUMNS = [
    Column("title", "标题", lambda row: row.title),
    Column("amount", "金额", lambda row: row.amount, Kind.AMOUNT),
    Column("day", "日期", lambda row: row.day, Kind.DAY),
    Column("at", "时间", lambda row: row.at, Kind.MOMENT),
    Column("count", "次数", lambda row: row.count, Kind.WHOLE),
    Column("open", "公开", lambda row: row.open, Kind.FLAG),
]
FULL = SimpleNamespace(
    title="罚款3.2万元", amount=Decimal("32000.50"), day=date(2026, 5, 6),
    at=datetime(2026, 5, 6, 1, 2, 3, tzinfo=UTC), count=-7, open=True,
)  # fmt: skip
EMPTY = SimpleNamespace(title="", amount=None, day=None, at=None, count=None, open=None)


def file(file_format: str, rows) -> bytes:
    return b"".join(written(file_format, COLUMNS, iter(rows)))


def test_csv_is_read_by_excel_with_local_times_and_numbers_as_they_are():
    content = file(Format.CSV, [FULL, EMPTY])
    assert content.startswith(b"\xef\xbb\xbf")
    head, full, empty = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert head == ["标题", "金额", "日期", "时间", "次数", "公开"]
    assert full == ["罚款3.2万元", "32000.50", "2026-05-06", "2026-05-06 09:02:03", "-7", "1"]
    assert empty == [""] * 6


@pytest.mark.parametrize("title", ["=1+1", "+49", "-1", "@SUM(A1)", "\tx", "\rx", "＝1+1", "\n=1"])
def test_csv_runs_no_formula(title):
    _head, row = csv.reader(
        io.StringIO(
            file(Format.CSV, [EMPTY.__class__(**vars(EMPTY) | {"title": title})]).decode("utf-8-sig"),
            newline="",
        )
    )
    assert row[0] == f"'{title}"


@pytest.mark.parametrize("title", ["=1+1", '=HYPERLINK("http://x")', "@x"])
def test_a_sheet_holds_texts_as_texts_and_no_formula(title):
    import zipfile

    content = file(Format.XLSX, [SimpleNamespace(**vars(FULL) | {"title": title})])
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    head, row = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert head == ["标题", "金额", "日期", "时间", "次数", "公开"]
    assert row == [title, 32000.5, date(2026, 5, 6), datetime(2026, 5, 6, 9, 2, 3), -7.0, True]


def test_json_lines_round_nothing_and_are_named_for_programs():
    full, empty = map(json.loads, file(Format.JSONL, [FULL, EMPTY]).decode().splitlines())
    assert full == {
        "title": "罚款3.2万元", "amount": "32000.50", "day": "2026-05-06", "at": "2026-05-06T01:02:03+00:00",
        "count": -7, "open": True,
    }  # fmt: skip
    assert set(empty.values()) == {"", None}


def test_parquet_knows_the_kinds_of_its_columns():
    table = pyarrow.parquet.read_table(io.BytesIO(file(Format.PARQUET, [FULL, EMPTY])))
    assert [str(field.type) for field in table.schema] == [
        "string", "decimal128(18, 2)", "date32[day]", "timestamp[ms, tz=UTC]", "int64", "bool",
    ]  # fmt: skip
    full, empty = table.to_pylist()
    assert full == vars(FULL)
    assert empty == vars(EMPTY)


@pytest.mark.parametrize("file_format", Format)
def test_a_list_without_rows_is_a_file_all_the_same(file_format):
    content = file(file_format, [])
    assert bool(content) is (file_format != Format.JSONL)


@pytest.mark.parametrize("file_format", Format)
def test_memory_does_not_grow_with_the_rows(file_format):
    def peak(rows: int) -> int:
        tracemalloc.start()
        for _piece in written(file_format, COLUMNS, (FULL for _ in range(rows))):
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(12_000) < 3 * peak(2_000) + 400_000


def test_csv_and_json_lines_leave_while_they_are_written():
    taken = 0

    def rows():
        nonlocal taken
        for _ in range(10_000):
            taken += 1
            yield FULL

    pieces = written(Format.JSONL, COLUMNS, rows())
    next(pieces)
    assert taken < 10_000


def test_a_format_that_nobody_knows_is_an_error():
    with pytest.raises(ValueError, match="no format"):
        written("doc", COLUMNS, [])
