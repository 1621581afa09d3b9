"""From bytes to numbered rows of cells: encodings, delimiters, spreadsheets, and files that mean harm.

    with open_table(file, known) as table:
        for number, cells in table.rows(after=1000):
            …

Rows are numbered as the sender's spreadsheet numbers them. Text is read as a stream; a spreadsheet is looked
through before it is unpacked, because a small one can unfold to fill the memory.
"""

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any, BinaryIO, Self

import python_calamine
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entities.intake.rows import cell_text, narrow

CHUNK = 1 << 20
MAX_COLUMNS = 200
MAX_LINE = 1 << 20
#: The header is looked for in so many rows: official sheets often have a title above it.
HEADER_WITHIN = 12
#: A spreadsheet unfolds into one block of cells; this many take about 400 MB.
MAX_SHEET_CELLS = 12_000_000
MAX_UNPACKED = 1 << 30
#: Honest sheets shrink to a tenth or a twentieth.
MAX_RATIO = 150
SMALL_ENOUGH_TO_UNPACK = 20 << 20
MAX_PARTS = 2_000
#: Real exports have a torn line with zero bytes now and then: such a row is refused. A file full of them is no text.
MAX_ZEROS_ONE_IN = 200
DELIMITERS = (",", "\t", ";", "|")
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
ZIP = b"PK\x03\x04"
EXCEL_TEXT = re.compile(r'="(.*)"')
FILLED_CELL = re.compile(rb'<c r="([A-Z]{1,3})\d{1,7}"[^>]*[^/]>')
ROW = re.compile(rb'<row [^>]*?r="(\d{1,9})"')
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
        kind: "csv" or "xlsx".
        header_row: number of the row with the column names.
        header: the column names as they stand there.
        columns: from a field's name to the place of its column, counted from 0.
        first_place: how many empty columns a spreadsheet has before the first one.
        rows_expected: about how many rows come after the header, for the estimate while working.
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


def open_table(file: BinaryIO, known: Mapping[str, str]) -> Table:
    """Recognise the file and find its header.

    Args:
        file: seekable, opened for reading bytes.
        known: from a column name as `column_key` gives it to the field that takes the column.
    Raises:
        Unreadable: with what the sender can do about it.
    """
    file.seek(0)
    start = file.read(8)
    if not start:
        raise Unreadable(_("The file is empty."))
    if start.startswith(ZIP):
        return _open_xlsx(file, known)
    if start.startswith(OLD_OFFICE):
        raise Unreadable(
            _(
                "This is an old or protected Excel file. Open it, save it as .xlsx without a password, and send that."
            )
        )
    return _open_csv(file, known)


# Text


def _open_csv(file: BinaryIO, known: Mapping[str, str]) -> "CsvTable":
    encoding, lines = detect_encoding(file)
    best: tuple[int, int, Layout] | None = None
    for delimiter in DELIMITERS:
        layout = Layout("csv", encoding=encoding, delimiter=delimiter)
        sample = list(islice(_records(file, layout), HEADER_WITHIN))
        found, row, header, columns = _find_header(sample, known)
        layout.header_row, layout.header, layout.columns = row, header, columns
        if best is None or (found, len(header)) > best[:2]:
            best = (found, len(header), layout)
    layout = best[2]
    _check_width(len(layout.header))
    layout.rows_expected = max(lines - layout.header_row, 0)
    return CsvTable(file, layout, _notes_of(layout))


def detect_encoding(file: BinaryIO) -> tuple[str, int]:
    """The encoding in which all of the file can be read, and how many lines it has.

    A mark at the beginning decides; then UTF-8 if every byte fits, then GB18030.
    """
    file.seek(0)
    start = file.read(4)
    for mark, encoding in BOMS:
        if start.startswith(mark):
            lines, wrong_at = _try(file, encoding)
            if wrong_at is not None:
                raise Unreadable(
                    _(
                        "The file says that it is %(encoding)s, but byte %(place)s does not fit. Save it again."
                    ),
                    encoding=encoding.upper().removesuffix("-SIG"),
                    place=wrong_at,
                )
            return encoding, lines
    lines, wrong_at = _try(file, "utf-8")
    if wrong_at is None:
        return "utf-8", lines
    if wrong_at >= file.seek(0, io.SEEK_END) - 3:
        raise Unreadable(_("The file ends in the middle of a character: it was cut off. Send it again."))
    lines, wrong_at_too = _try(file, "gb18030")
    if wrong_at_too is None:
        return "gb18030", lines
    raise Unreadable(
        _(
            "The file is neither UTF-8 (byte %(utf8)s does not fit) nor GB18030 (byte %(gb)s). "
            "Save it as CSV UTF-8 or as .xlsx and send that."
        ),
        utf8=wrong_at,
        gb=wrong_at_too,
    )


