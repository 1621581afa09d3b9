"""Spreadsheets: XLSX, XLS and ODS. Looked through before they are unfolded, and unfolded in a process with limits."""

import array
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.parsers.expat
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.translation import gettext_lazy as _

from entities.intake.archives import CHUNK, check_directory
from entities.intake.layout import (
    HEADER_WITHIN,
    MAX_CELL_TEXT,
    Layout,
    Note,
    Table,
    Unreadable,
    check_width,
    find_header,
    notes_of,
    sample_below,
)
from entities.intake.old_workbooks import formulas_in
from entities.intake.rows import cell_text

#: A spreadsheet unfolds into one block of cells; this many take about 400 MB.
MAX_SHEET_CELLS = 12_000_000
MAX_UNPACKED = 1 << 30
#: Honest sheets shrink to a tenth or a twentieth.
MAX_RATIO = 150
SMALL_ENOUGH_TO_UNPACK = 20 << 20
#: Texts may be kept once and shown in many cells; this is what all cells together may hold.
MAX_TEXT = 400 << 20
MAX_BYTES = {"xlsx": 200 << 20, "ods": 100 << 20, "xls": 100 << 20}
#: What the process that unfolds a sheet may take.
MEMORY, SECONDS = 1 << 30, 120

FILLED_CELL = re.compile(rb'<c r="([A-Z]{1,3})\d{1,7}"[^>]*[^/]>')
ROW = re.compile(rb'<row [^>]*?r="(\d{1,9})"')
SHARED = re.compile(rb't="s"[^>]*>\s*<v>(\d{1,9})</v>')
SHARED_END = b"</si>"
DECLARATION = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
MACRO_PARTS = re.compile(r"vbaProject\.bin$|^xl/macrosheets/|^(Basic|Scripts)/.+/.+", re.IGNORECASE)
#: Names of streams in an old Office file, as they stand there.
OLD_WORKBOOKS = tuple(name.encode("utf-16-le") for name in ("Workbook\0", "Book\0"))
OLD_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
OLD_MACROS = "_VBA_PROJECT".encode("utf-16-le")
UNFOLD = Path(__file__).with_name("unfold.py")

TOO_MUCH = _("The spreadsheet unfolds to more than can be read. Save the table as CSV and send that.")
PROTECTED = _(
    "The spreadsheet is protected by a password. Open it, save it without one as .xlsx, and send that."
)
MACROS = _(
    "The spreadsheet holds macros, which are not taken in. Save it as .xlsx without macros and send that."
)
DAMAGED = _("The spreadsheet is damaged (%(error)s). Open it, save it again as .xlsx, and send that.")


def open_archive(file: BinaryIO, known: Mapping[str, str]) -> "SheetTable":
    """A spreadsheet that is an archive of XML: XLSX or ODS."""
    check_directory(file)
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            kind = _kind_of(names)
            _check_size(file, kind)
            if any(MACRO_PARTS.search(name) for name in names):
                raise Unreadable(MACROS)
            formulas = _look_through(archive, kind, _size(file))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, UnicodeError) as error:
        raise Unreadable(DAMAGED, error=str(error)[:200]) from error
    except RuntimeError as error:
        # How zipfile says that a part is encrypted.
        raise Unreadable(PROTECTED) from error
    return _open(file, kind, known, formulas)


def open_old(file: BinaryIO, known: Mapping[str, str]) -> "SheetTable":
    """A workbook of Excel 97 to 2003."""
    _check_size(file, "xls")
    file.seek(0)
    content = file.read()
    if OLD_ENCRYPTED in content:
        raise Unreadable(PROTECTED)
    if not any(name in content for name in OLD_WORKBOOKS):
        raise Unreadable(
            _("This is an old Office file, but no workbook. Send the table itself, as .xlsx or CSV.")
        )
    if OLD_MACROS in content:
        raise Unreadable(MACROS)
    formulas = formulas_in(content)
    del content
    return _open(file, "xls", known, formulas)


def _kind_of(names: set[str]) -> str:
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" in names:
        return "ods"
    if "xl/workbook.bin" in names:
        raise Unreadable(_("This is a binary workbook (.xlsb). Save it as .xlsx and send that."))
    raise Unreadable(_("This is an archive, not a spreadsheet. Send the table itself, as .xlsx or CSV."))


def _size(file: BinaryIO) -> int:
    return file.seek(0, io.SEEK_END)


def _check_size(file: BinaryIO, kind: str) -> None:
    if _size(file) > MAX_BYTES[kind]:
        raise Unreadable(
            _(
                "A spreadsheet of this kind may have %(most)s MB at most. Save the table as CSV and send that."
            ),
            most=MAX_BYTES[kind] >> 20,
        )


# Looking through


