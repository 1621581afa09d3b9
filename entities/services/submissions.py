"""The life of a submitted file: uploaded, checked whole, previewed, confirmed, saved.

A file is worked on in batches. Each batch is a transaction that also moves the counter on, so a worker that is
killed loses one batch at most, and whoever comes after it goes on from there. Batches do not wait for the disk, the
last step does. Only one runner works on a file at a time (`entities.intake.running`), with a second hand for the rows
of a long file that are saved together (`entities.intake.second_hand`), and every step may be asked for twice.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

import structlog
from celery import signature
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, F, Max, QuerySet
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.audit import services as audit
from credit_platform.common.errors import DomainError, InvalidInput, Missing, NotPermitted, WrongState
from credit_platform.common.queueing import enqueue_on_commit
from credit_platform.common.transactions import one_of_many
from credit_platform.ui.formats import chinese, listed
from entities import codes, policies, two_persons
from entities.document_numbers import number_key, number_key_in_sql
from entities.file_rows import is_partly_saved, kept_in_blocks
from entities.intake import blocks, formats, mapping
from entities.intake.formats import Column, ReadyRow, SubmissionFormat
from entities.intake.matching import How, Question, found_by_key
from entities.intake.plain import terms_of
from entities.intake.reading import Layout, Unreadable, open_table
from entities.intake.running import is_running, running
from entities.intake.second_hand import SecondHand
from entities.intake.sentences import said
from entities.intake.verdicts import (
    Job,
    Verdict,
    draft_from_json,
    job_for,
    judge,
    problem,
    status_of,
    verdict_on_plain,
)
from entities.models import (
    CreditRecord,
    Document,
    Entity,
    EntityIdentifier,
    RecordType,
    Submission,
    SubmissionBlock,
    SubmissionRow,
    SubmittingBody,
)
from entities.services import documents, feedback
from entities.services.bulk_registration import NewEntity, register_many
from entities.services.check_batches import Batch, batches_of, states_of_plain
from entities.services.grade_outlook import note_grade_outlook
from entities.services.likely_twins import Twins, likely_twins_among, no_likely_twin, point_out
from entities.services.record_batches import RowState, begin, submit_columns, submit_rows
from entities.services.row_store import (
    add_block,
    copy_rows,
    numbers_in_blocks,
    refuse_repeated,
    repeats_in_blocks,
    unfold,
)

log = structlog.get_logger(__name__)
State, Outcome = Submission.State, SubmissionRow.Outcome
ACCEPTED = frozenset({documents.CSV, documents.XLSX, documents.ODS, documents.OLE})
BATCH = 1_000
#: Of a file with more rows than this, plain rows of a batch are kept together where there are enough of them.
SMALL_FILE = 1_000
COMPACT_FROM = 500
SAVE_BATCH = 500
#: A step that was begun so often without a single batch more is given up, for a person to look at.
MOST_ATTEMPTS = 5
#: Without a sign of life for so long, and with nobody holding the file, its worker is lost.
STALE_AFTER = timedelta(seconds=20)
#: Proposals that one click confirms; the page says how many are left.
AT_ONCE = 5_000
#: Proposals that may be confirmed together: each has one candidate, found by more than a likeness.
CONFIRMED_TOGETHER = frozenset({Question.CODE_OTHER_NAME, Question.ORGANISATION_CODE, Question.NAME})


#: The task that works on a file in each state in which somebody works on it.
STEPS = {
    State.CHECKING: "check_submission",
    State.SAVING: "save_submission",
    State.TAKING: "take_submission_back",
}


# Handing in


@transaction.atomic
def upload_submission(*, by, body: SubmittingBody, format_code: str, upload) -> Submission:
    """Take a file in and have it checked. The same file, while it is still in work, is answered with the one there.

    Raises:
        InvalidInput: no such format for this body, or not a table by its content.
    """
    policies.may_enter_records(by, body).require()
    fmt = _format_for(body, format_code)
    _require_may_submit(body, fmt)
    document = documents.store_document(
        by=by, upload=upload, accept=ACCEPTED, max_bytes=settings.SUBMISSION_MAX_BYTES
    )
    # Two uploads of one file at the same moment: the second one waits here and then finds the first.
    SubmittingBody.objects.select_for_update(no_key=True).get(pk=body.pk)
    if there := _unfinished(body, fmt, document):
        documents.discard_document(document)
        return there
    submission = Submission.objects.create(body=body, format_code=fmt.code, document=document, uploaded_by=by)
    audit.record(
        actor=by,
        verb="entities.submission.uploaded",
        target=submission,
        format=fmt.code,
        sha256=document.sha256,
        size=document.size,
    )
    _hurry(submission)
    return submission


def _format_for(body: SubmittingBody, code: str) -> SubmissionFormat:
    try:
        fmt = formats.get(code)
    except Missing:
        fmt = None
    if fmt is None or not fmt.is_open_to(body):
        raise InvalidInput({"format": [_("%(body)s does not send files of this kind.") % {"body": body}]})
    return fmt


def _require_may_submit(body: SubmittingBody, fmt: SubmissionFormat) -> None:
    """Said before anything is sent and checked, which would all be in vain. Saving asks once more."""
    if record_type := RecordType.objects.filter(code=fmt.record_type).first():
        policies.may_submit_type(body, record_type).require()


def _unfinished(body: SubmittingBody, fmt: SubmissionFormat, document: Document) -> Submission | None:
    return Submission.objects.filter(
        body=body,
        format_code=fmt.code,
        document__sha256=document.sha256,
        state__in=(*Submission.IN_WORK, State.READY),
    ).first()


@transaction.atomic
def check_again(*, by, submission_id: int) -> Submission:
    """Check a file that waits for its confirmation anew, against the registry as it is now; choices are lost."""
    submission = _locked(by, submission_id)
    if submission.state not in (State.READY, State.REFUSED):
        raise WrongState(
            _("This file is %(state)s; only one that waits for confirmation is checked again.")
            % _state(submission)
        )
    if is_partly_saved(submission):
        raise WrongState(_("A part of this file is saved already; confirm the rest, or close the file."))
    if not submission.document.file:
        raise WrongState(_("This file is no longer kept; hand it in again."))
    _require_not_asked(submission)
    _require_may_submit(submission.body, formats.get(submission.format_code))
    _forget_rows(submission)
    _enter(submission, State.CHECKING)
    _hurry(submission)
    return submission


@transaction.atomic
def cancel_submission(*, by, submission_id: int) -> Submission:
    """Give a file up before it is saved. Its rows go; the file itself stays, with who sent and who cancelled it.

    A file of which a part was saved before the platform had to stop is done with that part: what was saved
    stays in the registry and in the file's rows, and the rest is not saved.
    """
    submission = _locked(by, submission_id)
    if submission.state == State.CANCELLED:
        return submission
    if submission.state not in (State.CHECKING, State.READY):
        raise WrongState(_("This file is %(state)s; it can no longer be cancelled.") % _state(submission))
    if is_partly_saved(submission):
        _close(submission, State.READY, by=by)
        submission.refresh_from_db()
        return submission
    _forget_rows(submission)
    submission.state, submission.finished_at = State.CANCELLED, timezone.now()
    submission.save(update_fields=("state", "finished_at"))
    audit.record(actor=by, verb="entities.submission.cancelled", target=submission)
    return submission


@transaction.atomic
def confirm_submission(*, by, submission_id: int) -> Submission:
    """Say that the good rows are to be saved. Confirming again changes nothing.

    Where the type takes two persons, the first asks for it so, and a reviewer who is another person agrees so.
    """
    submission = _found(by, submission_id)
    asked = two_persons.asked_of_file(submission)
    if asked is None or asked.person == by.pk:
        policies.may_enter_records(by, submission.body).require()
    if submission.state in (State.SAVING, State.DONE):
        return submission
    if submission.state != State.READY:
        raise WrongState(_("This file is %(state)s; it cannot be confirmed.") % _state(submission))
    good = submission.rows.filter(outcome__in=SubmissionRow.GOOD, is_saved=False).count()
    kept = kept_in_blocks(submission)
    good += kept["new"] - kept["saved"]
    if not good:
        raise WrongState(_("There is nothing new in this file to save."))
    if two_persons.file_needs_two(submission):
        if asked is None:
            _ask_a_reviewer(by, submission, good)
            return submission
        if asked.person == by.pk:
            return submission
        two_persons.agreeing(by, submission, asked).require()
    # Where a second person agreed, the rows are still entered by the first, as whoever wrote a record has entered it.
    submission.confirmed_by_id, submission.confirmed_at = asked.person if asked else by.pk, timezone.now()
    submission.save(update_fields=("confirmed_by", "confirmed_at"))
    _enter(submission, State.SAVING, total=good)
    audit.record(actor=by, verb="entities.submission.confirmed", target=submission, rows=good)
    _hurry(submission)
    return submission


def _ask_a_reviewer(by, submission: Submission, good: int) -> None:
    audit.record(actor=by, verb=two_persons.SAVING_ASKED, target=submission, rows=good)
    feedback.notify(
        kind="entities.file-saving-asked",
        body=submission.body,
        params=two_persons.file_params(submission, by) | {"rows": good},
        url=two_persons.file_url(submission),
    )


@transaction.atomic
def decline(*, by, submission_id: int, because: str) -> Submission:
    """Say no to what is asked of a file, or take back that one asked: it waits as before, or stays saved as it is."""
    submission = _found(by, submission_id)
    policies.may_take_back(by, submission).require()
    if two_persons.asked_of_file(submission) is None:
        raise WrongState(_("Nobody asks anything of this file."))
    because = because.strip()
    if not because:
        raise InvalidInput({"because": [_("Say why not.")]})
    audit.record(actor=by, verb=two_persons.DECLINED, target=submission, because=because)
    feedback.notify(
        kind="entities.file-declined",
        body=submission.body,
        params=two_persons.file_params(submission, by) | {"because": because},
        url=two_persons.file_url(submission),
    )
    return submission


def _forget_rows(submission: Submission) -> None:
    submission.rows.all().delete()
    submission.blocks.all().delete()


# Choosing entities


@transaction.atomic
def choose_entity(*, by, submission_id: int, number: int, entity_id: int) -> SubmissionRow:
    """Say which entity a row means, and with it every other open row that says the very same of its entity.

    The rows are checked again with it and may turn out new, changed or unchanged.
    """
    submission = _locked_ready(by, submission_id)
    row = _open_row(submission, number)
    if not Entity.objects.visible_to(by).filter(pk=entity_id).exists():
        raise InvalidInput({"entity": [_("Choose an entity from the list.")]})
    rows = [row, *_alike(submission, row)[:AT_ONCE]]
    _judge_again(submission, rows, {one.number: entity_id for one in rows})
    row.refresh_from_db(fields=("problems",))
    return row


def _alike(submission: Submission, row: SubmissionRow):
    """The other rows that ask the same question about the same entity."""
    return (
        submission.rows.filter(clue=row.clue, question=row.question, match=How.NONE, is_saved=False)
        .filter(outcome__in=(Outcome.ASKED, Outcome.REFUSED))
        .exclude(pk=row.pk)
        .order_by("number")
    )


@transaction.atomic
def register_entity_of_row(*, by, submission_id: int, number: int) -> SubmissionRow:
    """Have the entity of a row registered when the file is saved, with the code and name that stand in the row."""
    submission = _locked_ready(by, submission_id)
    row = _open_row(submission, number)
    if row.question not in (Question.UNREGISTERED, Question.NAME_OTHER_CODE):
        raise WrongState(
            _("Only an entity with a good code that the registry does not have is registered from a row.")
        )
    alike = [row.pk, *_alike(submission, row).values_list("pk", flat=True)]
    _mark_for_registration(submission.rows.filter(pk__in=alike))
    row.refresh_from_db()
    return row


@transaction.atomic
def register_entities_of_rows(*, by, submission_id: int) -> int:
    """The same for every row whose good code and name the registry does not have; returns how many rows."""
    submission = _locked_ready(by, submission_id)
    return _mark_for_registration(
        submission.rows.filter(outcome=Outcome.ASKED, question=Question.UNREGISTERED, is_saved=False)
    )


def _mark_for_registration(rows) -> int:
    return rows.update(register_entity=True, outcome=Outcome.NEW, match=How.REGISTERED, entity=None)


@transaction.atomic
def leave_row_out(*, by, submission_id: int, number: int) -> SubmissionRow:
    """Leave a row that asks for a decision out of what is saved; it comes back with the rest."""
    submission = _locked_ready(by, submission_id)
    row = _open_row(submission, number)
    questions = [one for one in row.problems if one["level"] == "question"]
    left_out = problem(said=said(gettext_lazy("Left out by %(person)s."), person=by), level="error")
    row.problems = [one for one in row.problems if one not in questions] + [*questions, left_out]
    row.outcome, row.match, row.entity, row.register_entity = Outcome.REFUSED, How.LEFT_OUT, None, False
    row.save(update_fields=("problems", "outcome", "match", "entity", "register_entity"))
    return row


@transaction.atomic
def confirm_row(*, by, submission_id: int, number: int) -> SubmissionRow:
    """Say that a row is right as it stands, though two things in it contradict each other. The log keeps who said so.

    Nobody says so of many at once: where a unit was mistaken, it was mistaken in every row.
    """
    submission = _locked_ready(by, submission_id)
    row = _open_row(submission, number)
    if row.question != Question.AS_IT_STANDS:
        raise WrongState(
            _("Nothing in row %(number)s contradicts itself; say which entity it means.") % {"number": number}
        )
    row.is_confirmed = True
    _judge_again(submission, [row], {number: row.entity_id} if row.match == How.CHOSEN else {})
    audit.record(actor=by, verb="entities.submission.row_confirmed", target=submission, row=number)
    return row


@transaction.atomic
def confirm_proposals(*, by, submission_id: int, question: str) -> int:
    """Take every single proposal of one kind that the page lists; returns how many rows, at most `AT_ONCE`."""
    submission = _locked_ready(by, submission_id)
    if question not in CONFIRMED_TOGETHER:
        raise WrongState(_("Proposals of this kind are confirmed one by one."))
    rows = list(proposals(submission, question)[:AT_ONCE])
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        _judge_again(submission, part, {row.number: row.candidates[0] for row in part})
    return len(rows)


def proposals(submission: Submission, question: str):
    """The rows of a kind that can be confirmed together: those with one candidate, in the order of the file."""
    return submission.rows.filter(outcome=Outcome.ASKED, question=question, candidates__len=1).order_by(
        "number"
    )


def _open_row(submission: Submission, number: int) -> SubmissionRow:
    row = submission.rows.select_for_update().filter(number=number).first()
    if row is None:
        raise Missing
    if not row.question or row.is_saved:
        raise WrongState(_("Nothing is asked about row %(number)s.") % {"number": number})
    return row


def _judge_again(
    submission: Submission, rows: Sequence[SubmissionRow], entity_ids: Mapping[int, int]
) -> None:
    """Check rows with what persons have said of them: the entities chosen for them, and that they are right."""
    entities = found_by_key(entity_ids.values())
    chosen = {number: entities[pk] for number, pk in entity_ids.items()}
    confirmed = {row.number for row in rows if row.is_confirmed}
    verdicts = judge(
        [(row.number, row.cells) for row in rows], _job(submission), chosen=chosen, confirmed=confirmed
    )
    _refuse_taken_keys(submission, verdicts)
    for row, verdict in zip(rows, verdicts, strict=True):
        question, candidates = row.question, row.candidates
        _apply(row, verdict)
        # The question stays, so that the choice can be changed; what is asked now goes before it.
        if verdict.outcome == Outcome.ASKED:
            question, candidates = verdict.question, verdict.candidates
        row.question, row.candidates, row.register_entity = question, candidates, False
    SubmissionRow.objects.bulk_update(rows, JUDGED)
    point_out(submission, likely_twins_among(submission, [row.number for row in rows]))


JUDGED = (
    "draft", "outcome", "problems", "key", "clue", "question", "entity", "candidates", "match", "register_entity",
    "is_confirmed",
)  # fmt: skip


def _apply(row: SubmissionRow, verdict: Verdict) -> None:
    row.draft, row.outcome, row.problems = verdict.draft, verdict.outcome, verdict.problems
    row.key, row.clue, row.match = verdict.key, verdict.clue, verdict.match
    row.entity_id = verdict.entity_id


def _refuse_taken_keys(submission: Submission, verdicts: Sequence[Verdict]) -> None:
    """A choice may make a row speak of what another row already speaks of; the other one keeps it."""
    mine = {verdict.number for verdict in verdicts}
    keys = {number_key(verdict.key) for verdict in verdicts if verdict.key}
    taken = dict(
        submission.rows.exclude(key="")
        .annotate(same=number_key_in_sql(F("key")))
        .filter(same__in=keys, outcome__in=(*SubmissionRow.GOOD, Outcome.UNCHANGED))
        .exclude(number__in=mine)
        .values_list("same", "number")
    ) | numbers_in_blocks(submission, keys)
    for verdict in sorted(verdicts, key=lambda one: one.number):
        if not verdict.key or verdict.outcome == Outcome.REFUSED:
            continue
        first = taken.setdefault(number_key(verdict.key), verdict.number)
        if first != verdict.number:
            verdict.outcome = Outcome.REFUSED
            verdict.problems.append(problem(said=repeated(verdict.key, first)))


def repeated(key: str, first: int) -> dict[str, str]:
    """The sentence about a row that speaks of what another one speaks of."""
    return said(
        gettext_lazy("Row %(row)s of this file holds %(key)s too; only that one is taken."),
        row=first,
        key=key,
    )


# Checking


def check_submission(*, submission_id: int) -> None:
    """Read and check a file from where it was left, until all of it has been seen. For workers."""
    _work(submission_id, State.CHECKING, _check)


def _check(submission: Submission) -> None:
    fmt = formats.get(submission.format_code)
    known = mapping.known_for(submission.body, fmt)
    try:
        with submission.document.file.open("rb") as file, open_table(file.file, known) as table:
            if not submission.layout:
                _note_layout(submission, table, fmt)
            _require_columns(fmt, table.layout)
            job = job_for(body=submission.body, fmt=fmt, layout=table.layout)
            with batches_of(table, job, after=_last_row(submission), size=BATCH) as batches:
                for batch in batches:
                    if not _check_batch(submission, batch, job):
                        return
        if not (submission.rows.exists() or submission.blocks.exists()):
            raise Unreadable(gettext_lazy("The file has column names but no row below them."))
    except Unreadable as error:
        _refuse(submission, said(error.message, **error.params))
        return
    _part_repeats(submission, job)
    if not _refuse_repeated(submission):
        return
    twins = no_likely_twin(submission)
    _part_twins(submission, twins, job)
    _finish_check(submission, twins)


def _last_row(submission: Submission) -> int:
    """Number of the last row that has been checked."""
    rows = submission.rows.aggregate(last=Max("number"))["last"] or 0
    return max(rows, submission.blocks.aggregate(last=Max("last"))["last"] or 0)


def _require_columns(fmt: SubmissionFormat, layout: Layout) -> None:
    missing = [column for column in fmt.columns if column.required and column.field not in layout.columns]
    if missing:
        raise Unreadable(
            gettext_lazy(
                "These columns are missing: %(columns)s. The row of column names must hold them as the template does."
            ),
            columns=_names_lazy(missing),
        )


def _names(columns: Sequence[Column]) -> str:
    """The columns as the reader knows them; in English with the Chinese name, under which files mostly have them."""
    return listed(column.zh if chinese() else f"{column.en} ({column.zh})" for column in columns)


_names_lazy = lazy(_names, str)


def _note_layout(submission: Submission, table, fmt: SubmissionFormat) -> None:
    submission.layout = table.layout.as_json()
    submission.header = table.layout.header
    submission.encoding = table.layout.encoding
    submission.rows_total = table.layout.rows_expected
    submission.notes = [
        said(note.message, **note.params)
        for note in (*table.notes, *mapping.notes_of_mapping(fmt, table.layout))
    ]
    submission.save(update_fields=("layout", "header", "encoding", "rows_total", "notes"))


def _check_batch(submission: Submission, batch: Batch, job: Job) -> bool:
    """Check the rows of one batch and keep them; False when the file has been taken out of this runner's hands."""
    plain, others = batch.sift(job)
    states = states_of_plain(plain, job)
    kept = [row for row in plain if states[row.number] != RowState.CHANGED]
    if len(kept) < COMPACT_FROM or job.layout.rows_expected <= SMALL_FILE:
        kept = []
    alone = plain if not kept else [row for row in plain if states[row.number] == RowState.CHANGED]
    verdicts = [verdict_on_plain(row, states[row.number]) for row in alone]
    for start in range(0, len(others), BATCH):
        verdicts += judge(others[start : start + BATCH], job)
    with one_of_many():
        if not _move_on(submission, State.CHECKING, len(batch)):
            return False
        copy_rows(submission.pk, sorted(verdicts, key=lambda one: one.number))
        if kept:
            add_block(
                submission.pk,
                first=batch.first,
                last=batch.last,
                rows=kept,
                is_new=[states[row.number] == RowState.NEW for row in kept],
                terms=terms_of(job.context),
            )
    return True


