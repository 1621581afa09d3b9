"""From bytes to rows: encodings, delimiters, spreadsheets, and files that mean harm."""

import io
import zipfile
from datetime import date, datetime

import pytest
import xlsxwriter
from hypothesis import given, strategies as st

from entities.intake import reading, sheets
from entities.intake.reading import Unreadable, column_key, open_table
from tests.entities.intake import files

KNOWN = {column_key(name): field for name, field in (("代码", "code"), ("名称", "name"), ("日期", "day"))}
TEXT = "代码,名称,日期\n1,甲公司,2026-10-08\n2,乙公司,2026-10-09\n"


def read(content: bytes, **options):
    with open_table(io.BytesIO(content), KNOWN) as table:
        return table, list(table.rows(**options))


def workbook(fill, **options) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, **options}) as book:
        fill(book)
    return file.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        read(content)
    return str(refused.value)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_text_is_read_in_every_encoding_of_offices(encoding):
    table, rows = read(TEXT.encode(encoding))
    assert table.layout.header == ["代码", "名称", "日期"]
    assert table.layout.columns == {"code": 0, "name": 1, "day": 2}
    assert rows == [(2, ["1", "甲公司", "2026-10-08"]), (3, ["2", "乙公司", "2026-10-09"])]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_finds_the_columns(delimiter):
    table, rows = read(TEXT.replace(",", delimiter).encode())
    assert table.layout.delimiter == delimiter
    assert len(rows) == 2


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_read(ending):
    _table, rows = read(TEXT.replace("\n", ending).encode())
    assert [number for number, _cells in rows] == [2, 3]


def test_a_title_above_the_column_names_is_passed_over_and_counted():
    table, rows = read(f"2026年名单,,\n,,\n{TEXT}".encode())
    assert table.layout.header_row == 3
    assert [number for number, _cells in rows] == [4, 5]


def test_columns_are_found_in_any_order_with_stars_spaces_and_full_width_names():
    table, _rows = read(" 日期：,*名 称,代码\n2026-10-08,甲,1\n".encode())
    assert table.layout.columns == {"day": 0, "name": 1, "code": 2}


def test_columns_that_are_not_read_are_told():
    table, _rows = read("代码,名称,电话\n1,甲,139\n".encode())
    assert [note.params for note in table.notes] == [{"columns": "电话"}]


def test_of_columns_of_one_name_the_first_is_read_and_the_sender_is_told():
    table, _rows = read("代码,名称,代 码,电话\n1,甲,2,139\n".encode())
    assert table.layout.columns["code"] == 0
    again, others = table.notes
    assert "more than once" in str(again.message) and str(again.params["columns"]) == "代 码"
    assert str(others.params["columns"]) == "电话"


def test_a_cell_over_several_lines_is_one_row_as_spreadsheets_count():
    _table, rows = read('代码,名称\n1,"甲\n乙"\n2,丙\n'.encode())
    assert rows == [(2, ["1", "甲\n乙"]), (3, ["2", "丙"])]


def test_where_a_quotation_mark_is_missing_the_swallowed_rows_are_not_lost_in_a_cell():
    text = '代码,名称,备注\n1,甲,"无\n2,乙,\n3,丙,"有"\n4,丁,\n'
    _table, rows = read(text.encode())
    assert rows == [(2, ["1", "甲", "无", '2,乙,\n3,丙,有"']), (3, ["4", "丁", ""])]


def test_a_text_of_several_lines_with_a_few_commas_stays_one_cell():
    text = '代码,名称,备注\n1,甲,"一,\n二"\n'
    _table, rows = read(text.encode())
    assert rows == [(2, ["1", "甲", "一,\n二"])]


def test_of_several_sheets_the_one_with_the_column_names_is_read():
    def fill(book):
        book.add_worksheet("填报说明").write_column(0, 0, ["本表由各部门填报", "请勿修改列名"])
        for name, cell in (("一月", "甲"), ("二月", "乙")):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["代码", "名称"])
            sheet.write_row(1, 0, ["1", cell])
        hidden = book.add_worksheet("选项")
        hidden.write_row(0, 0, ["代码", "名称", "日期"])
        hidden.hide()

    table, rows = read(workbook(fill))
    assert (table.layout.sheet, rows) == ("一月", [(2, ["1", "甲"])])
    assert [note.params["others"] for note in table.notes] == ["填报说明、二月"]


def test_a_table_that_is_hidden_is_not_read_and_the_sender_is_told():
    def fill(book):
        book.add_worksheet("空")
        hidden = book.add_worksheet("名单")
        hidden.write_row(0, 0, ["代码", "名称"])
        hidden.hide()

    assert "hidden sheets are not read" in refusal(workbook(fill))


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf", b" \r\n,,\n", b"\n"])
def test_a_file_of_nothing_but_blanks_is_empty(content):
    assert refusal(content) == "The file is empty."


def test_empty_rows_are_left_out_but_counted():
    _table, rows = read("代码,名称\n\n,\n1,甲\n".encode())
    assert rows == [(4, ["1", "甲"])]


def test_reading_goes_on_after_a_row():
    assert read(TEXT.encode(), after=2)[1] == [(3, ["2", "乙公司", "2026-10-09"])]


