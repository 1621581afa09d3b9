"""What is doubted of a record that another system sends: the warnings that a file with it would get, in the same words.

A doubt hinders nothing. What is asked of the record itself is asked by the checks of files (`plausibility.OF_RECORDS`);
apps above add what they doubt of a type (`entities.type_checks`). A record without a row of a file names no entity by words and is
no example of a template, so the checks of those have nothing to say here.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone

from entities import type_checks
from entities.drafts import RecordDraft, draft_of
from entities.intake import plausibility
from entities.intake.findings import ERROR, Context, Finding, Row
from entities.intake.rows import AmountField, RowForm
from entities.models import CreditRecord
from entities.services.likely_twins import IN_THE_REGISTRY


@dataclass(frozen=True, slots=True)
class Doubt:
    """A sentence about a field as the API names it: `details.<name>` for an extra one, "" for the record as a whole."""

    field: str
    message: str


def doubts_about(records: Sequence[CreditRecord]) -> list[list[Doubt]]:
    """For each record what is doubted of it, in the reader's language. Asks the registry once for all of them."""
    twins = _twins(records)
    return [[*_doubts(record), *twins.get(record.pk, ())] for record in records]


def _doubts(record: CreditRecord) -> Iterator[Doubt]:
    draft = draft_of(record)
    row, context = _as_row(draft, record.type_version.extra_fields)
    for check in plausibility.OF_RECORDS:
        for finding in check(row, context):
            yield _doubt(finding, draft)
    for finding in type_checks.findings_of(record.record_type.code, draft):
        # What was asked about a record that was taken has been confirmed by somebody, and is told all the same.
        if finding.level != ERROR:
            yield _doubt(finding, draft)


def _doubt(finding: Finding, draft: RecordDraft) -> Doubt:
    return Doubt(type_checks.place_of(finding, draft), finding.text)


def _as_row(draft: RecordDraft, extra_fields: Sequence[dict]) -> tuple[Row, Context]:
    """The draft as a row of a file with a column for each field, its amounts in yuan."""
    read = {
        extra["name"]: _read(draft.details.get(extra["name"], ""), extra["type"]) for extra in extra_fields
    }
    cleaned: dict[str, Any] = {"decided_on": draft.decided_on, "amount": draft.amount, **read}
    form = RowForm()
    form.fields = {name: AmountField() for name, value in cleaned.items() if isinstance(value, Decimal)}
    values = {name: f"{cleaned[name].normalize():f}" for name in form.fields}
    row = Row(number=0, cells=(), values=values, cleaned=cleaned, is_read=True, draft=draft)
    return row, Context(fmt=None, form=form, today=timezone.localdate())


def _read(text: str, kind: str) -> Any:
    """A detail as the day or amount that it is; None where nothing stands, or no such thing."""
    try:
        if text and kind == "date":
            return date.fromisoformat(text)
        if text and kind == "money":
            return Decimal(text)
    except (ValueError, InvalidOperation):
        return None
    return text or None


def _twins(records: Sequence[CreditRecord]) -> dict[int, list[Doubt]]:
    """By key the records of which an earlier one says the same under another number.

    As `likely_twins` has it for files: of one body, type, entity and day, being prepared or in force.
    """
    there = (
        CreditRecord.objects.filter(
            submitted_by__in={one.submitted_by_id for one in records},
            record_type__in={one.record_type_id for one in records},
            entity__in={one.entity_id for one in records},
            decided_on__in={one.decided_on for one in records},
            status__in=(*CreditRecord.UNDER_PREPARATION, CreditRecord.Status.PUBLISHED),
        )
        .only(*SAID, "document_number")
        .order_by("pk")
    )
    alike: dict[tuple, list[CreditRecord]] = defaultdict(list)
    for one in there:
        alike[_said(one)].append(one)
    told: dict[int, list[Doubt]] = {}
    for record in records:
        for other in alike[_said(record)]:
            if other.pk < record.pk and other.document_number != record.document_number:
                sentence = str(IN_THE_REGISTRY) % {"number": other.document_number}
                told[record.pk] = [Doubt("document_number", sentence)]
                break
    return told


SAID = ("submitted_by_id", "record_type_id", "entity_id", "decided_on", "title", "facts", "amount")


def _said(record: CreditRecord) -> tuple:
    return tuple(getattr(record, name) for name in SAID)
