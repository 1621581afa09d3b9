"""The rows that were not taken, as the sender gets them back: in their own layout, the faulty cells marked."""

import io
import zipfile

import pytest
from django.urls import reverse
from django.utils import translation
from python_calamine import CalamineWorkbook

from credit_platform.common.errors import InvalidInput
from entities.intake import returning
from entities.intake.reading import column_key, open_table
from entities.models import Submission
from tests.entities.intake import files
from tests.entities.intake.conftest import HEADER, outcomes

pytestmark = pytest.mark.django_db
NAMES = [*HEADER.split(","), "备注"]
WRONG = ["=1+1", "@甲公司", "25", "", "+86"]


def sheet_of(fill_at: tuple[int, int]) -> bytes:
    """A workbook with a title, whose table begins further in."""

    def fill(book) -> None:
        sheet = book.add_worksheet("十月")
        row, column = fill_at
        sheet.write_string(0, column, "2026年名单")
        sheet.write_row(row, column, NAMES)
        for place, cell in enumerate(WRONG):
            sheet.write_string(row + 1, column + place, cell)

    return files.xlsx(fill)


def part(content: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()


def workbook(submission: Submission) -> bytes:
    with translation.override("en"), returning.as_xlsx(submission) as file:
        return file.read()


@pytest.fixture
def returned(tax) -> tuple[Submission, bytes]:
    submission = tax.send(sheet_of((2, 1)), "名单.xlsx")
    assert outcomes(submission) == {4: "refused"}
    return submission, workbook(submission)


def test_a_workbook_has_the_senders_sheet_columns_and_order_with_the_reasons_at_the_end(returned):
    _submission, content = returned
    with open_table(io.BytesIO(content), {column_key("税务机关"): "authority"}) as table:
        ((number, cells),) = table.rows()
    assert (table.layout.sheet, table.layout.first_place) == ("十月", 1)
    assert table.layout.header == [*NAMES, "原因 / Reason"]
    assert (number, cells[:5]) == (2, WRONG)
    assert "税务机关: Nothing stands here; this column must be filled in." in cells[5]


def test_faulty_cells_are_filled_and_have_the_reason_as_their_comment(returned):
    submission, content = returned
    comments, sheet = part(content, "xl/comments1.xml"), part(content, "xl/worksheets/sheet1.xml")
    for cell in ("B2", "C2", "D2", "E2"):
        assert f'ref="{cell}"' in comments
        assert f'<c r="{cell}" s=' in sheet
    assert 'ref="F2"' not in comments
    assert "This begins like a formula. Write the value itself." in comments
    assert submission.rows.get().cells == WRONG


def test_nothing_in_a_returned_workbook_is_a_formula_or_a_link(returned):
    _submission, content = returned
    assert "<f>" not in part(content, "xl/worksheets/sheet1.xml")
    assert "hyperlink" not in part(content, "xl/worksheets/sheet1.xml")


def test_a_returned_workbook_can_be_sent_again_and_its_reasons_are_no_column(tax, returned):
    _submission, content = returned
    again = tax.send(content, "again.xlsx")
    assert again.rows.get().cells[:5] == WRONG
    assert [note["en"] for note in again.notes] == [
        "These columns are not part of the format and were not read: 备注."
    ]


@pytest.mark.parametrize("make", [files.xls_of, files.ods_of])
def test_the_rest_of_an_old_workbook_comes_as_a_new_one(client, tax, make):
    submission = tax.send(make([NAMES, WRONG]), "名单.xls")
    assert submission.state == "ready", submission.problem
    client.force_login(tax.clerk)
    response = client.get(reverse("entities:submission-rest", args=(submission.pk,)))
    assert response["Content-Disposition"].endswith(".xlsx")
    assert b"".join(response.streaming_content).startswith(b"PK")


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("名单", "名单"),
        ("2026/05: [1]?*", "2026_05_ _1___"),
        ("'9月'", "9月"),
        ("", "Sheet1"),
        ("表" * 40, "表" * 31),
    ],
)
def test_a_sheet_keeps_its_name_as_far_as_a_workbook_can_have_it(theirs, ours):
    assert returning._sheet_name(theirs) == ours
    files.xlsx(lambda book: book.add_worksheet(ours))


def test_a_cell_longer_than_a_workbook_holds_comes_back_cut_and_not_empty(tax):
    submission = tax.send_rows(("1", "长" * 40_000))
    with returning.as_xlsx(submission) as file:
        sheet = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0)
        assert sheet.to_python()[1][1] == "长" * 32_767


@pytest.mark.parametrize(
    ("asked", "begins"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("exe", b"\xef\xbb\xbf")]
)
def test_the_sender_chooses_the_kind_and_gets_their_own_where_there_is_no_such_kind(
    client, tax, asked, begins
):
    submission = tax.send_rows(("1", "甲"))
    client.force_login(tax.clerk)
    response = client.get(reverse("entities:submission-rest", args=(submission.pk,)), {"as": asked})
    assert b"".join(response.streaming_content).startswith(begins)


def test_the_rest_of_a_file_in_big5_comes_in_utf_8_because_its_reasons_are_not_in_big5(tax):
    names = "納稅人識別號,納稅人名稱,評價年度,稅務機關"
    submission = tax.send(f"{names}\n1,甲,2025,國家稅務\n".encode("cp950"))
    assert submission.encoding == "cp950"
    assert b"".join(returning.as_csv(submission)).decode("utf-8-sig").startswith(names)


def test_more_rows_than_a_workbook_holds_come_as_csv_only(tax, monkeypatch):
    monkeypatch.setattr(returning, "MOST_SHEET_ROWS", 1)
    submission = tax.send_rows(("1", "甲"), ("2", "乙"))
    with pytest.raises(InvalidInput, match="take them as CSV"):
        returning.as_xlsx(submission)


def test_comments_end_where_they_would_make_the_workbook_slow(tax, monkeypatch):
    monkeypatch.setattr(returning, "MOST_COMMENTS", 1)
    submission = tax.send_rows(("1", "甲"), ("2", "乙"))
    assert part(workbook(submission), "xl/comments1.xml").count("<comment ") == 1
