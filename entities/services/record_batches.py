"""Rows of a confirmed file become records: the rules of single records, kept for many at once.

A row is known by its body, type and document number. Sending a file again therefore changes nothing,
and a row that differs corrects what is there. What a repair, a withdrawal or the end of publicity has
closed is not opened again by resending the row that it came from.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.common.errors import InvalidInput, NotPermitted
from entities import policies
from entities.drafts import RecordDraft, problems_of, says_the_same, version_on
from entities.models import CreditRecord, RecordType, Submission, SubmittingBody
from entities.publicity import RuleBook, rule_book
from entities.services import publishing

Status = CreditRecord.Status
Row = tuple[int, int, RecordType, RecordDraft]


class RowState(StrEnum):
    """What saving a row would do to the registry."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows of a batch became new records, corrected one, or said nothing new."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


def states_of_rows(
    *, body: SubmittingBody, rows: Sequence[Row], status: str = Status.WAITING
) -> list[RowState]:
    """For the preview: what `submit_rows` would do with each row, in one query. The rows must be sound.

    Args:
        status: as for `submit_rows`; violations among rows to be published are taken to wait for review.
    """
    known = _known(body, rows)
    return [
        _state_of(
            known.get(_key(record_type, draft)),
            entity_id,
            draft,
            Status.WAITING if record_type.polarity == RecordType.Polarity.NEGATIVE else status,
        )
        for _n, entity_id, record_type, draft in rows
    ]


@transaction.atomic
def submit_rows(*, by, submission: Submission, rows: Sequence[Row], status: str) -> Counts:
    """Save the rows of one batch of a confirmed file, in one transaction and a fixed number of queries.

    Args:
        rows: (row number, entity id, record type, draft); a document number stands once in a batch.
        status: `WAITING` for a colleague's review, or `PUBLISHED` for official lists that need none.

    Raises:
        InvalidInput: rows that the preview would have refused; keyed by row number. Nothing is saved.
        NotPermitted: the actor does not enter for the body, the body does not submit the type, or
            violations were to be published without review.
    """
    body = submission.body
    policies.may_enter_records(by, body).require()
    for record_type in {record_type.pk: record_type for _n, _e, record_type, _d in rows}.values():
        policies.may_submit_type(body, record_type).require()
        if status == Status.PUBLISHED and record_type.polarity == RecordType.Polarity.NEGATIVE:
            raise NotPermitted(_("Records of violations are published only after a colleague's review."))
    SubmittingBody.objects.select_for_update(no_key=True).get(pk=body.pk)
    batch = _Batch(by=by, submission=submission, status=status, book=rule_book())
    batch.require_sound(rows)
    batch.sort(rows, _known(body, rows, lock=True))
    batch.save()
    return batch.counts


def _key(record_type: RecordType, draft: RecordDraft) -> tuple[int, str]:
    return record_type.pk, draft.document_number.strip()


@dataclass(slots=True)
class _Known:
    """What the registry holds under one document number."""

    preparing: CreditRecord | None = None
    in_force: CreditRecord | None = None
    ended: CreditRecord | None = None

    @property
    def latest(self) -> CreditRecord | None:
        return self.preparing or self.in_force or self.ended


def _known(body: SubmittingBody, rows: Sequence[Row], *, lock: bool = False) -> dict[tuple[int, str], _Known]:
    records = CreditRecord.objects.holding_their_number().filter(
        submitted_by=body,
        record_type__in={record_type.pk for _n, _e, record_type, _d in rows},
        document_number__in={draft.document_number.strip() for _n, _e, _t, draft in rows},
    )
    records = records.select_related("record_type").order_by("pk")
    if lock:
        records = records.select_for_update(of=("self",))
    known: dict[tuple[int, str], _Known] = {}
    for record in records:
        place = known.setdefault((record.record_type_id, record.document_number), _Known())
        if record.status in CreditRecord.UNDER_PREPARATION:
            place.preparing = record
        elif record.status == Status.PUBLISHED:
            place.in_force = record
        elif record.status != Status.REPLACED:
            place.ended = record
    return known


def _state_of(known: _Known | None, entity_id: int, draft: RecordDraft, status: str) -> RowState:
    if known is None or known.latest is None:
        return RowState.NEW
    if known.latest is known.ended:
        return RowState.UNCHANGED if stays_ended(known.ended, entity_id) else RowState.NEW
    # What only waits is published by a list that needs no review, though it says nothing new.
    as_wanted = status != Status.PUBLISHED or known.latest is known.in_force
    if as_wanted and says_the_same(known.latest, entity_id, draft.fields()):
        return RowState.UNCHANGED
    return RowState.CHANGED