def _part_repeats(submission: Submission, job: Job) -> None:
    """Rows of blocks that speak of what another row speaks of become rows of their own, to be told so."""
    for pk, numbers in repeats_in_blocks(submission):
        with transaction.atomic():
            if not _move_on(submission, State.CHECKING, 0):
                return
            unfold(submission.blocks.get(pk=pk), numbers, job)


@transaction.atomic
def _refuse_repeated(submission: Submission) -> bool:
    """Take one of the rows that speak of one thing; False when the file has been taken out of this runner's hands."""
    if not _move_on(submission, State.CHECKING, 0):
        return False
    refuse_repeated(submission, repeated)
    return True


def _part_twins(submission: Submission, twins: Twins, job: Job) -> None:
    """Rows of blocks that are to be pointed out become rows of their own."""
    by_block: dict[int, list[int]] = defaultdict(list)
    for twin in twins.told:
        if twin.block is not None:
            by_block[twin.block].append(twin.number)
    for pk, numbers in by_block.items():
        with transaction.atomic():
            if not _move_on(submission, State.CHECKING, 0):
                return
            unfold(submission.blocks.get(pk=pk), numbers, job)


@transaction.atomic
def _finish_check(submission: Submission, twins: Twins) -> None:
    if not _move_on(submission, State.CHECKING, 0):
        return
    point_out(submission, twins)
    note_grade_outlook(submission)
    Submission.objects.filter(pk=submission.pk, state=State.CHECKING).update(
        state=State.READY, rows_total=F("rows_worked"), heartbeat_at=timezone.now(), attempts=0
    )


