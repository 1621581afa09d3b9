"""Files that go back to the sender: the rows that were not taken, with a column of reasons, and the templates."""

import codecs
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

import xlsxwriter

from credit_platform.common.spreadsheets import csv_lines, harmless
from credit_platform.ui.formats import chinese
from entities.intake.formats import SubmissionFormat
from entities.intake.reading import Layout
from entities.intake.sentences import for_reader
from entities.models import Submission, SubmissionRow

#: Read by either reader; not the name of any format's column, so the file can be sent again as it is.
REASON = "原因 / Reason"
Outcome = SubmissionRow.Outcome


def rest_of(submission: Submission):
    """The rows that were not and will not be saved as things stand: refused ones, and those nobody has decided on."""
    return submission.rows.filter(outcome__in=(Outcome.REFUSED, Outcome.ASKED), is_saved=False).order_by(
        "number"
    )


def rest_lines(submission: Submission) -> Iterator[list[str]]:
    """Column names and rows of the rest, cells as they came, and the reasons in the reader's language."""
    yield [*submission.header, REASON]
    rows = rest_of(submission).values_list("cells", "problems")
    for cells, problems in rows.iterator(chunk_size=2_000):
        sentences = [_sentence(one) for one in problems if one["level"] != "warning"]
        yield [*cells, " ".join(sentences or [_sentence(one) for one in problems])]


def _sentence(problem: dict) -> str:
    said = for_reader(problem)
    return f"{problem['column']}: {said}" if problem["column"] else said


def as_csv(submission: Submission) -> Iterator[bytes]:
    """The rest in the encoding and with the delimiter of the file that it comes from."""
    layout = Layout(**submission.layout)
    # A file in UTF-8 without its mark opens garbled in Excel, which is where it will be put right.
    encoding = "utf-8-sig" if layout.encoding == "utf-8" else layout.encoding
    encoder = codecs.getincrementalencoder(encoding)()
    for line in csv_lines(rest_lines(submission), delimiter=layout.delimiter):
        yield encoder.encode(line)


def as_xlsx(submission: Submission) -> BinaryIO:
    """The rest as a workbook, every cell as text, so that none is a formula."""
    file = tempfile.TemporaryFile()
    with xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet = book.add_worksheet(submission.layout.get("sheet") or "Sheet1")
        for number, row in enumerate(rest_lines(submission)):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, harmless(cell))
    file.seek(0)
    return file


def template_lines(fmt: SubmissionFormat) -> list[list[str]]:
    """Column names in the reader's language, and one invented row."""
    names = [column.zh if chinese() else str(column.en) for column in fmt.columns]
    return [names, [column.example for column in fmt.columns]]
