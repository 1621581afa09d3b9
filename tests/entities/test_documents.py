"""Files that people hand in: known by their content, kept as they came, handed out as downloads."""

import hashlib
import io
import zipfile

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile

from credit_platform.common.errors import InvalidInput, NotPermitted
from entities.documents import file_response
from entities.models import Document
from entities.services.documents import (
    CSV,
    DOCX,
    JPEG,
    ODS,
    OLE,
    PDF,
    PNG,
    XLSX,
    content_type_of,
    store_document,
)
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ANY = frozenset({PDF, PNG, JPEG, CSV, XLSX, DOCX, ODS, OLE})
A_PDF = b"%PDF-1.7\n..."


def archive(**files: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as writer:
        for name, text in files.items():
            writer.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return held.getvalue()


CONTENTS = {
    "pdf": (A_PDF, PDF),
    "png": (b"\x89PNG\r\n\x1a\n....", PNG),
    "jpeg": (b"\xff\xd8\xff\xe0....", JPEG),
    "excel 97": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", OLE),
    "xlsx": (archive(xl__workbook_xml="<workbook/>"), XLSX),
    "docx": (archive(word__document_xml="<document/>"), DOCX),
    "ods": (archive(mimetype=ODS), ODS),
    "csv, UTF-8": ("文号,名称\n一,二\n".encode(), CSV),
    "csv, GB18030": ("文号,名称\n一,二\n".encode("gb18030"), CSV),
    "csv, UTF-16": ("文号,名称\n".encode("utf-16"), CSV),
    "another archive": (archive(readme="hello"), ""),
    "a broken archive": (b"PK\x03\x04....", ""),
    "a program": (b"\x7fELF\x00\x00\x00", ""),
    "nothing": (b"", ""),
}


def store(content=A_PDF, name="证明.pdf", *, by=None, accept=ANY, max_bytes=1000):
    return store_document(
        by=by or UserFactory(), upload=SimpleUploadedFile(name, content), accept=accept, max_bytes=max_bytes
    )


@pytest.mark.parametrize(("content", "kind"), CONTENTS.values(), ids=CONTENTS)
def test_what_a_file_is_is_read_from_its_content(content, kind):
    assert content_type_of(SimpleUploadedFile("name.exe", content)) == kind


def test_a_file_is_kept_as_it_came_with_its_digest(media):
    document = store()
    document.refresh_from_db()
    with document.file.open("rb") as kept:
        assert kept.read() == A_PDF
    assert (document.name, document.size) == ("证明.pdf", len(A_PDF))
    assert document.sha256 == hashlib.sha256(A_PDF).hexdigest()


def test_where_a_file_lies_tells_nothing_of_its_name(media):
    document = store()
    assert document.file.name.endswith(str(document.key))


def test_a_name_cannot_lead_out_of_the_file_store(media):
    assert store(name="..\\..\\etc/passwd").name == "passwd"


def test_a_long_name_keeps_its_ending(media):
    name = store(name="长" * 250 + ".pdf").name
    assert len(name) <= 200
    assert name.endswith(".pdf")


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "empty"), (b"\x7fELF\x00", "PDF"), (A_PDF + b"x" * 1000, "at most")],
    ids=["empty", "of another kind", "too large"],
)
def test_a_file_that_cannot_be_taken_says_why(media, content, says):
    with pytest.raises(InvalidInput, match=says):
        store(content, accept=frozenset({PDF}))
    assert not Document.objects.exists()


def test_a_file_named_as_something_else_is_refused(media):
    with pytest.raises(InvalidInput):
        store(b"\x89PNG\r\n\x1a\n....", "letter.pdf", accept=frozenset({PDF}))


def test_nobody_hands_in_a_file_without_signing_in(media):
    with pytest.raises(NotPermitted):
        store(by=AnonymousUser())


def test_a_file_is_handed_out_as_a_download_and_never_shown(media):
    answer = file_response(store())
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content) == A_PDF
    answer.close()
