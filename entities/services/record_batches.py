"""Rows of a confirmed file become records: the rules of single records, kept for many at once.

A row is known by its body, type and document number. Sending a file again therefore changes nothing,
and a row that differs corrects what is there. What a repair, a withdrawal or the end of publicity has
closed is not opened again by resending the row that it came from.
"""

import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common.arrays import array_of
from credit_platform.common.errors import InvalidInput, NotPermitted
from entities import policies
from entities.document_numbers import number_key
from entities.drafts import RecordDraft, problems_of, says_the_same, version_on
from entities.intake import blocks
from entities.models import CreditRecord, Entity, RecordType, RecordTypeVersion, Submission, SubmittingBody
from entities.publicity import RuleBook, rule_book
from entities.services import feedback, publishing
from entities.signals import records_changed

Status = CreditRecord.Status
#: Two threads that number their records at the same time would take every other key each, and the trail tells of runs.
NUMBERING = threading.Lock()
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


def standing_for(*, body: SubmittingBody, rows: Sequence[Row]) -> dict[int, CreditRecord]:
    """By row number the record that saving the row would correct or replace; rows that nothing stands for are left out."""
    known = _known(body, rows)
    found = {
        number: there.latest
        for number, _entity_id, record_type, draft in rows
        if (there := known.get(_key(record_type, draft))) and there.latest is not there.ended
    }
    return {number: record for number, record in found.items() if record}


def numbers_known(body: SubmittingBody, record_type: RecordType, numbers: Sequence[str]) -> set[str]:
    """Those of the document numbers under which the registry has anything of the body and type, in one query."""
    keys = {number: number_key(number) for number in numbers}
    # One array, because a statement with a place for each of thousands takes longer to read than to answer; and each
    # number looked up by itself, because a planner that knows little of the numbers would rather read all records.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT asked.key FROM unnest(%s::text[]) AS asked (key) CROSS JOIN LATERAL"
            f" (SELECT 1 FROM {CreditRecord._meta.db_table} WHERE submitted_by_id = %s AND record_type_id = %s"
            " AND number_key = asked.key LIMIT 1) AS there",
            [array_of(sorted(set(keys.values()))), body.pk, record_type.pk],
        )
        known = {key for (key,) in cursor.fetchall()}
    return {number for number, key in keys.items() if key in known} if known else set()


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
    types = {record_type.pk: record_type for _n, _e, record_type, _d in rows}
    begin(by, body, types.values(), status)
    batch = _Batch(by=by, submission=submission, status=status, book=rule_book())
    batch.require_sound(rows)
    batch.sort(rows, _known(body, rows, lock=True))
    batch.save()
    return batch.counts


def begin(by, body: SubmittingBody, types: Iterable[RecordType], status: str) -> None:
    """Policies, then the lock: until the transaction ends nobody else writes new records of the body.

    Raises:
        NotPermitted: the actor does not enter for the body, the body does not submit a type, or violations were to be
            published without review.
    """
    policies.may_enter_records(by, body).require()
    for record_type in types:
        policies.may_submit_type(body, record_type).require()
        if status == Status.PUBLISHED and record_type.polarity == RecordType.Polarity.NEGATIVE:
            raise NotPermitted(_("Records of violations are published only after a colleague's review."))
    SubmittingBody.objects.select_for_update(no_key=True).get(pk=body.pk)


@transaction.atomic
def submit_columns(
    *, by, submission: Submission, record_type: RecordType, table: pa.Table, status: str
) -> list[int]:
    """Save plain rows as `submit_rows` saves those that are new, by one COPY; returns the numbers of those not saved.

    Whoever calls it has begun (`begin`), in this transaction or in one that outlives it.
    Not saved is a row whose number the registry has had meanwhile, or whose entity is no longer there or was
    merged into another: such a row is no longer plain, and `submit_rows` says what it is. The rows must be sound by the catalogue as it is.

    Args:
        table: as `entities.intake.blocks` unpacks it.
    """
    body = submission.body
    document_numbers = blocks.column_of(table, "document_number").to_pylist()
    entity_ids = table[blocks.ENTITY].to_pylist()
    known = numbers_known(body, record_type, document_numbers)
    there = _entities_there(entity_ids)
    left = [
        number
        for number, document_number, entity_id in zip(
            table[blocks.NUMBER].to_pylist(), document_numbers, entity_ids, strict=True
        )
        if document_number in known or entity_id not in there
    ]
    if left:
        table = table.filter(pc.invert(pc.is_in(table[blocks.NUMBER], pa.array(left, pa.int32()))))
    if len(table):
        _copy_new(by, submission, record_type, table, status)
    return left


