"""Reads of submitted files for their pages and the API: scoped by `user`, with all that is shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _, pgettext

from credit_platform.common.errors import Missing
from credit_platform.ui.formats import listed
from entities import codes, file_rows, naming, policies, two_persons
from entities.differences import Difference, differences_from
from entities.document_numbers import number_key_in_sql
from entities.drafts import version_on
from entities.file_rows import FileRows
from entities.intake import formats
from entities.intake.formats import SubmissionFormat
from entities.intake.matching import Found, Question, found_by_key, head_office_in
from entities.intake.sentences import for_reader
from entities.intake.verdicts import ABOUT_ENTITY, draft_from_json
from entities.models import (
    ColumnMapping,
    CreditRecord,
    Entity,
    RecordType,
    Submission,
    SubmissionRow,
    SubmittingBody,
)
from entities.services.record_batches import standing_for

State, Outcome = Submission.State, SubmissionRow.Outcome
#: The views of a preview: rows that must be put right, that ask something, that are worth a look, that are on file.
FIX, DECIDE, LOOK, ON_FILE, GOOD = "fix", "decide", "look", "on-file", "good"
OUTCOMES = {
    FIX: (Outcome.REFUSED,),
    DECIDE: (Outcome.ASKED,),
    LOOK: SubmissionRow.GOOD,
    ON_FILE: (Outcome.UNCHANGED,),
    GOOD: SubmissionRow.GOOD,
}
VIEWS = {view: Q(outcome__in=outcomes) for view, outcomes in OUTCOMES.items()}
VIEWS[LOOK] &= Q(problems__contains=[{"level": "warning"}])
#: What each view tells of a row: a warning does not matter where there is an error.
MOST_COLUMNS = 12
LEVELS = {FIX: ("error",), DECIDE: ("question", "warning"), LOOK: ("warning",)}


def bodies_that_send(user) -> QuerySet[SubmittingBody]:
    """The bodies on whose behalf the user may upload, of those that have a format."""
    return SubmittingBody.objects.filter(pk__in=policies.bodies_of(user, policies.ENTERING), is_active=True)


def bodies_with_files(user) -> QuerySet[SubmittingBody]:
    """The bodies for which the user acts in any role, and whose files they may therefore open."""
    return SubmittingBody.objects.filter(pk__in=policies.bodies_of(user))


def may_upload(user) -> bool:
    """Whether there is any file that the user could send."""
    return any(formats.formats_for(body) for body in bodies_that_send(user))


def submissions_for_list(*, user) -> QuerySet:
    """The files of the user's bodies, newest first, each with `waits_for_two`."""
    return (
        two_persons.marking_files(Submission.objects.visible_to(user))
        .select_related("body", "document", "uploaded_by")
        .order_by("-uploaded_at", "-pk")
    )


def submission_for_page(*, user, submission_id: int) -> Submission:
    """One file; `Missing` when it is another body's."""
    found = submissions_for_list(user=user).select_related("confirmed_by").filter(pk=submission_id).first()
    if found is None:
        raise Missing
    return found


def may_map_columns(user, submission: Submission) -> bool:
    """Whether the user may say which column of the file is which: it has a header, and nothing of it is saved."""
    return (
        submission.state in (State.READY, State.REFUSED)
        and any(submission.header)
        and bool(policies.may_enter_records(user, submission.body))
        and (submission.state == State.REFUSED or not file_rows.is_partly_saved(submission))
    )


def mappings_of(user) -> QuerySet[ColumnMapping]:
    """What is remembered of the columns of the user's bodies."""
    return (
        ColumnMapping.objects.visible_to(user)
        .select_related("body", "changed_by")
        .order_by("body", "format_code")
    )


def waiting_count(user) -> int:
    """Files that wait for the user's body to confirm them."""
    bodies = policies.bodies_of(user, policies.ENTERING)
    return Submission.objects.filter(body__in=bodies, state=State.READY).count() if bodies else 0