def test_excels_way_to_keep_zeros_and_the_apostrophe_of_a_returned_file_are_undone():
    _table, rows = read('代码,名称\n"=""0012""",\'-甲\n'.encode())
    assert rows == [(2, ["0012", "-甲"])]


def test_a_torn_line_of_zero_bytes_spoils_its_row_and_not_the_file():
    _table, rows = read("代码,名称\n1,".encode() + b"\0" * 60 + "甲\n2,乙\n".encode())
    assert rows == [(2, ["1", "\ufffd甲"]), (3, ["2", "乙"])]


def test_a_spreadsheet_is_read_with_its_dates_numbers_and_texts():
    def fill(book):
        sheet = book.add_worksheet("十月")
        sheet.write_row(0, 0, ["代码", "名称", "日期"])
        sheet.write_string(1, 0, "０012")
        sheet.write_string(1, 1, "甲公司")
        sheet.write_datetime(1, 2, datetime(2026, 10, 8), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_number(3, 0, 15.0)
        sheet.write_number(3, 2, 46303)

    table, rows = read(workbook(fill))
    assert rows == [(2, ["０012", "甲公司", "2026-10-08"]), (4, ["15", "", "46303"])]
    assert (table.layout.kind, table.layout.sheet) == ("xlsx", "十月")


def test_a_spreadsheet_that_begins_further_in_keeps_its_row_numbers():
    def fill(book):
        sheet = book.add_worksheet()
        sheet.write_row(4, 2, ["代码", "名称"])
        sheet.write_row(6, 2, ["1", "甲"])

    table, rows = read(workbook(fill))
    assert table.layout.header_row == 5
    assert table.layout.first_place == 2
    assert rows == [(7, ["1", "甲"])]


def test_the_last_result_of_a_formula_is_read_and_told():
    def fill(book):
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["代码", "名称"])
        sheet.write_formula(1, 0, "=1+1", None, 2)
        sheet.write_string(1, 1, "甲")
        book.add_worksheet("其他").write_string(0, 0, "x")

    table, rows = read(workbook(fill))
    assert rows == [(2, ["2", "甲"])]
    assert [str(note.message) % note.params for note in table.notes] == [
        "Only the sheet “Sheet1” was read; others hold something too: 其他.",
        "1 cells hold formulas; their last result was read.",
    ]


@pytest.mark.parametrize("make", [files.xls_of, files.ods_of])
def test_old_workbooks_and_open_documents_are_read_like_new_ones(make):
    table, rows = read(
        make([["代码", "名称", "日期"], ["０012", "甲公司", date(2026, 10, 8)], [], [15, "", 46303]])
    )
    assert rows == [(2, ["０012", "甲公司", "2026-10-08"]), (4, ["15", "", "46303"])]
    assert table.layout.sheet == "名单"


def test_an_open_document_does_not_end_with_the_million_empty_rows_that_programs_write():
    row = '<table:table-row><table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>{}</table:table-row>'
    rest = '<table:table-cell table:number-columns-repeated="16383"/>'
    empty = '<table:table-row table:number-rows-repeated="1048574"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    _table, rows = read(files.ods_with(row.format("代码", rest) + row.format("1", rest) + empty))
    assert rows == [(2, ["1"])]


def test_column_names_in_two_rows_are_read_together_where_some_are_merged_over_both():
    def fill(book):
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 2, "2026年名单")
        sheet.merge_range(1, 0, 2, 0, "代码")
        sheet.merge_range(1, 1, 1, 2, "企业")
        sheet.write_row(2, 1, ["名称", "日期"])
        sheet.write_row(3, 0, ["1", "甲", "2026-10-08"])

    table, rows = read(workbook(fill))
    assert (table.layout.header_row, table.layout.header) == (3, ["代码", "名称", "日期"])
    assert rows == [(4, ["1", "甲", "2026-10-08"])]


# Encodings that only the text itself tells apart

TRADITIONAL = "代碼,名稱,日期\n1,甲公司,2026-10-08\n"
SPEECH = (
    "本局依照有關規定對該企業的經營活動進行檢查時發現其沒有按照要求保存進貨記錄也沒有辦理變更登記現予以處罰並責令"
    "限期改正當事人如果不服本決定可以在六十日內申請複議"
)


def test_big5_is_known_by_the_column_names_that_it_spells_and_the_sender_is_told():
    table, rows = read(TRADITIONAL.encode("cp950"))
    assert table.layout.columns == {"code": 0, "name": 1, "day": 2}
    assert rows == [(2, ["1", "甲公司", "2026-10-08"])]
    assert [str(note.message) for note in table.notes] == [
        "The file was read as Big5. If the characters are wrong, save it as CSV UTF-8."
    ]


def test_big5_is_known_by_its_characters_where_the_column_names_are_latin():
    known = {"CODE": "code", "FACTS": "facts"}
    with open_table(io.BytesIO(f"code,facts\n1,{SPEECH}\n".encode("cp950")), known) as table:
        assert list(table.rows()) == [(2, ["1", SPEECH])]


