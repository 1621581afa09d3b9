"""What a record says beside what its body handed in for it, where that came as the row of a file."""

from collections.abc import Mapping
from typing import Any

from entities.document_numbers import number_key
from entities.intake import blocks, formats
from entities.intake.verdicts import draft_from_json
from entities.models import CreditRecord, SubmissionBlock, SubmissionRow


def differing_fields(record: CreditRecord) -> list[str] | None:
    """The names of the fields in which the record says other than the row by which it came.

    None where no row of it is kept: what was typed, sent by a system or corrected here is the record itself, and nothing
    beside it.
    """
    sent = _sent(record)
    if sent is None:
        return None
    return [name for name, value in sent.items() if not _is_said(record, name, value)]


def _is_said(record: CreditRecord, name: str, value: Any) -> bool:
    said = getattr(record, name)
    # One decision keeps one number, however it was written the next time.
    return number_key(said) == number_key(value) if name == "document_number" else said == value


def _sent(record: CreditRecord) -> Mapping[str, Any] | None:
    """The row as it was understood and confirmed, as the fields of a record; None where there is none."""
    number, submission = record.row_number, record.submission
    if submission is None or number is None:
        return None
    row = SubmissionRow.objects.filter(submission=submission, number=number).exclude(draft={}).first()
    if row is not None:
        return draft_from_json(row.draft, formats.get(submission.format_code)).fields()
    kept = SubmissionBlock.objects.filter(submission=submission, first__lte=number, last__gte=number)
    tables = (blocks.having(blocks.unpack(block.content), [number]) for block in kept)
    return next((blocks.fields_of(table) for table in tables if len(table)), None)