def _entities_there(keys: Iterable[int]) -> set[int]:
    """Those that stand for themselves; until the transaction ends none of them is merged into another."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {Entity._meta.db_table} WHERE id = ANY(%s::bigint[]) AND merged_into_id IS NULL"
            " ORDER BY id FOR KEY SHARE",
            [array_of(sorted(set(keys)))],
        )
        return {key for (key,) in cursor.fetchall()}


def _copy_new(by, submission: Submission, record_type: RecordType, table: pa.Table, status: str) -> None:
    pattern = CreditRecord(
        submitted_by=submission.body,
        record_type=record_type,
        submission=submission,
        entered_by=by,
        entered_at=timezone.now(),
        status=Status.WAITING,
    )
    keys = _next_keys(len(table))
    columns: dict[str, Any] = {
        "id": pa.array(keys, pa.int64()),
        "entity_id": table[blocks.ENTITY],
        "type_version_id": table[blocks.VERSION],
        "row_number": table[blocks.NUMBER],
        **{name: blocks.column_of(table, name) for name in blocks.DRAFTED},
    }
    if status == Status.PUBLISHED:
        columns |= _published(pattern, table)
    for model_field in CreditRecord._meta.concrete_fields:
        if model_field.column in columns or model_field.generated:
            continue
        value = getattr(pattern, model_field.attname)
        # What is not known of any row is left to be NULL.
        if value is not None:
            columns[model_field.column] = _always(value, len(table))
    _copy(columns)
    audit.record_spans(
        actor=by,
        verb="entities.record.submitted",
        model=CreditRecord,
        keys=keys,
        label=f"{record_type} × {len(keys)}",
        submission=submission.pk,
        first_row=table[blocks.NUMBER][0].as_py(),
        last_row=table[blocks.NUMBER][-1].as_py(),
        status=status,
    )
    if status == Status.PUBLISHED:
        _announce(keys, set(table[blocks.ENTITY].to_pylist()))


def _next_keys(count: int) -> list[int]:
    with NUMBERING, connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [CreditRecord._meta.db_table, count],
        )
        return [key for (key,) in cursor.fetchall()]


def _always(value: Any, rows: int) -> pa.Array:
    if isinstance(value, datetime):
        value = value.isoformat()
    elif isinstance(value, dict | list):
        value = json.dumps(value) if isinstance(value, dict) else "{" + ",".join(map(str, value)) + "}"
    return pa.repeat(pa.scalar(value), rows)


def _published(pattern: CreditRecord, table: pa.Table) -> dict[str, pa.Array]:
    """What publication sets, as columns.

    It follows from few things that a record says, so each combination of them is published once, by the one function
    that does so, and the rows take over what it says.
    """
    said = [
        blocks.column_of(table, name).to_pylist()
        for name in ("severity_class", "penalty_kinds", "decided_on")
    ]
    versions = {
        version.pk: version
        for version in RecordTypeVersion.objects.filter(pk__in=set(table[blocks.VERSION].to_pylist()))
    }
    deciding = {
        pk: [extra["name"] for extra in version.extra_fields if "public_values" in extra]
        for pk, version in versions.items()
    }
    details: list[dict] = [{}] * len(table)
    if any(deciding.values()):
        details = [json.loads(one) for one in blocks.column_of(table, "details").to_pylist()]
    places: dict[tuple, int] = {}
    which = []
    for severity, kinds, day, version, extra in zip(
        *said, table[blocks.VERSION].to_pylist(), details, strict=True
    ):
        told = tuple((name, extra.get(name)) for name in deciding[version])
        which.append(places.setdefault((severity, kinds, day, version, told), len(places)))
    records = []
    for severity, kinds, day, version, told in places:
        one = copy(pattern)
        one.severity_class, one.decided_on, one.type_version = severity, day, versions[version]
        one.penalty_kinds = [kind for kind in kinds.strip("{}").split(",") if kind]
        one.details = {name: value for name, value in told if value is not None}
        records.append(one)
    publishing.prepare_publication(records, {}, on=timezone.localdate(), book=rule_book())
    index = pa.array(which, pa.int32())
    return {
        column: pa.array([getattr(one, attribute) for one in records], kind).take(index)
        for column, attribute, kind in SET_BY_PUBLICATION
    }


SET_BY_PUBLICATION = (
    ("status", "status", pa.string()),
    ("published_on", "published_on", pa.date32()),
    ("publish_until", "publish_until", pa.date32()),
    ("publicity_rule_id", "publicity_rule_id", pa.int64()),
    ("withheld", "withheld", pa.bool_()),
    ("ended_on", "ended_on", pa.date32()),
)


def _copy(columns: Mapping[str, Any]) -> None:
    lines = pa.BufferOutputStream()
    pa.csv.write_csv(pa.table(dict(columns)), lines, pa.csv.WriteOptions(include_header=False))
    names = ", ".join(columns)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {CreditRecord._meta.db_table} ({names}) FROM STDIN (FORMAT csv)") as copying,
    ):
        copying.write(memoryview(lines.getvalue()))


def _announce(keys: Sequence[int], entity_ids: set[int]) -> None:
    """As `publishing.announce`, reading only the records that somebody has to hear of."""
    records_changed.send(sender=CreditRecord, entity_ids=entity_ids)
    heard = feedback.entities_with_agents(entity_ids)
    if heard:
        records = CreditRecord.objects.filter(
            pk__range=(keys[0], keys[-1]), pk__in=keys, entity__in=heard, status=Status.PUBLISHED
        )
        publishing.tell_agents(
            "entities.record-published",
            records.select_related("entity", "type_version", "record_type", "submitted_by"),
        )


def _key(record_type: RecordType, draft: RecordDraft) -> tuple[int, str]:
    return record_type.pk, number_key(draft.document_number)


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
        number_key__in={number_key(draft.document_number) for _n, _e, _t, draft in rows},
    )
    records = records.select_related("record_type").order_by("pk")
    if lock:
        records = records.select_for_update(of=("self",))
    known: dict[tuple[int, str], _Known] = {}
    for record in records:
        place = known.setdefault((record.record_type_id, record.number_key), _Known())
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
    if known.latest.status == Status.ANNOUNCED:
        # Its entity has been told what it says; a file does not put other words in its place.
        return RowState.UNCHANGED
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
        if there.in_force:
            # However it was written this time, one decision keeps one number.
            record.document_number = there.in_force.document_number
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