def format_of(submission: Submission) -> SubmissionFormat | None:
    """The file's format; None when the app that read it is no longer here."""
    try:
        return formats.get(submission.format_code)
    except Missing:
        return None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the running step has come."""

    steps: Sequence[Mapping[str, str]]
    done: int
    total: int
    seconds_left: int | None
    running: bool


def progress_of(submission: Submission) -> Progress:
    """Steps, count and estimate, for the panel that draws itself again."""
    order = (State.CHECKING, State.READY, State.SAVING, State.DONE)
    place = order.index(submission.state) if submission.state in order else 0
    confirmed = _("Your confirmation") if submission.state == State.READY else _("Confirmed")
    labels: tuple[str, ...] = (_("Received"), _("Checked"), confirmed, _("Saved"))
    states = (
        ["done"] * 4
        if submission.state == State.DONE
        else (["done"] * (place + 1) + ["current"] + ["todo"] * (2 - place))
    )
    if submission.state in (State.TAKING, State.TAKEN_BACK):
        labels = (*labels, _("Taken back"))
        states = ["done"] * 4 + ["current" if submission.state == State.TAKING else "done"]
    if submission.state in (State.REFUSED, State.CANCELLED):
        states = ["done", "failed", "todo", "todo"]
    return Progress(
        steps=[{"label": label, "state": state} for label, state in zip(labels, states, strict=True)],
        done=submission.rows_worked,
        total=max(submission.rows_total, submission.rows_worked),
        seconds_left=_seconds_left(submission),
        running=submission.state in Submission.IN_WORK,
    )


def _seconds_left(submission: Submission) -> int | None:
    if not submission.rows_worked or submission.step_started_at is None:
        return None
    spent = (timezone.now() - submission.step_started_at).total_seconds()
    left = max(submission.rows_total - submission.rows_worked, 0)
    return round(spent * left / submission.rows_worked)


@dataclass(frozen=True, slots=True)
class Counts:
    """The rows of a checked file by what becomes of them."""

    new: int
    changed: int
    unchanged: int
    asked: int
    refused: int
    warned: int
    registered: int
    saved: int

    @property
    def good(self) -> int:
        return self.new + self.changed

    @property
    def to_save(self) -> int:
        """The good rows that are not saved yet: what confirming saves."""
        return self.good - self.saved


def counts_of(submission: Submission) -> Counts:
    """All counts of the preview in one query."""
    counted = submission.rows.aggregate(
        **{
            name: Count("pk", filter=Q(outcome=name))
            for name in ("new", "changed", "unchanged", "asked", "refused")
        },
        warned=Count("pk", filter=VIEWS[LOOK]),
        registered=Count("pk", filter=Q(register_entity=True)),
        saved=Count("pk", filter=Q(is_saved=True)),
    )
    for name, rows in file_rows.kept_in_blocks(submission).items():
        counted[name] += rows
    return Counts(**counted)


def rows_of_view(submission: Submission, view: str, *, column: str = "", question: str = "") -> FileRows:
    """The rows of a view in the order of the file, those about a column or with a question where one is named."""
    rows, outcomes = submission.rows.filter(VIEWS[view]), OUTCOMES[view]
    if column:
        rows = rows.filter(problems__contains=[{"column": column}])
    if question:
        rows = rows.filter(question=question)
    # Nothing is said or asked about the rows of blocks.
    nothing_said = view in (ON_FILE, GOOD) and not (column or question)
    return FileRows(submission, rows.order_by("number"), outcomes if nothing_said else ())


@dataclass(frozen=True, slots=True)
class Change:
    """What a changed row does: to which record, and what it says otherwise."""

    record: CreditRecord
    differences: Sequence[Difference]

    @property
    def replaces(self) -> bool:
        """Whether the record is in force, so that a correction takes its place; another is only being prepared."""
        return self.record.status == CreditRecord.Status.PUBLISHED


def changes_by(submission: Submission, rows: Sequence[SubmissionRow]) -> dict[int, Change]:
    """By row number what those of the rows that are changed do to what stands here, in a handful of queries."""
    fmt = format_of(submission)
    changed = [row for row in rows if row.outcome == Outcome.CHANGED and not row.is_saved]
    if not changed or fmt is None or not fmt.record_type:
        return {}
    record_type = RecordType.objects.get(code=fmt.record_type)
    versions = list(record_type.versions.all())
    drafts = [
        (row.number, row.entity_id, record_type, draft_from_json(row.draft, fmt))
        for row in changed
        if row.entity_id is not None
    ]
    entities = Entity.objects.in_bulk({entity_id for _number, entity_id, _type, _draft in drafts})
    standing = standing_for(body=submission.body, rows=drafts)
    prefetch_related_objects(list(standing.values()), "entity", "type_version")
    found = {}
    for number, entity_id, _type, draft in drafts:
        if older := standing.get(number):
            newer = CreditRecord(
                entity=entities[entity_id],
                record_type=record_type,
                type_version=version_on(versions, draft.decided_on) or older.type_version,
                **draft.fields(),
            )
            found[number] = Change(older, differences_from(older, newer))
    return found


def count_replacing(submission: Submission) -> int:
    """How many of the changed rows would take the place of a record in force."""
    fmt = format_of(submission)
    if fmt is None or not fmt.record_type:
        return 0
    in_force = CreditRecord.objects.filter(
        submitted_by=submission.body_id,
        record_type__code=fmt.record_type,
        number_key=OuterRef("same"),
        status=CreditRecord.Status.PUBLISHED,
    )
    changed = submission.rows.filter(outcome=Outcome.CHANGED, is_saved=False)
    return changed.annotate(same=number_key_in_sql(F("key"))).filter(Exists(in_force)).count()


def saved_rows(submission: Submission) -> FileRows:
    """The rows of a file that have become records, in its order."""
    rows = submission.rows.filter(is_saved=True).order_by("number")
    return FileRows(submission, rows, (Outcome.NEW,), saved=True)


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that ask the same kind of question: how many, and how many of them can be answered together."""

    question: str
    rows: int
    together: int


