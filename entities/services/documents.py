"""Taking in files that people hand in."""

import hashlib
import zipfile
from pathlib import PurePath

from django.core.files.base import File
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from credit_platform.common.errors import InvalidInput, NotPermitted
from credit_platform.ui.formats import file_size, listed
from entities.intake.archives import check_directory
from entities.intake.layout import Unreadable
from entities.models import Document

PDF, PNG, JPEG, CSV = "application/pdf", "image/png", "image/jpeg", "text/csv"
PLAIN = "text/plain; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
#: Excel 97-2003, and other documents of that time.
OLE = "application/vnd.ms-excel"
#: What people may be asked for, in words.
NAMES = {PDF: "PDF", PNG: "PNG", JPEG: "JPEG", CSV: "CSV", XLSX: "XLSX", DOCX: "DOCX", ODS: "ODS", OLE: "XLS"}

BEGINNINGS = {
    b"%PDF-": PDF,
    b"\x89PNG\r\n\x1a\n": PNG,
    b"\xff\xd8\xff": JPEG,
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": OLE,
}
ENOUGH_TO_KNOW = 4096


@transaction.atomic
def store_document(*, by, upload: UploadedFile, accept: frozenset[str], max_bytes: int) -> Document:
    """Keep a file exactly as it came, with its digest; what it is, is read from its content, not from its name.

    Args:
        accept: the content types that may come in.
        max_bytes: the largest size; a file of no bytes is refused too.

    Raises:
        InvalidInput: with sentences for the field `file`.
    """
    if not by.is_authenticated or not by.is_active:
        raise NotPermitted(_("Sign in before handing in a file."))
    content_type = content_type_of(upload)
    problems = []
    if upload.size == 0:
        problems.append(_("The file is empty."))
    elif content_type not in accept:
        kinds = listed(NAMES[kind] for kind in NAMES if kind in accept)
        # Its name is not asked, so it may well look like one of them.
        said = _("By its content this file is none of these, or it is damaged; send one of these: %(kinds)s.")
        problems.append(said % {"kinds": kinds})
    if upload.size > max_bytes:
        problems.append(
            _("The file has %(size)s; at most %(most)s can be taken.")
            % {"size": file_size(upload.size), "most": file_size(max_bytes)}
        )
    if problems:
        raise InvalidInput({"file": problems})
    return _keep(by, upload, content_type)


@transaction.atomic
def store_text(*, by, name: str, text: str) -> Document:
    """Keep a text that the platform wrote in somebody's name, such as a letter signed on the screen."""
    if not by.is_authenticated or not by.is_active:
        raise NotPermitted(_("Sign in before handing in a file."))
    return _keep(by, SimpleUploadedFile(name, text.encode()), PLAIN)


@transaction.atomic
def store_made(*, by, name: str, content: bytes, content_type: str) -> Document:
    """Keep a file that the platform itself made, such as a letter; `by` had it made and need not be there any more."""
    return _keep(by, SimpleUploadedFile(name, content), content_type)


@transaction.atomic
def store_file_made(*, by, file: File, content_type: str) -> Document:
    """As `store_made`, for what is too large to hold in memory; the file is read from its beginning."""
    file.seek(0)
    return _keep(by, UploadedFile(file.file, file.name, content_type, size=file.size), content_type)


def discard_document(document: Document) -> None:
    """Remove a document that nothing refers to any more, and its file once the transaction holds.

    For whoever owned it and has asked its own policy and written its own trace.
    """
    storage, name = document.file.storage, document.file.name
    document.delete()
    transaction.on_commit(lambda: storage.delete(name), robust=True)


def forget_file(document: Document, *, name: str = "") -> None:
    """Remove the file of a document whose row stays, once the transaction holds; size and digest stay with the row.

    Args:
        name: what takes the place of the file's name, where that may tell of a person.
    """
    storage, place = document.file.storage, document.file.name
    if not place:
        return
    document.file.name, document.name = "", name or document.name
    document.save(update_fields=("file", "name"))
    transaction.on_commit(lambda: storage.delete(place), robust=True)


def _keep(by, upload: UploadedFile, content_type: str) -> Document:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    document = Document(
        name=_plain_name(upload.name or ""),
        size=upload.size,
        sha256=digest.hexdigest(),
        content_type=content_type,
        uploaded_by=by,
    )
    # The place of the file is made from the day, which the database row gets only when it is saved.
    document.created_on = Document._meta.get_field("created_on").pre_save(document, add=True)
    document.file.save(document.name, upload, save=False)
    document.save(force_insert=True)
    return document


def content_type_of(upload: UploadedFile) -> str:
    """What the file is by its content: one of the types of this module, or "" when it is none of them."""
    upload.seek(0)
    head = upload.read(ENOUGH_TO_KNOW)
    upload.seek(0)
    for beginning, content_type in BEGINNINGS.items():
        if head.startswith(beginning):
            return content_type
    if head.startswith(b"PK"):
        return _type_of_archive(upload)
    # Text in any of the encodings of Chinese offices: what tells it from other files is that it holds no zero
    # byte, save in UTF-16, which begins with its mark.
    return CSV if head and (b"\x00" not in head or head[:2] in (b"\xff\xfe", b"\xfe\xff")) else ""


def _type_of_archive(upload: UploadedFile) -> str:
    try:
        check_directory(upload)
        with zipfile.ZipFile(upload) as archive:
            names = set(archive.namelist())
            is_ods = "mimetype" in names and _begins_with(archive, "mimetype", ODS)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, Unreadable):
        return ""
    finally:
        upload.seek(0)
    if "xl/workbook.xml" in names:
        return XLSX
    if "word/document.xml" in names:
        return DOCX
    return ODS if is_ods else ""


def _begins_with(archive: zipfile.ZipFile, part: str, text: str) -> bool:
    # Never the whole part: a small archive may hold a very large one.
    with archive.open(part) as stream:
        return stream.read(len(text)) == text.encode()


def _plain_name(name: str) -> str:
    """The last part of the name without control characters, never empty and short enough to keep."""
    plain = "".join(sign for sign in PurePath(name.replace("\\", "/")).name if sign.isprintable())
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:180]}{dot}{ending[:15]}" if stem else plain[:200] or "file"