def _look_through(archive: zipfile.ZipFile, kind: str, size: int) -> int:
    """Unpack the archive piece by piece, keeping nothing; how many cells of its sheets are formulas.

    Raises `Unreadable` where it would fill the memory: by its size, by how far it unfolds, by two cells at
    far ends of a sheet, or by one long text in many cells. What the archive says of its own sizes is not believed.
    """
    looks = _Xlsx() if kind == "xlsx" else _Ods()
    unpacked = 0
    for part in sorted(archive.infolist(), key=lambda part: "sharedStrings" not in part.filename):
        # Far enough beyond the limit that the limit is met before the end.
        part.file_size = MAX_UNPACKED + 2 * CHUNK
        look, first = looks.at(part.filename), True
        with archive.open(part) as stream:
            while piece := stream.read(CHUNK):
                unpacked += len(piece)
                if unpacked > MAX_UNPACKED or (
                    unpacked > SMALL_ENOUGH_TO_UNPACK and unpacked > size * MAX_RATIO
                ):
                    raise Unreadable(TOO_MUCH)
                if first and DECLARATION.search(piece):
                    raise Unreadable(
                        _(
                            "The spreadsheet declares words of its own in its XML, as none does that is saved by a "
                            "spreadsheet program. Open it, save it again as .xlsx, and send that."
                        )
                    )
                first = False
                look(piece)
        looks.end(part.filename)
    return looks.formulas


class _Xlsx:
    """Measures the sheets of an XLSX workbook without building them."""

    def __init__(self) -> None:
        self.formulas = 0
        self._rest = b""
        self._width = self._height = 0
        self._text = 0
        self._lengths = array.array("L")

    def at(self, name: str):
        self._rest, self._width, self._height = b"", 0, 0
        if name.startswith("xl/worksheets/"):
            return self._sheet
        return self._strings if name.endswith("sharedStrings.xml") else _nothing

    def end(self, name: str) -> None:
        if name.startswith("xl/worksheets/"):
            self._measure(self._rest)
        check_sheet(self._width, self._height)

    def _strings(self, piece: bytes) -> None:
        *whole, self._rest = (self._rest + piece).split(SHARED_END)
        self._lengths.extend(map(len, whole))
        if len(self._rest) > MAX_CELL_TEXT * 16:
            raise Unreadable(TOO_MUCH)

    def _sheet(self, piece: bytes) -> None:
        # Split between cells, so that none is missed or counted twice.
        piece = self._rest + piece
        cut = piece.rfind(b"<c ")
        piece, self._rest = (piece[:cut], piece[cut:]) if cut > 0 else (piece, b"")
        self._measure(piece)

    def _measure(self, piece: bytes) -> None:
        self.formulas += piece.count(b"<f>") + piece.count(b"<f ")
        self._width = max(self._width, max(map(_place, set(FILLED_CELL.findall(piece))), default=0))
        self._height = max(self._height, max(map(int, ROW.findall(piece)), default=0))
        count = len(self._lengths)
        self._text += sum(self._lengths[n] for n in map(int, SHARED.findall(piece)) if n < count)
        if self._text > MAX_TEXT:
            raise Unreadable(TOO_MUCH)


class _Ods:
    """Measures the sheets of an ODS file, where a cell or a row says by a number how often it stands there."""

    ROW, CELLS = "table:table-row", ("table:table-cell", "table:covered-table-cell")

    def __init__(self) -> None:
        self.formulas = 0
        self._width = self._height = 0
        self._column = self._row = self._repeated = 0
        self._cell_repeated, self._in_cell, self._cell_text = 0, False, 0
        self._row_text = self._text = 0
        self._parser = xml.parsers.expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end_element
        self._parser.CharacterDataHandler = self._characters

    def at(self, name: str):
        if name == "META-INF/manifest.xml":
            return self._manifest
        return self._content if name == "content.xml" else _nothing

    def end(self, name: str) -> None:
        if name == "content.xml":
            self._feed(b"", final=True)
            check_sheet(self._width, self._height)

    def _manifest(self, piece: bytes) -> None:
        if b"encryption-data" in piece:
            raise Unreadable(PROTECTED)

    def _content(self, piece: bytes) -> None:
        self._feed(piece)

    def _feed(self, piece: bytes, *, final: bool = False) -> None:
        try:
            self._parser.Parse(piece, final)
        except xml.parsers.expat.ExpatError as error:
            raise Unreadable(DAMAGED, error=str(error)[:200]) from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._row = 0
        elif name == self.ROW:
            self._repeated = _count(attributes.get("table:number-rows-repeated", "1"))
            self._column = self._row_text = 0
        elif name in self.CELLS:
            self._cell_repeated = _count(attributes.get("table:number-columns-repeated", "1"))
            self._in_cell, self._cell_text = True, 0
            if "table:formula" in attributes:
                self.formulas += 1
            if "office:value-type" in attributes:
                self._cell_text += 1

    def _characters(self, text: str) -> None:
        if self._in_cell:
            self._cell_text += len(text)

    def _end_element(self, name: str) -> None:
        if name in self.CELLS:
            self._column += self._cell_repeated
            self._in_cell = False
            if self._cell_text:
                self._width = max(self._width, self._column)
                self._row_text += self._cell_text * self._cell_repeated
        elif name == self.ROW:
            self._row += self._repeated
            if self._row_text:
                self._height = max(self._height, self._row)
                self._text += self._row_text * self._repeated
            if self._text > MAX_TEXT:
                raise Unreadable(TOO_MUCH)


