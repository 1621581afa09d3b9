"""What is left of a record that is deleted: its figures, by which grades of the past are worked out again, and
digests by which equal things stay equal. No words, no names, no number of a document."""

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from django.utils.crypto import salted_hmac

from entities.intake import blocks
from entities.models import (
    CreditRecord,
    Notice,
    RecordTypeVersion,
    Submission,
    SubmissionBlock,
    SubmissionRow,
)
from entities.retention.hanging import all_hanging
from entities.services import documents
from entities.services.publishing import record_url

#: Stands where a text stood that pages expect.
GONE = "—"
#: Extra fields of these types say a day, an amount or a word of a list: nothing of a person.
FIGURES = frozenset({"date", "money", "code"})
#: What of a notice names no fact of the record.
NAMES = frozenset({"type", "body", "entity"})
ERASED_FIELDS = (
    "document_number", "title", "facts", "legal_basis", "authority", "details", "ended_because", "correction_reason",
    "review_note", "archived_on", "deleted_on",
)  # fmt: skip


def digest_of(text: str) -> str:
    """Sixteen characters in place of a text: equal ones have the same, and without the platform's key they tell nothing."""
    return salted_hmac("entities.retention", text, algorithm="sha256").hexdigest()[:16]


def number_left(number: str) -> str:
    """What stands in place of a document number."""
    return number if number.startswith("#") else f"#{digest_of(number)}"


def figures_of(details: dict, version: RecordTypeVersion) -> dict:
    """The extra fields without words: days, amounts and codes as they are, of texts a digest."""
    kinds = {extra["name"]: extra["type"] for extra in version.extra_fields}
    return {
        name: value if kinds.get(name) in FIGURES or not value else digest_of(str(value))
        for name, value in details.items()
    }


def content_digest(record: CreditRecord) -> str:
    """SHA-256 of all that the record says, by which a copy kept elsewhere is known as it."""
    said = {
        field.attname: str(getattr(record, field.attname))
        for field in CreditRecord._meta.concrete_fields
        if not field.generated and field.name not in {"archived_on", "deleted_on"}
    }
    said["details"] = json.dumps(record.details, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def erase(records: Sequence[CreditRecord], *, on: date) -> None:
    """Erase these, and with them what hangs on them; the caller has locked them, and writes the trace."""
    _erase_rows_of_files(records)
    _erase_notices(records)
    for record in records:
        record.document_number, record.title = number_left(record.document_number), GONE
        record.facts = record.legal_basis = record.authority = ""
        record.ended_because = record.correction_reason = record.review_note = ""
        record.details = figures_of(record.details, record.type_version)
        record.archived_on, record.deleted_on = record.archived_on or on, on
    CreditRecord.objects.bulk_update(records, ERASED_FIELDS)
    keys = [record.pk for record in records]
    for hanging in all_hanging():
        if hanging.erase is not None:
            hanging.erase(keys)


def _erase_notices(records: Iterable[CreditRecord]) -> None:
    """That somebody was told stays; what they were told does not."""
    urls = {record_url(record) for record in records}
    about = Notice.objects.filter(entity__in={record.entity_id for record in records}, url__in=urls)
    to_bodies = Notice.objects.filter(body__in={record.submitted_by_id for record in records}, url__in=urls)
    notices = [*about, *to_bodies]
    for notice in notices:
        notice.params = {name: value if name in NAMES else GONE for name, value in notice.params.items()}
    Notice.objects.bulk_update(notices, ("params",))


def _erase_rows_of_files(records: Iterable[CreditRecord]) -> None:
    rows: dict[int, set[int]] = {}
    for record in records:
        if record.submission_id and record.row_number:
            rows.setdefault(record.submission_id, set()).add(record.row_number)
    going = {record.pk for record in records}
    for submission, numbers in rows.items():
        left = CreditRecord.objects.filter(submission=submission, deleted_on=None).exclude(pk__in=going)
        if left.exists():
            _erase_some(submission, numbers)
        else:
            _erase_file(submission)


def _erase_some(submission: int, numbers: Collection[int]) -> None:
    SubmissionRow.objects.filter(submission=submission, number__in=numbers).update(
        cells=[], draft={}, problems=[], key="", clue=""
    )
    kept = SubmissionBlock.objects.filter(
        submission=submission, first__lte=max(numbers), last__gte=min(numbers)
    )
    for block in kept.iterator(chunk_size=1):
        packed = blocks.without(blocks.unpack(block.content), sorted(numbers))
        if packed.keys != bytes(block.keys):
            block.content, block.keys = packed.content, packed.keys
            block.save(update_fields=("content", "keys"))


def _erase_file(submission: int) -> None:
    """Of a file none of whose records is left: its rows and the file itself. Name, size and digest stay."""
    SubmissionRow.objects.filter(submission=submission).delete()
    SubmissionBlock.objects.filter(submission=submission).delete()
    documents.forget_file(Submission.objects.select_related("document").get(pk=submission).document)