def groups_of(submission: Submission) -> list[Group]:
    """The questions of a checked file, the commonest first."""
    asked = submission.rows.filter(outcome=Outcome.ASKED).values("question").order_by()
    counted = asked.annotate(rows=Count("pk"), single=Count("pk", filter=Q(candidates__len=1)))
    return sorted(
        (Group(one["question"], one["rows"], one["single"]) for one in counted), key=lambda group: -group.rows
    )


def columns_with_problems(submission: Submission, view: str) -> list[tuple[str, int]]:
    """The columns that the rows of a view complain about most, as the file names them, with their number of problems."""
    if view not in LEVELS:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT problem ->> 'column', count(*)
            FROM entities_submissionrow, jsonb_array_elements(problems) AS problem
            WHERE submission_id = %s AND outcome = ANY(%s) AND problem ->> 'level' = ANY(%s)
                AND problem ->> 'column' <> ''
            GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %s
            """,
            [submission.pk, list(OUTCOMES[view]), list(LEVELS[view]), MOST_COLUMNS],
        )
        return cursor.fetchall()


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that a row may mean, and why it was proposed."""

    entity: Found
    why: str


def candidates_of(row: SubmissionRow, submission: Submission) -> list[Candidate]:
    """The proposals for a row, in their order."""
    entities = found_by_key(row.candidates)
    code, name = said_of_entity(row, submission)
    return [
        Candidate(entities[pk], _why(entities[pk], code, name)) for pk in row.candidates if pk in entities
    ]


def contradictions_in(row: SubmissionRow, submission: Submission) -> list[str]:
    """What contradicts itself in a row, in the reader's language."""
    # Once somebody has answered they are warnings, and the answer can still be changed.
    level = "warning" if row.is_confirmed else "question"
    entity = {submission.layout["columns"].get(name) for name in ABOUT_ENTITY} - {None}
    return [for_reader(one) for one in row.problems if one["level"] == level and one["at"] not in entity]


def said_of_entity(row: SubmissionRow, submission: Submission) -> tuple[str, str]:
    """The number and the name that stand in the row."""
    places = submission.layout.get("columns", {})
    code, name = (
        row.cells[places[field]] if field in places else "" for field in ("credit_code", "entity_name")
    )
    return codes.normalise(code), name