def _try(file: BinaryIO, encoding: str) -> tuple[int, int | None]:
    """Decode all of it in pieces: how many lines there are, and about where the first wrong byte stands, or None."""
    file.seek(0)
    decoder, lines, read, last, zeros = codecs.getincrementaldecoder(encoding)(), 0, 0, "", 0
    while True:
        chunk = file.read(CHUNK)
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            # Counted from the piece that was being decoded, which may begin a few bytes before this chunk.
            return lines, max(read - (len(error.object) - len(chunk)), 0) + error.start
        zeros += text.count("\0")
        lines += text.count("\n")
        read += len(chunk)
        last = text[-1:] or last
        if zeros > 64 + read // MAX_ZEROS_ONE_IN:
            raise Unreadable(
                _(
                    "This is not a table of text: it holds bytes that no text has. Save it as CSV UTF-8 or as .xlsx."
                )
            )
        if not chunk:
            return lines + (last not in ("", "\n")), None


def _lines(file: BinaryIO, encoding: str) -> Iterator[str]:
    """The lines of the text, none of them longer than can be right."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        number = 0
        while line := text.readline(MAX_LINE):
            number += 1
            if len(line) >= MAX_LINE:
                raise Unreadable(
                    _("Line %(line)s has more than %(most)s characters; this is not a table of rows."),
                    line=number,
                    most=f"{MAX_LINE:,}",
                )
            yield line
    finally:
        # Nobody asked for the rest, and the file may be closed by now.
        if not text.closed:
            text.detach()


def _records(file: BinaryIO, layout: Layout) -> Iterator[list[str]]:
    reader = csv.reader(_lines(file, layout.encoding), delimiter=layout.delimiter)
    try:
        yield from reader
    except csv.Error as error:
        raise Unreadable(
            _("Line %(line)s cannot be read; a quotation mark is probably missing there (%(error)s)."),
            line=reader.line_num,
            error=str(error),
        ) from error


class CsvTable(Table):
    """A file of delimited text, read as a stream."""

    def __init__(self, file: BinaryIO, layout: Layout, notes: list[Note]) -> None:
        super().__init__(layout, notes)
        self._file = file

    def _all(self, start: int) -> Iterator[tuple[int, list[str]]]:
        for number, row in enumerate(_records(self._file, self.layout), start=1):
            if number > start:
                _check_width(len(row))
                yield number, [_csv_cell(cell) for cell in row]


def _csv_cell(text: str) -> str:
    text = cell_text(text)
    if text.startswith('="') and (kept_as_text := EXCEL_TEXT.fullmatch(text)):
        return kept_as_text[1].strip()
    return text


# Spreadsheets


def _open_xlsx(file: BinaryIO, known: Mapping[str, str]) -> "XlsxTable":
    formulas = _look_through(file)
    file.seek(0)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(file)
        name, sheet, others = _first_sheet(book)
    except Unreadable:
        raise
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Unreadable(
            _("The spreadsheet is damaged (%(error)s). Open it, save it again as .xlsx, and send that."),
            error=str(error)[:200],
        ) from error
    sample = [[cell_text(cell) for cell in row] for row in islice(sheet.iter_rows(), HEADER_WITHIN)]
    _found, row, header, columns = _find_header(sample, known)
    _check_width(len(header))
    layout = Layout(
        "xlsx",
        encoding="xlsx",
        sheet=name,
        header_row=row,
        header=header,
        columns=columns,
        first_place=sheet.start[1],
        rows_expected=max(sheet.end[0] + 1 - row, 0),
    )
    notes = _notes_of(layout)
    if others:
        notes.append(
            Note(
                _("Only the sheet “%(sheet)s” was read; others hold something too: %(others)s."),
                {"sheet": name, "others": ", ".join(others[:5])},
            )
        )
    if formulas:
        notes.append(
            Note(_("%(count)s cells hold formulas; their last result was read."), {"count": formulas})
        )
    return XlsxTable(book, sheet, layout, notes)


def _first_sheet(book):
    shown = [
        data.name
        for data in book.sheets_metadata
        if data.visible == python_calamine.SheetVisibleEnum.Visible
        and data.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]
    filled = [(name, sheet) for name in shown if (sheet := book.get_sheet_by_name(name)).end is not None]
    if not filled:
        raise Unreadable(_("The spreadsheet has no sheet with anything in it."))
    return (*filled[0], [name for name, _sheet in filled[1:]])


class XlsxTable(Table):
    """The first filled sheet of a workbook."""

    def __init__(self, book, sheet, layout: Layout, notes: list[Note]) -> None:
        super().__init__(layout, notes)
        self._book, self._sheet = book, sheet

    def close(self) -> None:
        self._book.close()

    def _all(self, start: int) -> Iterator[tuple[int, list[str]]]:
        for number, row in enumerate(self._sheet.iter_rows(), start=1):
            if number > start:
                yield number, [cell_text(cell) for cell in row]


def _look_through(file: BinaryIO) -> int:
    """Unfold the archive piece by piece, keeping nothing; how many cells of its sheets are formulas.

    Raises `Unreadable` where it would fill the memory: by its size, by how far it unfolds, or by two cells at
    far ends of a sheet. What the archive says of its own sizes is not believed.
    """
    file.seek(0)
    size = file.seek(0, io.SEEK_END)
    try:
        archive = zipfile.ZipFile(file)
        parts = archive.infolist()
        if "xl/workbook.xml" not in archive.namelist():
            raise Unreadable(
                _("This is an archive, not a spreadsheet. Send the table itself, as .xlsx or CSV.")
            )
        if len(parts) > MAX_PARTS:
            raise Unreadable(
                _("The spreadsheet has %(count)s parts; no honest one has so many."), count=len(parts)
            )
        unpacked = formulas = 0
        for part in parts:
            is_sheet = part.filename.startswith("xl/worksheets/sheet")
            # Far enough beyond the limit that the limit is met before the end.
            part.file_size = MAX_UNPACKED + 2 * CHUNK
            width = height = 0
            rest = b""
            with archive.open(part) as stream:
                while piece := stream.read(CHUNK):
                    unpacked += len(piece)
                    if unpacked > MAX_UNPACKED or (
                        unpacked > SMALL_ENOUGH_TO_UNPACK and unpacked > size * MAX_RATIO
                    ):
                        raise Unreadable(
                            _(
                                "The spreadsheet unfolds to more than can be read. Save the table as CSV and send that."
                            )
                        )
                    if is_sheet:
                        # Split between tags, so that none is missed or counted twice.
                        piece = rest + piece
                        cut = piece.rfind(b"<")
                        piece, rest = (piece[:cut], piece[cut:]) if cut > 0 else (piece, b"")
                        formulas += piece.count(b"<f>") + piece.count(b"<f ")
                        width = max(width, max(map(_place, set(FILLED_CELL.findall(piece))), default=0))
                        height = max(height, max(map(int, ROW.findall(piece)), default=0))
            _check_sheet(width, height)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise Unreadable(
            _(
                "The spreadsheet is damaged or protected (%(error)s). Save it again as .xlsx without a password."
            ),
            error=str(error)[:200],
        ) from error
    return formulas


def _check_sheet(width: int, height: int) -> None:
    _check_width(width)
    if width * height > MAX_SHEET_CELLS:
        raise Unreadable(
            _(
                "The sheet reaches over %(rows)s rows and %(columns)s columns, more than can be read from a "
                "spreadsheet. Save the table as CSV and send that."
            ),
            rows=f"{height:,}",
            columns=width,
        )


def _place(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place


# Headers


def _find_header(
    sample: list[list[str]], known: Mapping[str, str]
) -> tuple[int, int, list[str], dict[str, int]]:
    """The row in which most column names are known: how many, its number, its names, the place of each field."""
    best: tuple[int, int, list[str], dict[str, int]] = (0, 1, [], {})
    for number, row in enumerate(sample, start=1):
        columns: dict[str, int] = {}
        for place, name in enumerate(row):
            if (field_name := known.get(column_key(name))) and field_name not in columns:
                columns[field_name] = place
        if len(columns) > best[0] or (not best[2] and any(row)):
            best = (len(columns), number, [cell_text(name)[:200] for name in row], columns)
    return best


def _notes_of(layout: Layout) -> list[Note]:
    read = set(layout.columns.values())
    ignored = [name for place, name in enumerate(layout.header) if name and place not in read]
    if not ignored:
        return []
    shown = ", ".join(ignored[:8]) + (" …" if len(ignored) > 8 else "")
    return [
        Note(
            _("These columns are not part of the format and were not read: %(columns)s."), {"columns": shown}
        )
    ]


def _check_width(width: int) -> None:
    if width > MAX_COLUMNS:
        raise Unreadable(
            _(
                "There are %(count)s columns; at most %(most)s are read. Send only the columns of the template."
            ),
            count=f"{width:,}",
            most=MAX_COLUMNS,
        )
