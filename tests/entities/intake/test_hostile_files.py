"""Files that mean harm, one by one: what each is, and the sentence with which it is refused."""

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date
from itertools import islice

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile
from hypothesis import given, settings, strategies as st

from credit_platform.common.errors import InvalidInput
from entities.intake import archives, sheets
from entities.intake.old_workbooks import formulas_in
from entities.intake.reading import Unreadable, column_key, open_table
from entities.models import Document, Submission
from entities.services import submissions
from tests.entities.intake import files
from tests.entities.intake.conftest import HEADER, OFFICE
from tests.factories import EntityFactory

KNOWN = {column_key(name): field for name, field in (("代码", "code"), ("名称", "name"))}
ROWS = [["代码", "名称"], ["1", "甲公司"]]
XLSX, ODS = files.xlsx_of(ROWS), files.ods_of(ROWS)
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "哈哈哈哈哈哈哈哈哈哈">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in ("ab", "bc", "cd", "de", "ef", "fg", "gh", "hi"))
    + "]>"
)
OVER = "unfolds to more than can be read"


def bomb(name: str, **other: bytes) -> bytes:
    """A small archive with a part of 200 MB of blanks."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in other.items():
            archive.writestr(part.replace("__", "/").replace("_dot_", "."), content)
        with archive.open(name, "w", force_zip64=True) as part:
            for _piece in range(200):
                part.write(b" " * (1 << 20))
    assert len(packed.getvalue()) < 300_000
    return packed.getvalue()


def many_parts() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("xl/workbook.xml", "")
        for number in range(archives.MAX_PARTS):
            archive.writestr(f"p{number}", "")
    return packed.getvalue()


def endless_list() -> bytes:
    """An archive that says to have four thousand million parts."""
    end_64 = archives.END_64.pack(b"PK\x06\x06", 44, 45, 45, 0, 0, 1 << 32, 1 << 32, 1 << 38, 0)
    locator = archives.LOCATOR.pack(b"PK\x06\x07", 0, 4, 1)
    end = archives.END.pack(b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return b"PK\x03\x04" + end_64 + locator + end


def far_cell() -> bytes:
    def fill(book) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ROWS[0])
        sheet.write(1_048_575, 100, "x")

    return files.xlsx(fill)


def one_text_in_many_cells() -> bytes:
    def fill(book) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ROWS[0])
        for row in range(1, 15_000):
            sheet.write_string(row, 0, "长" * 32_000)

    return files.xlsx(fill)


def wide(count: int = 10_000) -> list[str]:
    return [f"c{number}" for number in range(count)]


def encrypted_part() -> bytes:
    """An archive whose parts say of themselves that they need a password."""
    content = bytearray(XLSX)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(mark)
        while start != -1:
            content[start + place] |= 1
            start = content.find(mark, start + 4)
    return bytes(content)


def far_row_of_ods() -> bytes:
    empty = '<table:table-row table:number-rows-repeated="1048574"><table:table-cell/></table:table-row>'
    row = '<table:table-row><table:table-cell table:number-columns-repeated="99"/>'
    row += (
        '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>'
    )
    return files.ods_with(empty + row)


def repeated_ods(rows: int, columns: int, text: str = "x") -> bytes:
    return files.ods_with(
        f'<table:table-row table:number-rows-repeated="{rows}"><table:table-cell office:value-type="string" '
        f'table:number-columns-repeated="{columns}"><text:p>{text}</text:p></table:table-cell></table:table-row>'
    )


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "zip bomb in a sheet": (
        lambda: bomb("xl/worksheets/sheet1.xml", xl__workbook_dot_xml=b"<workbook/>"), OVER,
    ),
    "zip bomb beside the sheets": (
        lambda: bomb("xl/media/image1.png", xl__workbook_dot_xml=b"<workbook/>"), OVER,
    ),
    "zip bomb in an ODS": (lambda: bomb("content.xml"), OVER),
    "archive of too many parts": (many_parts, "The spreadsheet has 2,001 parts; no honest one has so many."),
    "archive that promises endless parts": (endless_list, "4,294,967,296 parts"),
    "billion laughs in an XLSX": (
        lambda: files.changed(XLSX, xl__sharedStrings_dot_xml=f"{LAUGHS}<sst><si><t>&i;</t></si></sst>".encode()),
        "declares words of its own in its XML",
    ),
    "billion laughs in an ODS": (
        lambda: files.ods_with("", before=LAUGHS.removeprefix('<?xml version="1.0"?>')),
        "declares words of its own in its XML",
    ),
    "outside file named in the XML": (
        lambda: files.changed(
            XLSX, xl__workbook_dot_xml=b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><workbook>&x;</workbook>'
        ),
        "declares words of its own in its XML",
    ),
    "macros in an XLSM": (
        lambda: files.changed(XLSX, xl__vbaProject_dot_bin=b"\xd0\xcf\x11\xe0"), "The spreadsheet holds macros",
    ),
    "old macro sheet in an XLSX": (
        lambda: files.changed(XLSX, xl__macrosheets__sheet1_dot_xml=b"<a/>"), "The spreadsheet holds macros",
    ),
    "macros in an XLS": (
        lambda: files.xls_of(ROWS, extra=["_VBA_PROJECT_CUR"]), "The spreadsheet holds macros",
    ),
    "macros in an ODS": (
        lambda: files.ods_of(ROWS, Basic__Standard__Module1_dot_xml=b"<a/>"), "The spreadsheet holds macros",
    ),
    "encrypted XLSX": (
        lambda: files.compound([("EncryptedPackage", b"x"), ("EncryptionInfo", b"x")]), "protected by a password",
    ),
    "archive with encrypted parts": (encrypted_part, "protected by a password"),
    "encrypted ODS": (
        lambda: files.changed(ODS, **{"META-INF__manifest_dot_xml": b"<m><manifest:encryption-data/></m>"}),
        "protected by a password",
    ),
    "old document that is no workbook": (
        lambda: files.compound([("WordDocument", b"x")]), "This is an old Office file, but no workbook.",
    ),
    "binary workbook": (
        lambda: files.changed(files.changed(ODS), xl__workbook_dot_bin=b"x").replace(b"content.xml", b"content.xxx"),
        "This is a binary workbook (.xlsb).",
    ),
    "plain archive": (
        lambda: files.changed(ODS).replace(b"content.xml", b"content.xxx"), "an archive, not a spreadsheet",
    ),
    "web page under the name of a spreadsheet": (
        lambda: "<html><table><tr><td>代码</td></tr></table></html>".encode(), "This is a web page or plain XML",
    ),
    "XML spreadsheet of 2003": (
        lambda: b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>',
        "This is a web page or plain XML",
    ),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "CSV UTF-8 or as .xlsx"),
    "program": (lambda: b"MZ" + b"\0" * 500 + b"x" * 500, "CSV UTF-8 or as .xlsx"),
    "ten thousand columns in a CSV": (lambda: ",".join(wide()).encode(), "There are 10,000 columns"),
    "ten thousand columns in an XLSX": (lambda: files.xlsx_of([wide()]), "There are 10,000 columns"),
    "ten thousand columns in an ODS": (lambda: repeated_ods(2, 10_000), "There are 10,000 columns"),
    "two hundred and fifty columns in an XLS": (lambda: files.xls_of([wide(250)]), "There are 250 columns"),
    "two cells at far ends of an XLSX": (far_cell, "The sheet reaches over 1,048,576 rows and 101 columns"),
    "two cells at far ends of an ODS": (far_row_of_ods, "The sheet reaches over 1,048,575 rows and 100 columns"),
    "one cell a million times in an ODS": (lambda: repeated_ods(1_000_000, 100), "The sheet reaches over 1,000,000"),
    "one long text many times in an ODS": (lambda: repeated_ods(50_000, 10, "长" * 30_000), OVER),
    "one long text in many cells of an XLSX": (one_text_in_many_cells, OVER),
    "one line of 100 MB": (
        lambda: "代码,名称\n".encode() + b"x" * (100 << 20), "Line 2 has more than 1,048,576 characters",
    ),
    "quotation mark without an end": (
        lambda: ('代码,名称\n1,"甲\n' + "2,乙\n" * 60_000).encode(), "quotation mark is probably missing",
    ),
    "damaged XLSX": (lambda: XLSX[: len(XLSX) // 2], "The spreadsheet is damaged"),
    "damaged ODS": (lambda: files.changed(ODS, content_dot_xml=b"<a><b></a>"), "The spreadsheet is damaged"),
    "damaged XLS": (
        lambda: files.xls_of(ROWS).replace(b"\x85\x00", b"\xff\xff"), "no sheet with anything in it",
    ),
    "cut off XLS": (lambda: files.xls_of(ROWS)[:600] + "Workbook\0".encode("utf-16-le"), "The spreadsheet is damaged"),
    "XLSX without a sheet": (lambda: files.xlsx(lambda book: None), "no sheet with anything in it"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_a_sentence(name):
    make, sentence = HOSTILE[name]
    with (
        pytest.raises(Unreadable) as refused,
        open_table(io.BytesIO(make()), KNOWN) as table,
    ):
        list(table.rows())
    assert sentence in str(refused.value)


def test_a_spreadsheet_that_takes_too_much_memory_ends_its_own_process_and_not_the_worker(monkeypatch):
    monkeypatch.setattr(sheets, "MEMORY", 160 << 20)
    with open_table(io.BytesIO(files.xls_of(ROWS)), KNOWN) as table:
        assert list(table.rows()) == [(2, ["1", "甲公司"])]
    far = files.xls_of_cells([(0, 0, "代码"), (0, 1, "名称"), (65_535, 199, "x")])
    with pytest.raises(Unreadable, match=OVER), open_table(io.BytesIO(far), KNOWN) as table:
        list(table.rows())


def test_formulas_are_not_run_and_are_told_of():
    def fill(book) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ROWS[0])
        sheet.write_formula(1, 0, '=WEBSERVICE("http://example.org")', None, "1")
        sheet.write_string(1, 1, "甲")

    with open_table(io.BytesIO(files.xlsx(fill)), KNOWN) as table:
        assert list(table.rows()) == [(2, ["1", "甲"])]
    assert [note.params for note in table.notes] == [{"count": 1}]


def test_formulas_of_an_open_document_are_told_of_too():
    row = (
        "<table:table-row>"
        '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
        '<table:table-cell office:value-type="string" {}><text:p>{}</text:p></table:table-cell>'
        "</table:table-row>"
    )
    formula = 'table:formula="of:=WEBSERVICE(&quot;http://example.org&quot;)"'
    content = files.ods_with(row.format("代码", "", "名称") + row.format("1", formula, "甲"))
    with open_table(io.BytesIO(content), KNOWN) as table:
        assert list(table.rows()) == [(2, ["1", "甲"])]
    assert [note.params for note in table.notes] == [{"count": 1}]


def test_formulas_of_an_old_workbook_are_told_of_too():
    rows = [["代码", "名称"], [files.Formula(8), "甲"], ["2", files.Formula(4)]]
    with open_table(io.BytesIO(files.xls_of(rows)), KNOWN) as table:
        assert list(table.rows()) == [(2, ["8", "甲"]), (3, ["2", "4"])]
    assert [note.params for note in table.notes] == [{"count": 2}]


def test_a_short_old_workbook_lies_in_pieces_of_64_bytes_and_is_read_too():
    record = struct.pack("<HH", 0x0006, 40) + bytes(40)
    stream = record * 3 + struct.pack("<HH", 0x000A, 0)
    pieces = -(-len(stream) // 64)
    container = stream.ljust(512, b"\0")
    follows = [*range(1, pieces), files.END_OF_CHAIN]
    small_table = struct.pack("<128I", *follows, *[files.FREE] * (128 - pieces))
    entries = [
        files._entry("Root Entry", 5, 3, 512, child=1),
        files._entry("Workbook", 2, 0, len(stream)),
        bytes(128),
        bytes(128),
    ]
    table = [files.FAT, files.END_OF_CHAIN, files.END_OF_CHAIN, files.END_OF_CHAIN]
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 2, 1, files.END_OF_CHAIN, 0,
    )  # fmt: skip
    header += struct.pack("<109I", 0, *[files.FREE] * 108)
    sectors = struct.pack("<128I", *table, *[files.FREE] * 124) + b"".join(entries) + small_table + container
    assert formulas_in(header + sectors) == 3


def damaged_old_workbooks() -> list[bytes]:
    whole = files.xls_of([["代码", "名称"], [files.Formula(8), "甲"]])
    endless, long_table, in_a_circle = bytearray(whole), bytearray(whole), bytearray(whole)
    endless[68:76] = struct.pack("<II", 0, 0xFFFFFFFF)
    long_table[44:48] = struct.pack("<I", 0xFFFFFFF0)
    # Every sector is followed by the first one.
    in_a_circle[-512:] = struct.pack("<128I", *[0] * 128)
    return [bytes(endless), bytes(long_table), bytes(in_a_circle), whole[:700], whole[:40], b"\xd0\xcf" * 300]


@pytest.mark.parametrize("content", damaged_old_workbooks())
def test_an_old_workbook_whose_chains_lead_nowhere_is_left_to_its_reader(content):
    assert formulas_in(content) in (0, 1)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2_000), st.binary(min_size=1, max_size=64))
def test_whatever_stands_in_an_old_workbook_counting_its_formulas_comes_to_an_end(place, noise):
    content = bytearray(files.xls_of([["代码", "名称"], [files.Formula(8), "甲"]]))
    content[place : place + len(noise)] = noise
    assert formulas_in(bytes(content)) >= 0


def test_the_last_day_that_there_is_is_read():
    content = files.xls_of([["代码", "名称"], [date.max, "甲"]])
    with open_table(io.BytesIO(content), KNOWN) as table:
        ((_number, (day, _name)),) = table.rows()
    assert day == "9999-12-31"


class Generated(io.RawIOBase):
    """A file of any size that is made while it is read."""

    def __init__(self, head: bytes, line: bytes, size: int) -> None:
        self.head, self.line, self.size, self.place = head, line, size, 0
        self.block = line * (1 + (1 << 20) // len(line))

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        self.place = place + (
            self.size if whence == io.SEEK_END else self.place if whence == io.SEEK_CUR else 0
        )
        return self.place

    def tell(self) -> int:
        return self.place

    def readinto(self, buffer) -> int:
        content = self._at(self.place, min(len(buffer), 1 << 20, self.size - self.place))
        buffer[: len(content)] = content
        self.place += len(content)
        return len(content)

    def _at(self, place: int, count: int) -> bytes:
        if place < len(self.head):
            return self.head[place : place + count]
        start = (place - len(self.head)) % len(self.line)
        return self.block[start : start + count]


def test_two_gigabytes_of_csv_are_read_as_a_stream():
    file = io.BufferedReader(
        Generated("代码,名称\n".encode(), b"91339702MX90000157,Hegu Food\n" * 8, 2 << 30), 1 << 20
    )
    tracemalloc.start()
    try:
        with open_table(file, KNOWN) as table:
            rows = list(islice(table.rows(after=50_000), 1_000))
            assert table.layout.rows_expected > 70_000_000
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert rows[0] == (50_001, ["91339702MX90000157", "Hegu Food"])
    assert peak < 64 << 20


# Through the engine


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["macros in an XLSM", "billion laughs in an ODS", "encrypted XLSX", "macros in an XLS"]
)
def test_the_sender_of_a_hostile_file_reads_the_sentence_in_both_languages(tax, name):
    make, sentence = HOSTILE[name]
    submission = tax.send(make(), "list.xlsx")
    assert submission.state == Submission.State.REFUSED
    assert sentence in submission.problem["en"]
    assert set(submission.problem) == {"en", "zh"}
    assert not submission.rows.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["archive of too many parts", "archive that promises endless parts", "picture"]
)
def test_what_is_no_table_at_all_is_not_even_kept(tax, name):
    make, _sentence = HOSTILE[name]
    with pytest.raises(InvalidInput, match="send one of these: CSV, XLSX, ODS, XLS"):
        tax.upload(make(), "list.xlsx")
    assert not Submission.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("make", "name", "kind"),
    [
        (lambda rows: "\n".join(map(",".join, rows)).encode(), "list.xlsx", "csv"),
        (files.xlsx_of, "list.csv", "xlsx"),
        (files.xls_of, "list.xlsx", "xls"),
        (files.ods_of, "list.xls", "ods"),
    ],
)
def test_a_table_under_the_name_of_another_kind_is_read_as_what_it_is(tax, make, name, kind):
    entity = EntityFactory(name_zh="甲公司")
    row = [entity.credit_code, "甲公司", "2025", OFFICE]
    submission = tax.send(make([HEADER.split(","), row]), name)
    assert (submission.state, submission.layout["kind"]) == (Submission.State.READY, kind)
    assert submission.rows.get().outcome == "new"


@pytest.mark.django_db
def test_a_file_larger_than_can_be_taken_is_refused_with_both_sizes(tax, settings):
    settings.SUBMISSION_MAX_BYTES = 2 << 20
    with pytest.raises(InvalidInput, match=r"The file has 3\.0 MB; at most 2\.0 MB can be taken"):
        tax.upload(b"x" * (3 << 20))
    assert not Submission.objects.exists()


@pytest.fixture
def large(tmp_path, settings):
    """`large(size, head)`: as an upload, a file that begins so; the rest are zero bytes, which the disk does not hold."""
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path

    def make(size: int, head: str) -> TemporaryUploadedFile:
        upload = TemporaryUploadedFile("list.csv", "text/csv", size, None)
        upload.write(head.encode())
        upload.truncate(size)
        upload.seek(0)
        return upload

    return make


def hand_in(desk, upload) -> Submission:
    with upload:
        return submissions.upload_submission(
            by=desk.clerk, body=desk.body, format_code=desk.format_code, upload=upload
        )


@pytest.mark.django_db
def test_a_file_of_many_times_the_memory_it_may_take_goes_the_whole_way(tax, large):
    """Taken in and checked in pieces as far as there are rows, and refused with a sentence where they end.

    What it holds at once does not grow with the file: of two gigabytes it is the same, which takes twenty seconds to see.
    """
    upload = large(1 << 28, f"{HEADER}\n" + f"91339702MX90000157,甲公司,2025,{OFFICE}\n" * 200)
    tracemalloc.start()
    try:
        submission = hand_in(tax, upload)
        submissions.check_submission(submission_id=submission.pk)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    submission.refresh_from_db()
    assert submission.document.size == submission.document.file.size == 1 << 28
    assert submission.state == Submission.State.REFUSED
    assert set(submission.problem) == {"en", "zh"}
    assert peak < 32 << 20


@pytest.mark.django_db
def test_a_file_above_four_gigabytes_is_refused_before_a_byte_is_kept(tax, large, settings):
    with pytest.raises(InvalidInput, match=r"The file has 4\.5 GB; at most 4\.0 GB can be taken"):
        hand_in(tax, large(settings.SUBMISSION_MAX_BYTES + (1 << 29), HEADER))
    assert not Document.objects.exists()


@pytest.mark.django_db
def test_a_bomb_in_the_part_that_names_the_type_is_not_unpacked(tax):
    tracemalloc.start()
    try:
        with pytest.raises(InvalidInput):
            tax.upload(bomb("mimetype"), "list.ods")
        assert tracemalloc.get_traced_memory()[1] < 20 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd.csv", "..\\..\\windows\\list.csv", "/etc/cron.d/list.csv", "a\0b\n.csv", "C:list.csv", "名" * 300 + ".csv"],
)  # fmt: skip
def test_a_file_name_leads_nowhere(tax, media, name):
    submission = tax.upload(f"{HEADER}\n1,甲,2025,{OFFICE}\n", name)
    kept = submission.document
    assert kept.file.path.startswith(f"{media}/")
    assert media.resolve() in type(media)(kept.file.path).resolve().parents
    assert not set(kept.name) & set("/\\\0\n")
    assert 0 < len(kept.name) <= 200


def test_an_archive_may_have_a_comment_and_be_large(monkeypatch):
    content = XLSX[:-2] + struct.pack("<H", 5) + b"hello"
    with open_table(io.BytesIO(content), KNOWN) as table:
        assert list(table.rows()) == [(2, ["1", "甲公司"])]
    monkeypatch.setitem(sheets.MAX_BYTES, "xlsx", 1_000)
    with pytest.raises(Unreadable, match="may have 0 MB at most"):
        open_table(io.BytesIO(content), KNOWN)
