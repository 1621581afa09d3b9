"""Files that go back to the sender: the rows that were not taken, faulty cells marked, with a column of reasons."""

import codecs
import tempfile
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import xlsxwriter
from django.utils.translation import gettext as _

from credit_platform.common.errors import InvalidInput
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

    def lines() -> Iterator[list[str]]:
        yield [*submission.header, REASON]
        for cells, problems in _rows(submission):
            yield [*cells, _reasons(problems)]

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
        sheet = book.add_worksheet(layout.sheet[:31] or "Sheet1")
        head = book.add_format({"bold": True, "bg_color": "#E4F0EE", "text_wrap": True})
        fills = {level: book.add_format({"bg_color": colour}) for level, colour in FILL.items()}
        reason = book.add_format({"text_wrap": True})
        first, comments = layout.first_place, 0
        sheet.set_column(first, first + len(submission.header) - 1, 18)
        sheet.set_column(first + len(submission.header), first + len(submission.header), 60)
        for place, name in enumerate([*submission.header, REASON], start=first):
            sheet.write_string(0, place, harmless(name), head)
        for number, (cells, problems) in enumerate(_rows(submission), start=1):
            marked: dict[int, list[dict]] = {}
            for one in problems:
                if one["at"] is not None:
                    marked.setdefault(one["at"], []).append(one)
            for place, cell in enumerate(cells):
                wrong = marked.get(place)
                if not wrong:
                    if cell:
                        sheet.write_string(number, first + place, harmless(cell))
                    continue
                if cell:
                    sheet.write_string(number, first + place, harmless(cell), fills[wrong[0]["level"]])
                else:
                    sheet.write_blank(number, first + place, None, fills[wrong[0]["level"]])
                if comments < MOST_COMMENTS:
                    comments += 1
                    said = "\n".join(for_reader(one) for one in wrong)
                    sheet.write_comment(number, first + place, said, {"x_scale": 2, "author": ""})
            sheet.write_string(number, first + len(cells), _reasons(problems), reason)
        sheet.freeze_panes(1, 0)
    file.seek(0)
    return file