@transaction.atomic
def _refuse(submission: Submission, sentences: Mapping[str, str]) -> None:
    Submission.objects.filter(pk=submission.pk, state=State.CHECKING).update(
        state=State.REFUSED, problem=dict(sentences), finished_at=timezone.now()
    )


# Saving


def save_submission(*, submission_id: int) -> None:
    """Save the good rows of a confirmed file from where it was left. For workers."""
    _work(submission_id, State.SAVING, _save)


class _OutOfOurHands(Exception):
    """The file moved on without this runner, which has nothing more to do with it."""


def _save(submission: Submission) -> None:
    fmt = formats.get(submission.format_code)
    try:
        with SecondHand() as second:
            while _save_blocks(submission, fmt, second):
                pass
        while _save_batch(submission, fmt):
            pass
    except _OutOfOurHands:
        return
    except NotPermitted as refusal:
        _give_back(submission, said(str(refusal)))
        return
    _finish(submission)


@one_of_many()
def _save_blocks(submission: Submission, fmt: SubmissionFormat, second: SecondHand) -> bool:
    """Save the new rows of the next block, and at the same time those of the one after it; False when there is none left.

    The second hand works in a transaction of its own, while this one keeps every other writer of the body away. It
    counts its rows before this one counts its own, so that neither waits for what the other holds.
    """
    block = _blocks_to_save(submission).select_for_update().first()
    if block is None:
        return False
    job = _job(submission)
    begin(submission.confirmed_by, submission.body, [job.context.record_type], status_of(fmt))
    helped = None
    # What is published tells others, in rows that both hands would write.
    if status_of(fmt) == CreditRecord.Status.WAITING and _blocks_to_save(submission, after=block).exists():
        helped = second.begin(_save_another_block, submission, fmt, block)
    try:
        saved = _save_block(submission, fmt, job, block)
        # References are looked up by the end of a transaction. This one's end waits for the other's: they need not.
        connection.check_constraints()
    finally:
        if helped:
            SecondHand.finish(helped)
    if not _move_on(submission, State.SAVING, saved):
        raise _OutOfOurHands
    return True