def test_gb18030_is_not_taken_for_big5_though_its_characters_are_traditional():
    table, rows = read(TRADITIONAL.encode("gb18030"))
    assert table.layout.encoding == "gb18030"
    assert rows == [(2, ["1", "甲公司", "2026-10-08"])]


def test_a_text_that_could_be_either_is_refused_with_what_to_do():
    either = b"".join(bytes((lead, trail)) for lead in range(0xB0, 0xC6) for trail in (0xA4, 0xB7, 0x51))
    assert "cannot be told whether the file is in GB18030 or in Big5" in refusal(
        b"code,facts\n1," + either + b"\n"
    )


# Files that cannot be taken


def test_an_empty_file_is_refused():
    assert refusal(b"") == "The file is empty."


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, b"\0" * 4096, b"MZ" + b"\0" * 500 + b"x" * 500]
)
def test_a_file_of_another_kind_under_a_right_name_is_refused(content):
    assert "CSV UTF-8" in refusal(content)


def test_bytes_of_no_encoding_are_refused_with_their_place():
    said = refusal("代码,名称\n".encode() + b"\xff\xff\xff" + b"a" * 10)
    assert "byte 14" in said


def test_a_file_cut_off_in_the_middle_of_a_character_is_not_taken_for_another_encoding():
    assert "cut off" in refusal(TEXT.encode() + "甲".encode()[:2])


def test_ten_thousand_columns_are_refused():
    assert refusal((",".join(f"c{n}" for n in range(10_000)) + "\n").encode()).startswith(
        "There are 10,000 columns"
    )
    wide = workbook(lambda book: book.add_worksheet().write_row(0, 0, [f"c{n}" for n in range(10_000)]))
    assert refusal(wide).startswith("There are 10,000 columns")


def test_a_later_row_of_ten_thousand_cells_is_refused():
    assert refusal(TEXT.encode() + b"," * 10_000 + b"\n").startswith("There are 10,001 columns")


def test_a_line_without_an_end_is_refused_before_it_fills_the_memory():
    assert "more than 1,048,576 characters" in refusal("代码,名称\n".encode() + b"x" * (3 << 20))


def test_a_quotation_mark_that_never_ends_is_refused():
    assert "quotation mark is probably missing" in refusal(
        ('代码,名称\n1,"甲\n' + "2,乙\n" * 60_000).encode()
    )


def test_a_workbook_that_unfolds_without_end_is_refused():
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _piece in range(200):
                part.write(b" " * (1 << 20))
    assert len(bomb.getvalue()) < 300_000
    assert "unfolds to more than can be read" in refusal(bomb.getvalue())


def test_two_cells_at_far_ends_of_a_sheet_do_not_fill_the_memory():
    def fill(book):
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["代码", "名称"])
        sheet.write(1_048_575, 100, "x")

    assert "more than can be read from a spreadsheet" in refusal(workbook(fill))


def test_an_archive_that_lies_about_its_sizes_is_still_measured(monkeypatch):
    monkeypatch.setattr(sheets, "MAX_UNPACKED", 50_000)
    content = bytearray(workbook(lambda book: book.add_worksheet().write_column(0, 0, ["代码"] * 4_000)))
    start = content.find(b"PK\x01\x02")
    while start != -1:
        content[start + 24 : start + 28] = (10).to_bytes(4, "little")
        start = content.find(b"PK\x01\x02", start + 4)
    assert "unfolds to more than can be read" in refusal(bytes(content))


def test_a_plain_archive_is_refused():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("list.csv", TEXT)
    assert "an archive, not a spreadsheet" in refusal(packed.getvalue())


def test_a_damaged_workbook_is_refused():
    whole = workbook(lambda book: book.add_worksheet().write(0, 0, "代码"))
    assert "damaged" in refusal(whole[: len(whole) // 2])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (1.0, "1"),
        (0.25, "0.25"),
        (1e20, "1e+20"),
        (True, "TRUE"),
        (date(2026, 10, 8), "2026-10-08"),
        (datetime(2026, 10, 8), "2026-10-08"),
        (datetime(2026, 10, 8, 9, 30), "2026-10-08 09:30:00"),
        (" \u3000甲\ufeff ", "甲"),
        ("9133\u200b9702\u202c", "91339702"),
        ("'=1", "=1"),
        ("'＝1", "＝1"),
    ],
)
def test_cells_become_text(value, text):
    assert reading.cell_text(value) == text


EDGY = (
    "",
    " ",
    "\u3000",
    "\ufeff",
    "\u200b",
    "甲\u200e\u00ad乙",
    "'",
    "'=1",
    " '=1",
    '="007"',
    ' ="007" ',
    "=1",
    "\0",
    "\x85甲\u2028",
    "甲 乙",
    "\tx\n",
)


@given(
    st.lists(
        st.one_of(
            st.sampled_from(EDGY),
            st.text(max_size=8),
            st.tuples(st.sampled_from(EDGY), st.text(max_size=3), st.sampled_from(EDGY)).map("".join),
        )
    )
)
def test_the_cells_of_a_row_become_text_as_each_of_them_would(row):
    assert reading._csv_cells(row) == [reading._csv_cell(cell) for cell in row]
