"""What a file would do to grades: its first rows are put into the registry, grades are read, and all of it is undone."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import structlog
from django.db import transaction
from django.utils import timezone

from credit_platform.common.errors import DomainError
from entities.drafts import RecordDraft
from entities.file_rows import FileRows
from entities.intake import formats, grades
from entities.intake.formats import SubmissionFormat
from entities.intake.layout import Layout
from entities.intake.verdicts import draft_from_json, job_for, judge
from entities.models import CreditRecord, RecordType, Submission, SubmissionRow
from entities.publicity import rule_book
from entities.services import publishing
from entities.services.record_batches import submit_rows

log = structlog.get_logger(__name__)
Status = CreditRecord.Status
#: So many rows are looked at; of a larger file the first ones, and the page says so.
MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class GradeOutlook:
    """How many grades would change.

    Args:
        rows: ready rows that were looked at, of `of` that there are.
        entities: entities that these rows are about.
        changed: of them, those whose grade under any scheme would be another.
    """

    rows: int
    of: int
    entities: int
    changed: int


def note_grade_outlook(submission: Submission) -> None:
    """Keep with a checked file what saving it would do to grades; nothing where no app rates, or nothing is ready."""
    found = _outlook(submission)
    Submission.objects.filter(pk=submission.pk).update(grade_outlook=asdict(found) if found else {})


def _outlook(submission: Submission) -> GradeOutlook | None:
    fmt = formats.get(submission.format_code)
    ready = submission.rows.filter(outcome__in=SubmissionRow.GOOD, is_saved=False, entity__isnull=False)
    if not fmt.record_type or not grades.anybody_rates():
        return None
    every = FileRows(submission, ready.order_by("number"), SubmissionRow.GOOD)
    rows = _drafted(submission, fmt, every[:MOST_ROWS])
    if not rows:
        return None
    entities = {entity_id for _number, entity_id, _draft in rows}
    before = grades.standings_of(entities)
    if not any(any(said) for said in before.values()):
        return None
    try:
        with transaction.atomic():
            _pretend(submission, rows, fmt)
            after = grades.standings_of(entities)
            transaction.set_rollback(True)
    except DomainError as refusal:
        # Whoever sent it may no longer send, say; the preview is shown without, and saving says why.
        log.info("submission.no_grade_outlook", submission=submission.pk, reason=str(refusal))
        return None
    return GradeOutlook(len(rows), len(every), len(entities), sum(before[pk] != after[pk] for pk in entities))


def _drafted(
    submission: Submission, fmt: SubmissionFormat, rows: Sequence[SubmissionRow]
) -> list[tuple[int, int, RecordDraft]]:
    """Number, entity and draft of each row; rows that lie in blocks are read again for theirs."""
    folded = [(row.number, row.cells) for row in rows if row.pk is None]
    drafts = {row.number: row.draft for row in rows}
    if folded:
        job = job_for(body=submission.body, fmt=fmt, layout=Layout(**submission.layout))
        drafts |= {verdict.number: verdict.draft for verdict in judge(folded, job)}
    return [(row.number, row.entity_id, draft_from_json(drafts[row.number], fmt)) for row in rows]


def _pretend(
    submission: Submission, rows: Sequence[tuple[int, int, RecordDraft]], fmt: SubmissionFormat
) -> None:
    """Put the rows in force, those of violations too, as if a reviewer had approved them. The caller undoes it."""
    record_type = RecordType.objects.get(code=fmt.record_type)
    drafts = [(number, entity_id, record_type, draft) for number, entity_id, draft in rows]
    submit_rows(by=submission.uploaded_by, submission=submission, rows=drafts, status=Status.WAITING)
    records = list(
        CreditRecord.objects.filter(submission=submission, status=Status.WAITING).select_related(
            "type_version", "record_type", "replaces"
        )
    )
    replaced = {place: record.replaces for place, record in enumerate(records) if record.replaces}
    publication = publishing.prepare_publication(records, replaced, on=timezone.localdate(), book=rule_book())
    publishing.end_replaced(publication)
    CreditRecord.objects.bulk_update(records, publishing.PUBLISHED_FIELDS, batch_size=publishing.BATCH)