@one_of_many()
def _save_another_block(submission: Submission, fmt: SubmissionFormat, block: SubmissionBlock) -> None:
    """For the second hand: save the block after the one that the first hand is saving."""
    another = _blocks_to_save(submission, after=block).select_for_update().first()
    if another is None:
        return
    saved = _save_block(submission, fmt, _job(submission), another)
    if not _move_on(submission, State.SAVING, saved):
        raise _OutOfOurHands


def _blocks_to_save(
    submission: Submission, *, after: SubmissionBlock | None = None
) -> QuerySet[SubmissionBlock]:
    left = submission.blocks.filter(is_saved=False, new__gt=0).order_by("first")
    return left.filter(first__gt=after.first) if after else left


def _save_block(submission: Submission, fmt: SubmissionFormat, job: Job, block: SubmissionBlock) -> int:
    """Save the new rows of a block; returns how many.

    Rows that are not what they were found to be become rows of their own, and are saved with those.
    """
    table = blocks.new_ones(blocks.unpack(block.content))
    numbers = table[blocks.NUMBER].to_pylist()
    if block.terms == terms_of(job.context):
        left = submit_columns(
            by=submission.confirmed_by,
            submission=submission,
            record_type=job.context.record_type,
            table=table,
            status=status_of(fmt),
        )
    else:
        left = numbers
    if left:
        unfold(block, left, job)
    if len(left) < len(numbers):
        submission.blocks.filter(pk=block.pk).update(is_saved=True)
    return len(numbers) - len(left)


