"""From bytes to numbered rows of cells: encodings, delimiters, spreadsheets, and files that mean harm.

    with open_table(file, known) as table:
        for number, cells in table.rows(after=1000):
            …

Rows are numbered as the sender's spreadsheet numbers them. Text is read as a stream; spreadsheets are in
`entities.intake.sheets`.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _

from entities.intake import encodings, sheets
from entities.intake.archives import CHUNK
from entities.intake.layout import (
    HEADER_WITHIN,
    Layout,
    Note,
    Table,
    Unreadable,
    check_width,
    column_key,
    find_header,
    notes_of,
    sample_below,
)
from entities.intake.rows import cell_text

__all__ = ["Layout", "Note", "Table", "Unreadable", "column_key", "open_table"]

MAX_LINE = 1 << 20
#: Real exports have a torn line with zero bytes now and then: such a row is refused. A file full of them is no text.
MAX_ZEROS_ONE_IN = 200
#: By so much of its beginning, and so many zero bytes, UTF-16 without a mark is told from a torn line.
SAMPLE = 1 << 14
WIDE_ZEROS_ONE_IN = 50
DELIMITERS = (",", "\t", ";", "|")
#: A line inside a cell is taken for a row of its own by its delimiters, where the table has so many columns.
LEAST_TO_TELL = 3
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
ZIP = b"PK\x03\x04"
#: A web page or a workbook as plain XML, which many systems save under the name of a spreadsheet.
MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s|html|head|table|meta|\?xml|\w+:workbook)", re.IGNORECASE
)
EXCEL_TEXT = re.compile(r'="(.*)"')


def open_table(file: BinaryIO, known: Mapping[str, str]) -> Table:
    """Recognise the file by its content and find its header.

    Args:
        file: seekable, opened for reading bytes.
        known: from a column name as `column_key` gives it to the field that takes the column.
    Raises:
        Unreadable: with what the sender can do about it.
    """
    file.seek(0)
    start = file.read(512)
    if not start:
        raise Unreadable(_("The file is empty."))
    if start.startswith(ZIP):
        return sheets.open_archive(file, known)
    if start.startswith(OLD_OFFICE):
        return sheets.open_old(file, known)
    if MARKUP.match(start):
        raise Unreadable(
            _(
                "This is a web page or plain XML under the name of a table. Open it in a spreadsheet program, save "
                "it as .xlsx, and send that."
            )
        )
    return _open_csv(file, known)


# Text


def _open_csv(file: BinaryIO, known: Mapping[str, str]) -> "CsvTable":
    encoding, lines = detect_encoding(file, known)
    best: tuple[int, int, Layout] | None = None
    for delimiter in DELIMITERS:
        layout = Layout("csv", encoding=encoding, delimiter=delimiter)
        sample = list(islice(_records(file, layout), HEADER_WITHIN))
        found, row, header, columns = find_header(sample, known)
        layout.header_row, layout.header, layout.columns = row, header, columns
        layout.sample = sample_below(sample, row)
        if best is None or (found, len(header)) > best[:2]:
            best = (found, len(header), layout)
    layout = best[2]
    if not any(layout.header):
        raise Unreadable(_("The file is empty."))
    check_width(len(layout.header))
    layout.rows_expected = max(lines - layout.header_row, 0)
    notes = notes_of(layout)
    if encoding == encodings.BIG5:
        notes.append(Note(_("The file was read as Big5. If the characters are wrong, save it as CSV UTF-8.")))
    return CsvTable(file, layout, notes)


def detect_encoding(file: BinaryIO, known: Mapping[str, str] | None = None) -> tuple[str, int]:
    """The encoding in which all of the file can be read, and how many lines it has.

    A mark at the beginning decides; then UTF-16 by its zero bytes, then UTF-8 if every byte fits, then what GB18030 and
    Big5 make of it: the column names that they find, and how common the characters are.
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
    if wide := _unmarked_wide(file):
        lines, wrong_at = _try(file, wide)
        if wrong_at is None:
            return wide, lines
    lines, wrong_at = _try(file, "utf-8")
    if wrong_at is None:
        return "utf-8", lines
    if wrong_at >= file.seek(0, io.SEEK_END) - 3:
        raise Unreadable(_("The file ends in the middle of a character: it was cut off. Send it again."))
    lines, wrong_at_too = _try(file, encoding := encodings.chinese_encoding(file, known or {}))
    if wrong_at_too is None:
        return encoding, lines
    raise Unreadable(
        _(
            "The file is neither UTF-8 (byte %(utf8)s does not fit) nor %(encoding)s (byte %(other)s). "
            "Save it as CSV UTF-8 or as .xlsx and send that."
        ),
        utf8=wrong_at,
        encoding=encodings.NAMES[encoding],
        other=wrong_at_too,
    )


def _unmarked_wide(file: BinaryIO) -> str:
    """UTF-16 without its mark, or "": every delimiter, digit and line end has a zero byte, all on the same side."""
    file.seek(0)
    start = file.read(SAMPLE)
    first, second = start[::2].count(0), start[1::2].count(0)
    if max(first, second) * WIDE_ZEROS_ONE_IN < len(start) or min(first, second) * 20 > max(first, second):
        return ""
    return "utf-16-be" if first > second else "utf-16-le"


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
    reader, line = csv.reader(_lines(file, layout.encoding), delimiter=layout.delimiter), 0
    try:
        for row in reader:
            yield row if reader.line_num == line + 1 else _parted(row, layout)
            line = reader.line_num
    except csv.Error as error:
        raise Unreadable(
            _("Line %(line)s cannot be read; a quotation mark is probably missing there (%(error)s)."),
            line=reader.line_num,
            error=str(error),
        ) from error


def _parted(row: list[str], layout: Layout) -> list[str]:
    """A row over several lines, as it is; where it has swallowed rows below it, they stand in a cell too many.

    So it goes where a quotation mark is missing: all up to the next one comes to lie in one cell, and would be lost.
    """
    width = len(layout.header)
    for place, cell in enumerate(row) if width >= LEAST_TO_TELL else ():
        first, *below = cell.splitlines() or [""]
        for number, line in enumerate(below):
            if line.count(layout.delimiter) >= width - 1:
                kept = [*row[:place], "\n".join([first, *below[:number]]), *row[place + 1 :]]
                return [*kept, *[""] * (width - len(kept)), "\n".join(below[number:])]
    return row


class CsvTable(Table):
    """A file of delimited text, read as a stream."""

    def __init__(self, file: BinaryIO, layout: Layout, notes: list[Note]) -> None:
        super().__init__(layout, notes)
        self._file = file

    def _all(self, start: int) -> Iterator[tuple[int, list[str]]]:
        for number, row in enumerate(_records(self._file, self.layout), start=1):
            if number > start:
                check_width(len(row))
                yield number, _csv_cells(row)


def _csv_cells(row: list[str]) -> list[str]:
    together = "".join(row)
    # Without signs that cannot be seen and those that Excel puts before a text, edge spaces are all that can have to go.
    if together.isprintable() and "'" not in together and '="' not in together:
        return list(map(str.strip, row))
    return list(map(_csv_cell, row))


def _csv_cell(text: str) -> str:
    text = cell_text(text)
    if text.startswith('="') and (kept_as_text := EXCEL_TEXT.fullmatch(text)):
        return kept_as_text[1].strip()
    return text
