"""Small files of every format, honest and hostile, made byte by byte where no library writes them."""

import io
import struct
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

import xlsxwriter

SECTOR = 512
FREE, END_OF_CHAIN, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
#: A format of XLS cells that shows a number as a day.
DAY_FORMAT = 14
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def xlsx(fill: Callable, **options) -> bytes:
    """A workbook of `xlsxwriter`, filled by `fill(book)`."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, **options}) as book:
        fill(book)
    return file.getvalue()


def xlsx_of(rows: Sequence[Sequence[str]]) -> bytes:
    def fill(book) -> None:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)

    return xlsx(fill)


def changed(archive: bytes, **parts: bytes) -> bytes:
    """The archive with parts replaced or added; in names `__` stands for a slash and `_dot_` for a dot."""
    names = {name.replace("__", "/").replace("_dot_", "."): content for name, content in parts.items()}
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in names:
                new.writestr(name, old.read(name))
        for name, content in names.items():
            new.writestr(name, content)
    return file.getvalue()


# Excel 97-2003


def xls_of(
    rows: Sequence[Sequence[object]], *, at: tuple[int, int] = (0, 0), extra: Sequence[str] = ()
) -> bytes:
    """An old workbook with one sheet; days are kept as numbers with a format, as Excel does.

    Args:
        at: row and column of its first cell.
        extra: names of further parts, such as those that macros lie in.
    """
    placed = [
        (at[0] + number, at[1] + place, value)
        for number, row in enumerate(rows)
        for place, value in enumerate(row)
    ]
    return xls_of_cells(placed, extra=extra)


def xls_of_cells(placed: Sequence[tuple[int, int, object]], *, extra: Sequence[str] = ()) -> bytes:
    """The same, from the row, column and value of each cell."""
    cells = b"".join(_old_cell(*cell) for cell in placed)
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 6)) + cells + _record(0x000A)
    formats = b"".join(
        _record(0x00E0, struct.pack("<HHHHHHHIH", 0, number, 0, 0, 0, 0, 0, 0, 0))
        for number in (0, DAY_FORMAT)
    )
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 6)) + formats
    name = "名单"
    listed = struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")
    place = len(start) + 4 + 6 + len(listed) + 4
    book = start + _record(0x0085, struct.pack("<IBB", place, 0, 0) + listed) + _record(0x000A) + sheet
    return compound([("Workbook", book), *((part, b"\0") for part in extra)])


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell of an old workbook that is worked out: a number added to itself, of which the last result is kept."""

    result: float


def _old_cell(row: int, place: int, value: object) -> bytes:
    if isinstance(value, Formula):
        half = struct.pack("<Bd", 0x1F, value.result / 2)
        parsed = half + half + b"\x03"
        head = struct.pack("<HHHdHIH", row, place, 0, value.result, 0, 0, len(parsed))
        return _record(0x0006, head + parsed)
    if isinstance(value, date):
        return _record(0x0203, struct.pack("<HHHd", row, place, 1, (value - date(1899, 12, 30)).days))
    if isinstance(value, int | float):
        return _record(0x0203, struct.pack("<HHHd", row, place, 0, value))
    text = str(value)
    return _record(0x0204, struct.pack("<HHHHB", row, place, 0, len(text), 1) + text.encode("utf-16-le"))


def compound(parts: Iterable[tuple[str, bytes]]) -> bytes:
    """A compound file, the container of old Office files and of encrypted new ones."""
    entries, data, chain = [_entry("Root Entry", 5, END_OF_CHAIN, 0, child=1)], b"", []
    parts = [(name, content.ljust(4096, b"\0")) for name, content in parts]
    for place, (name, content) in enumerate(parts, start=1):
        first = len(chain)
        count = -(-len(content) // SECTOR)
        chain += [*range(first + 1, first + count), END_OF_CHAIN]
        data += content.ljust(count * SECTOR, b"\0")
        entries.append(_entry(name, 2, first, len(content), right=place + 1 if place < len(parts) else FREE))
    entries += [b"\0" * 128] * (-len(entries) % 4)
    directory = b"".join(entries)
    first_of_directory = len(chain)
    count = len(directory) // SECTOR
    chain += [*range(first_of_directory + 1, first_of_directory + count), END_OF_CHAIN]
    tables = -(-(len(chain) + 1) // 128)
    while len(chain) + tables > tables * 128:
        tables += 1
    first_table = len(chain)
    chain += [FAT] * tables
    chain += [FREE] * (tables * 128 - len(chain))
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, first_of_directory, 0, 4096,
        END_OF_CHAIN, 0, END_OF_CHAIN, 0,
    )  # fmt: skip
    places = [first_table + n for n in range(tables)] + [FREE] * (109 - tables)
    return header + struct.pack("<109I", *places) + data + directory + struct.pack(f"<{len(chain)}I", *chain)


def _entry(name: str, kind: int, start: int, size: int, *, child: int = FREE, right: int = FREE) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII16x4x16xIQ", encoded, len(encoded), kind, 1, FREE, right, child, start, size
    )


# OpenDocument


def ods_of(rows: Sequence[Sequence[object]], **parts: bytes) -> bytes:
    """An OpenDocument spreadsheet with one sheet."""
    return ods_with(
        "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows), **parts
    )


def ods_with(rows: str, *, before: str = "", **parts: bytes) -> bytes:
    """The same, from the XML of its rows; `before` stands before the document's own element."""
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<office:document-content {spaces}><office:body>'
        f'<office:spreadsheet><table:table table:name="名单">{rows}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", ODS_TYPE, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return changed(file.getvalue(), **parts) if parts else file.getvalue()


def _ods_cell(value: object) -> str:
    if isinstance(value, date):
        return f'<table:table-cell office:value-type="date" office:date-value="{value}"><text:p>{value}</text:p></table:table-cell>'
    if isinstance(value, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'
    if value == "":
        return "<table:table-cell/>"
    return f'<table:table-cell office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'