@one_of_many()
def _save_batch(submission: Submission, fmt: SubmissionFormat) -> bool:
    """Save the next rows; False when there are none left."""
    rows = list(
        submission.rows.select_for_update()
        .filter(is_saved=False, outcome__in=SubmissionRow.GOOD)
        .order_by("number")[:SAVE_BATCH]
    )
    if not rows:
        return False
    if not _move_on(submission, State.SAVING, len(rows)):
        raise _OutOfOurHands
    _register_entities(submission, rows, fmt)
    _save_rows(submission, rows, fmt)
    return True


def _register_entities(submission: Submission, rows: Sequence[SubmissionRow], fmt: SubmissionFormat) -> None:
    waiting = [row for row in rows if row.register_entity and row.entity_id is None]
    if not waiting:
        return
    form, columns = fmt.row_form(), submission.layout["columns"]
    new: dict[int, NewEntity] = {}
    for row in waiting:
        form.read({name: row.cells[place] for name, place in columns.items()})
        clues = form.clues()
        new[row.number] = NewEntity(clues.code, clues.name, form.registration_facts())
    keys = register_many(by=submission.confirmed_by, entities=list(new.values()), submission=submission)
    for row in waiting:
        row.entity_id = keys[new[row.number].credit_code]


def _save_rows(submission: Submission, rows: list[SubmissionRow], fmt: SubmissionFormat) -> None:
    """Hand the rows to their format; those that the registry no longer takes are refused, the others saved."""
    refused: Mapping[str, Sequence[str]] = {}
    try:
        with transaction.atomic():
            _hand_over(submission, rows, fmt)
    except InvalidInput as found:
        refused = found.problems
        if not (refused.keys() & {str(row.number) for row in rows}):
            raise
        _hand_over(submission, [row for row in rows if str(row.number) not in refused], fmt)
    for row in rows:
        sentences = refused.get(str(row.number))
        if sentences:
            row.outcome = Outcome.REFUSED
            row.problems = [*row.problems, *(problem(said=said(sentence)) for sentence in sentences)]
        else:
            row.is_saved = True
    SubmissionRow.objects.bulk_update(rows, ("is_saved", "outcome", "problems", "entity"))
    _remember_numbers(submission, [row for row in rows if row.is_saved])