def stays_ended(ended: CreditRecord, entity_id: int) -> bool:
    """Whether what has ended is closed to a new record under its number.

    What was repaired, withdrawn or has run out does not come back. Only a record withdrawn from the wrong
    entity makes room: a correction cannot change the entity, and the decision still has its number.
    """
    return ended.status != Status.WITHDRAWN or ended.entity_id == entity_id


class _Batch:
    """The rows of one batch, sorted by what they do, and saved kind by kind."""

    def __init__(self, *, by, submission: Submission, status: str, book: RuleBook) -> None:
        self.by, self.submission, self.status, self.book = by, submission, status, book
        self.today = timezone.localdate()
        self.versions: dict[int, list] = {}
        self.fresh: list[CreditRecord] = []
        self.rewritten: list[CreditRecord] = []
        self.replaced: dict[int, CreditRecord] = {}
        self.counts = Counts()

    def version_for(self, record_type: RecordType, draft: RecordDraft):
        if record_type.pk not in self.versions:
            self.versions[record_type.pk] = list(record_type.versions.all())
        return version_on(self.versions[record_type.pk], draft.decided_on)

    def require_sound(self, rows: Sequence[Row]) -> None:
        needs_class = {
            pk: self.book.needs_class(pk, self.today)
            for pk in {record_type.pk for _n, _e, record_type, _d in rows}
        }
        problems, seen = {}, set()
        for number, _entity_id, record_type, draft in rows:
            found = problems_of(
                draft,
                record_type=record_type,
                version=self.version_for(record_type, draft),
                needs_class=needs_class[record_type.pk],
                today=self.today,
            )
            sentences = [sentence for said in found.values() for sentence in said]
            if _key(record_type, draft) in seen:
                sentences.append(_("This document number stands in the file twice."))
            seen.add(_key(record_type, draft))
            if sentences:
                problems[str(number)] = sentences
        if problems:
            raise InvalidInput(problems)

    def sort(self, rows: Sequence[Row], known: dict[tuple[int, str], _Known]) -> None:
        tally = dict.fromkeys(RowState, 0)
        for number, entity_id, record_type, draft in rows:
            there = known.get(_key(record_type, draft), _Known())
            state = _state_of(there, entity_id, draft, self.status)
            tally[state] += 1
            if state != RowState.UNCHANGED:
                self._write(number, entity_id, record_type, draft, there)
        self.counts = Counts(tally[RowState.NEW], tally[RowState.CHANGED], tally[RowState.UNCHANGED])

    def _write(
        self, number: int, entity_id: int, record_type: RecordType, draft: RecordDraft, there: _Known
    ) -> None:
        record = there.preparing or CreditRecord(submitted_by=self.submission.body)
        record.entity_id, record.record_type = entity_id, record_type
        record.type_version = self.version_for(record_type, draft)
        for name, value in draft.fields().items():
            setattr(record, name, value)
        record.status, record.entered_by = Status.WAITING, self.by
        record.reviewed_by, record.reviewed_at, record.review_note = None, None, ""
        record.submission, record.row_number = self.submission, number
        if there.in_force:
            record.replaces = there.in_force
            record.correction_reason = _("Corrected by the file %(file)s.") % {
                "file": self.submission.document.name
            }
        (self.rewritten if record.pk else self.fresh).append(record)
        if there.in_force and self.status == Status.PUBLISHED:
            self.replaced[id(record)] = there.in_force

    def save(self) -> None:
        records = self.fresh + self.rewritten
        publication = None
        if self.status == Status.PUBLISHED:
            replaced = {
                place: self.replaced[id(record)]
                for place, record in enumerate(records)
                if id(record) in self.replaced
            }
            publication = publishing.prepare_publication(records, replaced, on=self.today, book=self.book)
            publishing.end_replaced(publication)
        CreditRecord.objects.bulk_create(self.fresh, batch_size=publishing.BATCH)
        CreditRecord.objects.bulk_update(self.rewritten, REWRITTEN_FIELDS, batch_size=publishing.BATCH)
        self._write_trail(records, publication)
        if publication and records:
            publishing.announce(publication)

    def _write_trail(
        self, records: Iterable[CreditRecord], publication: publishing.Publication | None
    ) -> None:
        publishing.write_events(
            self.by,
            "entities.record.submitted",
            list(records),
            lambda record: {
                "submission": self.submission.pk,
                "row": record.row_number,
                "status": record.status,
                "replaces": record.replaces_id,
            },
        )
        if publication:
            publishing.write_events(self.by, "entities.record.replaced", list(publication.replaced.values()))


REWRITTEN_FIELDS = (
    "entity",
    "record_type",
    "type_version",
    "document_number",
    "title",
    "facts",
    "legal_basis",
    "authority",
    "severity_class",
    "penalty_kinds",
    "amount",
    "decided_on",
    "details",
    "entered_by",
    "submission",
    "row_number",
    "correction_reason",
    *publishing.PUBLISHED_FIELDS,
)