def _nothing(piece: bytes) -> None:
    """A part of which only the size matters."""


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else MAX_SHEET_CELLS


def check_sheet(width: int, height: int) -> None:
    """Refuse a sheet that would be unfolded into more cells than there is room for."""
    check_width(width)
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


# Unfolding


class _Unfolding:
    """The process that unfolds the file, as a stream of what it says."""

    def __init__(self, file: BinaryIO) -> None:
        self._copy = None
        file.seek(0)
        try:
            source = file.fileno()
        except (OSError, AttributeError):
            self._copy = tempfile.TemporaryFile()
            while piece := file.read(CHUNK):
                self._copy.write(piece)
            self._copy.seek(0)
            source = self._copy.fileno()
        answers, self._answers = os.pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(UNFOLD), str(MEMORY), str(SECONDS), str(answers)],
                stdin=source,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=(answers,),
            )
        except BaseException:
            os.close(self._answers)
            raise
        finally:
            os.close(answers)

    def lines(self) -> Iterator[Any]:
        """What it says, one by one; `Unreadable` where it ended before its end."""
        for line in self._process.stdout:
            yield json.loads(line)
        if self._process.wait() != 0:
            raise Unreadable(TOO_MUCH)

    def choose(self, sheet: int) -> None:
        """Of the sheets whose beginnings it has shown, have it read the one of this number, counted from 0."""
        # Where it has ended meanwhile, `lines` says so.
        with suppress(BrokenPipeError):
            os.write(self._answers, str(sheet).encode())

    def close(self) -> None:
        os.close(self._answers)
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.stdout.close()
        self._process.wait()
        if self._copy:
            self._copy.close()


def _open(file: BinaryIO, kind: str, known: Mapping[str, str], formulas: int) -> "SheetTable":
    unfolding = _Unfolding(file)
    try:
        lines = unfolding.lines()
        nothing = {"problem": "damaged", "error": ""}
        about: dict[str, Any] = next(lines, nothing)
        if begin := about.get("begin"):
            unfolding.choose(_likeliest(begin, known))
            about = next(lines, nothing)
        _refuse(about)
        first = list(islice(lines, HEADER_WITHIN))
        sample = [_cells(cells) for cells in first if isinstance(cells, list)]
        _found, row, header, columns = find_header(sample, known)
        check_width(len(header))
    except BaseException:
        unfolding.close()
        raise
    layout = Layout(
        kind,
        encoding=kind,
        sheet=about["sheet"],
        header_row=row,
        header=header,
        columns=columns,
        first_place=about["place"],
        rows_expected=max(about["rows"] - row, 0),
        sample=sample_below(sample, row),
    )
    return SheetTable(unfolding, chain(first, lines), layout, _notes(layout, about, formulas))


def _notes(layout: Layout, about: Mapping[str, Any], formulas: int) -> list[Note]:
    notes = notes_of(layout)
    if about["others"]:
        notes.append(
            Note(
                _("Only the sheet “%(sheet)s” was read; others hold something too: %(others)s."),
                {"sheet": about["sheet"], "others": "、".join(about["others"][:5])},
            )
        )
    if formulas:
        notes.append(
            Note(_("%(count)s cells hold formulas; their last result was read."), {"count": formulas})
        )
    return notes


def _likeliest(begin: Sequence[list[list[str]]], known: Mapping[str, str]) -> int:
    """Of several sheets the first in which most column names are known: others hold instructions or lists."""
    found = [find_header([list(map(cell_text, row)) for row in rows], known)[0] for rows in begin]
    return found.index(max(found))


def _refuse(about: Mapping[str, Any]) -> None:
    match about.get("problem"):
        case "password":
            raise Unreadable(PROTECTED)
        case "empty":
            if about["hidden"]:
                raise Unreadable(
                    _(
                        "No sheet that can be seen has anything in it, and hidden sheets are not read. Show the table."
                    )
                )
            raise Unreadable(_("The spreadsheet has no sheet with anything in it."))
        case "damaged":
            raise Unreadable(DAMAGED, error=about["error"])


def _cells(row: list[Any]) -> list[str]:
    cells = [cell_text(cell) for cell in row]
    if any(len(cell) > MAX_CELL_TEXT for cell in cells):
        raise Unreadable(TOO_MUCH)
    return cells


class SheetTable(Table):
    """One sheet of a workbook. Its rows are read once."""

    def __init__(
        self, unfolding: _Unfolding, lines: Iterator[Any], layout: Layout, notes: list[Note]
    ) -> None:
        super().__init__(layout, notes)
        self._unfolding, self._lines = unfolding, lines

    def close(self) -> None:
        self._unfolding.close()

    def _all(self, start: int) -> Iterator[tuple[int, list[str]]]:
        for number, row in enumerate(self._lines, start=1):
            if isinstance(row, dict):
                _refuse(row)
            if number > start:
                check_width(len(row))
                yield number, _cells(row)