def _remember_numbers(submission: Submission, rows: Sequence[SubmissionRow]) -> None:
    """Keep the older numbers by which rows named their entities, so that the next file is matched by them at once."""
    place = submission.layout["columns"].get("credit_code")
    if place is None:
        return
    found = [
        (row.entity_id, kind, number)
        for row in rows
        if row.match in (How.CHOSEN, How.ORGANISATION_CODE)
        and (kind := _kind_of_number(number := codes.normalise(row.cells[place])))
    ]
    EntityIdentifier.objects.bulk_create(
        (EntityIdentifier(entity_id=pk, kind=kind, value=number) for pk, kind, number in found),
        ignore_conflicts=True,
    )


def _kind_of_number(number: str) -> str:
    """What kind of older number this is; "" for a unified code, right or mistyped, and for what cannot be one."""
    if codes.OLD_TAX_NUMBER.fullmatch(number) and codes.organisation_code_of(number):
        return EntityIdentifier.Kind.TAX
    if codes.is_organisation_code(number):
        return EntityIdentifier.Kind.ORGANISATION
    return EntityIdentifier.Kind.REGISTRATION if codes.OLD_REGISTRATION_NUMBER.fullmatch(number) else ""


def _hand_over(submission: Submission, rows: Sequence[SubmissionRow], fmt: SubmissionFormat) -> None:
    if not rows:
        return
    by = submission.confirmed_by
    drafts = [(row.number, row.entity_id, draft_from_json(row.draft, fmt)) for row in rows]
    if fmt.save:
        fmt.save(by=by, submission=submission, rows=[ReadyRow(*draft) for draft in drafts])
        return
    record_type = RecordType.objects.get(code=fmt.record_type)
    status = CreditRecord.Status.WAITING if fmt.needs_review else CreditRecord.Status.PUBLISHED
    submit_rows(
        by=by,
        submission=submission,
        rows=[(number, entity_id, record_type, draft) for number, entity_id, draft in drafts],
        status=status,
    )