def _why(entity: Found, code: str, name: str) -> str:
    key = naming.name_key(name)
    inner = codes.organisation_code_of(code)
    reasons = []
    if entity.code == code:
        reasons.append(_("same code"))
    elif inner and entity.code[8:17] == inner:
        reasons.append(_("same organisation code"))
    if key == naming.name_key(entity.name):
        reasons.append(_("same name"))
    elif key in entity.keys:
        reasons.append(_("former name"))
    elif head_office_in(name) and naming.name_key(head_office_in(name)) in entity.keys:
        reasons.append(_("the head office, not the branch"))
    elif reasons:
        reasons.append(_("another name"))
    return listed(reasons) or _("proposed by the file")


def next_open_row(submission: Submission, row: SubmissionRow) -> SubmissionRow | None:
    """The row that is decided on after this one, in the order of the file and from its beginning again.

    Whoever goes from proposal to proposal is not led among the entities to be registered, which are many and
    have one button for all; and the other way round.
    """
    asked = submission.rows.filter(outcome=Outcome.ASKED).order_by("number")
    unregistered = Q(question=Question.UNREGISTERED)
    alike = asked.filter(unregistered if row.question == Question.UNREGISTERED else ~unregistered)
    return alike.filter(number__gt=row.number).first() or alike.first() or asked.first()


def problem_lines(
    rows: Sequence[SubmissionRow], view: str, *, decide_url: Callable[[SubmissionRow], str]
) -> list[dict]:
    """What the table of problems shows, one line a cell: its first problem, and below it what else is said of it."""
    lines = []
    for row in rows:
        levels = LEVELS.get(view, ("error", "question", "warning"))
        cells: dict[tuple, list[dict]] = {}
        for one in row.problems:
            if one["level"] in levels:
                cells.setdefault((one["at"], one["column"]), []).append(one)
        for place, ((at, column), told) in enumerate(cells.items()):
            open_here = place == 0 and row.question
            lines.append(
                {
                    "cell": cell_name(at, row.number),
                    "column": column or _("whole row"),
                    "value": told[0]["value"] if at is not None else "–",
                    "message": for_reader(told[0]),
                    "more": [for_reader(one) for one in told[1:]],
                    "level": "error" if any(one["level"] == "error" for one in told) else "warning",
                    "fix_url": decide_url(row) if open_here else "",
                    "fix_label": _fix_label(row),
                }
            )
    return lines


def _fix_label(row: SubmissionRow) -> str:
    is_asked = row.outcome == Outcome.ASKED
    if row.question == Question.AS_IT_STANDS:
        return pgettext("row of a file", "Answer") if is_asked else _("Change the answer")
    return pgettext("row of a file", "Decide") if is_asked else _("Look it up")


def cell_name(place: int | None, number: int) -> str:
    """A cell as spreadsheets name it: column 17 of row 118 is Q118."""
    if place is None:
        return str(number)
    return f"{column_letters(place)}{number}"


def column_letters(place: int) -> str:
    """A column as spreadsheets name it, counted from 0: 16 is Q, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


def excerpt_of(submission: Submission, row: SubmissionRow) -> dict:
    """The row with its neighbours as the sender's sheet has them, the cells in question marked."""
    wrong = {
        one["at"]: "err" if one["level"] == "error" else "wrn"
        for one in reversed(row.problems)
        if one["at"] is not None
    }
    near = file_rows.rows_between(submission, row.number - 1, row.number + 1)
    return {
        "header": submission.header,
        "rows": [
            {
                "number": one.number,
                "cells": [
                    {"text": cell[:60], "state": wrong.get(place, "") if one.number == row.number else ""}
                    for place, cell in enumerate(one.cells)
                ],
            }
            for one in near
        ],
    }


def records_of(submission: Submission, *, user) -> QuerySet[CreditRecord]:
    """The records that came of a file, in its order."""
    return (
        CreditRecord.objects.visible_to(user)
        .filter(submission=submission)
        .select_related("entity", "record_type")
        .order_by("row_number")
    )
