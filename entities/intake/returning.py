"""Files that go back to the sender: the rows that were not taken, faulty cells marked, with a column of reasons."""

import codecs
import re
import tempfile
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import xlsxwriter
from django.utils.translation import gettext as _

from credit_platform.common.errors import InvalidInput
from credit_platform.common.exporting import LONGEST_CELL
from credit_platform.common.spreadsheets import csv_lines, harmless
from entities.intake.encodings import GB18030
from entities.intake.layout import REASON, Layout
from entities.intake.sentences import for_reader
from entities.models import Submission, SubmissionRow

Outcome = SubmissionRow.Outcome
CSV, XLSX = "csv", "xlsx"
KINDS = (CSV, XLSX)
#: Excel's own limit, less the row of column names.
MOST_SHEET_ROWS = 1_048_575
#: What XLSX lets the name of a sheet be.
LONGEST_SHEET_NAME, NOT_IN_SHEET_NAMES = 31, re.compile(r"[][:*?/\\]")
#: Comments beyond these make a workbook slow to open; the reasons stand in their column anyway.
MOST_COMMENTS = 5_000
FILL = {"error": "#F4C7C3", "question": "#FCE8B2", "warning": "#FFF7DA"}


def rest_of(submission: Submission):
    """The rows that were not and will not be saved as things stand: refused ones, and those nobody has decided on."""
    return submission.rows.filter(outcome__in=(Outcome.REFUSED, Outcome.ASKED), is_saved=False).order_by(
        "number"
    )


def kind_of(submission: Submission, asked: str = "") -> str:
    """In which kind of file the rest comes: the one asked for, otherwise the sender's own."""
    if asked in KINDS:
        return asked
    return CSV if submission.layout.get("kind", CSV) == CSV else XLSX


def _rows(submission: Submission) -> Iterator[tuple[Sequence[str], list[dict]]]:
    """Cells as they came and what is wrong with them."""
    rows = rest_of(submission).values_list("cells", "problems")
    for cells, problems in rows.iterator(chunk_size=2_000):
        told = [one for one in problems if one["level"] != "warning"]
        yield cells, told or problems


def _sentence(problem: dict) -> str:
    said = for_reader(problem)
    return f"{problem['column']}: {said}" if problem["column"] else said


def _reasons(problems: Sequence[dict]) -> str:
    return " ".join(map(_sentence, problems))


def as_csv(submission: Submission) -> Iterator[bytes]:
    """The rest in the encoding and with the delimiter of the file that it comes from."""
    layout = Layout(**submission.layout)
    own = layout.kind == CSV and (layout.encoding == GB18030 or layout.encoding.startswith("utf"))
    # A file in UTF-8 without its mark opens garbled in Excel, which is where it will be put right; and no other
    # encoding than these holds the reasons.
    encoding = layout.encoding if own and layout.encoding != "utf-8" else "utf-8-sig"
    encoder = codecs.getincrementalencoder(encoding)()

    width = len(submission.header)

    def lines() -> Iterator[list[str]]:
        yield [*submission.header, REASON]
        for cells, problems in _rows(submission):
            yield [*cells[:width], _reasons(problems), *cells[width:]]

    for line in csv_lines(lines(), delimiter=layout.delimiter or ","):
        yield encoder.encode(line)


def as_xlsx(submission: Submission) -> BinaryIO:
    """The rest as a workbook with the sheet and the columns of the sender, every cell as text, so that none is a formula.

    A cell in which something is wrong is filled and has the reason as its comment.

    Raises:
        InvalidInput: more rows than a sheet holds.
    """
    if rest_of(submission).count() > MOST_SHEET_ROWS:
        raise InvalidInput({"as": [_("These are more rows than a workbook holds; take them as CSV.")]})
    layout = Layout(**submission.layout)
    file = tempfile.TemporaryFile()
    with xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet = _Sheet(book, layout, submission.header)
        for number, (cells, problems) in enumerate(_rows(submission), start=1):
            sheet.write(number, cells, problems)
    file.seek(0)
    return file


class _Sheet:
    """The sheet of a returned workbook: the sender's columns where the sender had them, then the reasons."""

    def __init__(self, book: xlsxwriter.Workbook, layout: Layout, header: Sequence[str]) -> None:
        self._sheet = book.add_worksheet(_sheet_name(layout.sheet))
        self._fills = {level: book.add_format({"bg_color": colour}) for level, colour in FILL.items()}
        self._reason = book.add_format({"text_wrap": True})
        self._first, self._width, self._comments = layout.first_place, len(header), 0
        head = book.add_format({"bold": True, "bg_color": "#E4F0EE", "text_wrap": True})
        last = self._first + self._width
        self._sheet.set_column(self._first, last - 1, 18)
        self._sheet.set_column(last, last, 60)
        for place, name in enumerate([*header, REASON], start=self._first):
            self._sheet.write_string(0, place, harmless(name), head)
        self._sheet.freeze_panes(1, 0)

    def write(self, number: int, cells: Sequence[str], problems: Sequence[dict]) -> None:
        """One row. What stood beyond the last column name stands beyond the reasons, where it is in nobody's column."""
        marked: dict[int, list[dict]] = {}
        for one in problems:
            if one["at"] is not None:
                marked.setdefault(one["at"], []).append(one)
        for place, cell in enumerate(cells):
            self._cell(number, place + (place >= self._width), cell, marked.get(place, ()))
        self._sheet.write_string(number, self._first + self._width, _reasons(problems), self._reason)

    def _cell(self, number: int, place: int, cell: str, wrong: Sequence[dict]) -> None:
        at = self._first + place
        fill = self._fills[wrong[0]["level"]] if wrong else None
        if cell:
            self._sheet.write_string(number, at, harmless(cell)[:LONGEST_CELL], fill)
        elif fill:
            self._sheet.write_blank(number, at, None, fill)
        if wrong and self._comments < MOST_COMMENTS:
            self._comments += 1
            said = "\n".join(for_reader(one) for one in wrong)
            self._sheet.write_comment(number, at, said, {"x_scale": 2, "author": ""})


def _sheet_name(name: str) -> str:
    """The sender's name as far as a workbook can have it: OpenDocument takes signs that XLSX does not."""
    return NOT_IN_SHEET_NAMES.sub("_", name)[:LONGEST_SHEET_NAME].strip("'") or "Sheet1"