@transaction.atomic
def _finish(submission: Submission) -> None:
    _close(submission, State.SAVING, by=submission.confirmed_by)


def _close(submission: Submission, state: str, *, by) -> None:
    """Done, if it is still in that state; the log says how many rows were saved."""
    kept = kept_in_blocks(submission)
    rows = submission.rows.count() + kept["new"] + kept["unchanged"]
    finished = Submission.objects.filter(pk=submission.pk, state=state).update(
        state=State.DONE,
        finished_at=timezone.now(),
        heartbeat_at=timezone.now(),
        attempts=0,
        rows_total=rows,
        rows_worked=rows,
    )
    if finished:
        counts = dict(
            submission.rows.filter(is_saved=True).values_list("outcome").annotate(rows=Count("pk")).order_by()
        )
        if kept["saved"]:
            counts[Outcome.NEW] = counts.get(Outcome.NEW, 0) + kept["saved"]
        audit.record(actor=by, verb="entities.submission.finished", target=submission, **counts)


@transaction.atomic
def _give_back(submission: Submission, sentences: Mapping[str, str]) -> None:
    """Saving cannot go on; what was saved stays, and whoever may confirms again."""
    Submission.objects.filter(pk=submission.pk, state=State.SAVING).update(
        state=State.READY, problem=dict(sentences), attempts=0
    )


# Going on where a worker was lost


def resume_submissions() -> list[int]:
    """Queue what is in work and in nobody's hands; returns those files. Safe to run at any time, and often."""
    since = timezone.now() - STALE_AFTER
    lost = [
        submission
        for submission in Submission.objects.filter(state__in=Submission.IN_WORK).order_by("pk")
        if (submission.heartbeat_at or submission.step_started_at or submission.uploaded_at) < since
        and not is_running(submission.pk)
    ]
    for submission in lost:
        _hurry(submission)
    return [submission.pk for submission in lost]


def _work(submission_id: int, state: str, step: Callable[[Submission], None]) -> None:
    """Run a step if the file is in its state and no other runner has it."""
    with running(submission_id) as mine:
        if not mine:
            return
        submission = _begin(submission_id, state)
        if submission is None:
            return
        try:
            step(submission)
        except DomainError as refusal:
            log.warning("submission.refused", submission=submission_id, state=state, reason=str(refusal))
            raise


@transaction.atomic
def _begin(submission_id: int, state: str) -> Submission | None:
    submission = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("body", "document", "confirmed_by", "uploaded_by")
        .filter(pk=submission_id, state=state)
        .first()
    )
    if submission is None:
        return None
    if submission.attempts >= MOST_ATTEMPTS:
        _give_up(submission)
        return None
    submission.attempts += 1
    submission.heartbeat_at = timezone.now()
    submission.step_started_at = submission.step_started_at or submission.heartbeat_at
    submission.save(update_fields=("attempts", "heartbeat_at", "step_started_at"))
    return submission


def _give_up(submission: Submission) -> None:
    """A step that fails again and again needs a person: of the file, or of the platform."""
    log.error("submission.given_up", submission=submission.pk, state=submission.state)
    submission.problem = said(
        gettext_lazy(
            "The platform failed at row %(row)s and the next ones, %(times)s times. This is not your mistake; "
            "tell whoever runs the platform, with the number %(number)s."
        ),
        row=submission.rows_worked + 1,
        times=MOST_ATTEMPTS,
        number=submission.pk,
    )
    submission.attempts = 0
    submission.state = State.REFUSED if submission.state == State.CHECKING else State.READY
    submission.save(update_fields=("problem", "attempts", "state"))


def _move_on(submission: Submission, state: str, rows: int) -> bool:
    """Count a batch and give a sign of life, in the batch's transaction; False when the file was cancelled meanwhile."""
    moved = Submission.objects.filter(
        pk=submission.pk, state=state, rows_worked=submission.rows_worked
    ).update(rows_worked=F("rows_worked") + rows, heartbeat_at=timezone.now(), attempts=0)
    submission.rows_worked += rows * moved
    return bool(moved)


# What the services share


def _locked(by, submission_id: int) -> Submission:
    """The file, locked, for somebody who enters for its body; to others it is not there."""
    submission = _found(by, submission_id)
    policies.may_enter_records(by, submission.body).require()
    return submission


def _found(by, submission_id: int) -> Submission:
    """The file, locked, for somebody of its body."""
    submission = (
        Submission.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("body", "document")
        .filter(pk=submission_id)
        .first()
    )
    if submission is None:
        raise Missing
    return submission


def _require_not_asked(submission: Submission) -> None:
    """What lies before a reviewer stays as it is until it is answered."""
    if two_persons.asked_of_file(submission):
        raise WrongState(
            _("This file lies before a reviewer. Take it back from there before you change anything in it.")
        )


def _locked_ready(by, submission_id: int) -> Submission:
    submission = _locked(by, submission_id)
    if submission.state != State.READY:
        raise WrongState(
            _("This file is %(state)s; entities are chosen before it is confirmed.") % _state(submission)
        )
    _require_not_asked(submission)
    return submission


def _job(submission: Submission) -> Job:
    return job_for(
        body=submission.body, fmt=formats.get(submission.format_code), layout=Layout(**submission.layout)
    )


def _enter(submission: Submission, state: str, *, total: int | None = None) -> None:
    """Begin a step from its first row."""
    submission.state, submission.problem = state, {}
    submission.rows_worked, submission.attempts = 0, 0
    submission.rows_total = submission.rows_total if total is None else total
    submission.step_started_at, submission.heartbeat_at = timezone.now(), None
    submission.finished_at = None
    if state == State.CHECKING:
        submission.layout, submission.notes, submission.grade_outlook = {}, [], {}
    submission.save()


def _hurry(submission: Submission) -> None:
    """Queue the step that the file is in; the row itself is the need, so a lost message is only a delay."""
    step = STEPS[State(submission.state)]
    # By name: the tasks stand above the services.
    enqueue_on_commit(signature(f"entities.tasks.{step}"), submission.pk)


def _state(submission: Submission) -> dict[str, str]:
    return {"state": submission.get_state_display().lower()}
