"""From rows of cells to what becomes of each: new, changed, unchanged, asked or refused, with all that is wrong."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone, translation

from entities import type_checks
from entities.document_numbers import number_key
from entities.drafts import RecordDraft
from entities.intake import checks
from entities.intake.checks import ERROR, QUESTION, WARNING, Context, Finding, Row
from entities.intake.formats import ReadyRow, SubmissionFormat
from entities.intake.matching import Found, How, Match, Question, clue_digest, match_rows
from entities.intake.plain import PlainRow
from entities.intake.reading import Layout
from entities.intake.sentences import LANGUAGES
from entities.models import CreditRecord, RecordType, SubmissionRow, SubmittingBody
from entities.publicity import rule_book
from entities.services.record_batches import states_of_rows
from entities.words import MANY_DIGITS, cells_with_numbers_masked, with_numbers_masked

Outcome = SubmissionRow.Outcome
LONGEST_VALUE = 200
#: The fields of a row at which it is asked which entity it means.
ABOUT_ENTITY = frozenset({"credit_code", "entity_name"})
DRAFT_FIELDS = tuple(one.name for one in fields(RecordDraft))


@dataclass(frozen=True, slots=True)
class Job:
    """What is the same for all rows of one file."""

    body: SubmittingBody
    fmt: SubmissionFormat
    layout: Layout
    context: Context


@dataclass(slots=True)
class Verdict:
    """What becomes of a row; its names are those of `SubmissionRow`."""

    number: int
    cells: list[str]
    draft: dict[str, Any] = field(default_factory=dict)
    outcome: str = Outcome.REFUSED
    problems: list[dict] = field(default_factory=list)
    key: str = ""
    clue: str = ""
    question: str = ""
    entity_id: int | None = None
    candidates: list[int] = field(default_factory=list)
    match: str = ""


def job_for(*, body: SubmittingBody, fmt: SubmissionFormat, layout: Layout) -> Job:
    """Read from the catalogue what the checks of this file need, once."""
    context = Context(fmt=fmt, form=fmt.row_form(), today=timezone.localdate(), body=body)
    if fmt.record_type:
        context.record_type = RecordType.objects.get(code=fmt.record_type)
        context.versions = list(context.record_type.versions.all())
        context.needs_class = rule_book().needs_class(context.record_type.pk, context.today)
    return Job(body, fmt, layout, context)


def judge(
    rows: Iterable[tuple[int, Sequence[str]]],
    job: Job,
    *,
    chosen: Mapping[int, Found] | None = None,
    confirmed: Collection[int] = (),
) -> list[Verdict]:
    """Check a batch of rows against each other's registry in a fixed number of queries.

    Args:
        rows: number and cells of each row.
        chosen: the entities that a person has chosen, by row number.
        confirmed: the rows of which a person has said that they are right as they stand.
    """
    batch = [_row(number, cells, job.layout) for number, cells in rows]
    with translation.override(LANGUAGES["en"]):
        findings = [list(_findings(row, job.context, checks.CELL_CHECKS)) for row in batch]
        _match(batch, job, chosen or {})
        for row, found in zip(batch, findings, strict=True):
            found.extend(_later_findings(row, job.context))
        findings = _answered(batch, findings, job, confirmed)
    with translation.override(LANGUAGES["zh"]):
        in_chinese = [
            _in_chinese(row, job.context) if found else [] for row, found in zip(batch, findings, strict=True)
        ]
    verdicts = [_verdict(row, found, job) for row, found in zip(batch, findings, strict=True)]
    for verdict, row, found, texts in zip(verdicts, batch, findings, in_chinese, strict=True):
        verdict.problems = [
            _problem(finding, english, chinese, row, job)
            for (finding, english), chinese in zip(found, texts, strict=True)
        ]
    _compare(verdicts, batch, job)
    for verdict in verdicts:
        _without_persons(verdict)
    return verdicts


def verdict_on_plain(row: PlainRow, outcome: str) -> Verdict:
    """What `judge` says of a plain row, given what saving it would do."""
    return Verdict(
        row.number,
        cells_with_numbers_masked(row.cells),
        draft=draft_to_json(row.draft),
        outcome=Outcome(outcome),
        key=row.key[:200],
        clue=clue_digest(row.clues),
        entity_id=row.entity_id,
        match=How.CODE,
    )


def _row(number: int, cells: Sequence[str], layout: Layout) -> Row:
    width = len(layout.header)
    beyond = sum(map(bool, cells[width:]))
    cells = [*(cells if beyond else cells[:width]), *[""] * (width - len(cells))]
    return Row(number, cells, {name: cells[place] for name, place in layout.columns.items()}, beyond)


def _findings(row: Row, context: Context, functions) -> Iterable[tuple[Finding, str]]:
    for check in functions:
        for finding in check(row, context):
            yield finding, finding.text


def _later_findings(row: Row, context: Context) -> Iterable[tuple[Finding, str]]:
    """Write the draft, now that the entity is known as far as it can be, and check it."""
    if row.is_read:
        form = context.form
        form.cleaned_data, form.data, form.problems = row.cleaned, row.values, []
        form.entity_code = row.match.entity.code if row.match.entity else ""
        row.key, row.draft = form.key(), form.to_draft()
    return _findings(row, context, (*checks.RECORD_CHECKS, *(context.fmt.checks if row.is_read else ())))


def _contradicts_itself(found: Iterable[tuple[Finding, str]]) -> bool:
    return any(one.level == QUESTION and one.field not in ABOUT_ENTITY for one, _text in found)


def _answered(
    batch: Sequence[Row], findings: list[list[tuple[Finding, str]]], job: Job, confirmed: Collection[int]
) -> list[list[tuple[Finding, str]]]:
    """The findings, of which those that somebody has confirmed are no more than warnings, now or in what stands here."""
    open_rows = [
        row
        for row, found in zip(batch, findings, strict=True)
        if row.number not in confirmed and _contradicts_itself(found)
    ]
    right = {*confirmed, *_confirmed_before(open_rows, job)}
    return [
        [(_no_more_asked(one), text) for one, text in found] if row.number in right else found
        for row, found in zip(batch, findings, strict=True)
    ]


def _no_more_asked(finding: Finding) -> Finding:
    asks = finding.level == QUESTION and finding.field not in ABOUT_ENTITY
    return replace(finding, level=WARNING) if asks else finding


def _confirmed_before(rows: Sequence[Row], job: Job) -> set[int]:
    """The numbers of the rows whose contradictions stand in the registry under the same number, with the same values."""
    record_type = job.context.record_type
    drafts = {row.number: row.draft for row in rows if isinstance(row.draft, RecordDraft)}
    if record_type is None or not drafts:
        return set()
    keys = {number: number_key(draft.document_number) for number, draft in drafts.items()}
    standing: dict[str, list[CreditRecord]] = {}
    there = CreditRecord.objects.filter(submitted_by=job.body, record_type=record_type)
    for record in there.filter(number_key__in=set(keys.values())):
        standing.setdefault(record.number_key, []).append(record)
    return {
        number
        for number, draft in drafts.items()
        if type_checks.was_confirmed(record_type.code, draft, standing.get(keys[number], ()))
    }


def _in_chinese(row: Row, context: Context) -> list[str]:
    key, draft = row.key, row.draft
    texts = [text for _finding, text in _findings(row, context, checks.CELL_CHECKS)]
    texts += [text for _finding, text in _later_findings(row, context)]
    row.key, row.draft = key, draft
    return texts


def _match(batch: list[Row], job: Job, chosen: Mapping[int, Found]) -> None:
    open_rows = []
    for row in batch:
        if entity := chosen.get(row.number):
            row.match = Match(entity, How.CHOSEN)
        elif row.clues.code or row.clues.name or row.clues.numbers:
            open_rows.append(row)
    matches = match_rows([(row.clues, row.key) for row in open_rows], body=job.body, format_code=job.fmt.code)
    for row, match in zip(open_rows, matches, strict=True):
        row.match = match


def _verdict(row: Row, found: list[tuple[Finding, str]], job: Job) -> Verdict:
    verdict = Verdict(row.number, list(row.cells), key=row.key[:200], match=row.match.how)
    verdict.clue = clue_digest(row.clues)
    if row.match.entity:
        verdict.entity_id = row.match.entity.pk
    errors = [finding for finding, _text in found if finding.level == ERROR]
    about_entity = {finding.field for finding in errors} <= ABOUT_ENTITY
    if row.is_read:
        verdict.draft = draft_to_json(row.draft)
    if (
        row.is_read
        and row.match.question
        and (not errors or (about_entity and row.match.question == Question.UNKNOWN))
    ):
        verdict.question = row.match.question
        verdict.candidates = [candidate.pk for candidate in row.match.candidates]
    if errors:
        verdict.outcome = Outcome.REFUSED
    elif _contradicts_itself(found):
        verdict.outcome, verdict.question, verdict.candidates = Outcome.ASKED, Question.AS_IT_STANDS, []
    elif row.match.question:
        verdict.outcome = Outcome.ASKED
    else:
        verdict.outcome = Outcome.NEW
    return verdict


def _problem(finding: Finding, english: str, chinese: str, row: Row, job: Job) -> dict:
    place = job.layout.columns.get(finding.field)
    # Of a column that the file does not have, its name in the template says which it would be.
    missing = next((one.zh for one in job.fmt.columns if one.field == finding.field), "")
    value = row.values.get(finding.field, "")[:LONGEST_VALUE]
    return {
        "at": None if place is None else place,
        "column": missing if place is None else job.layout.header[place],
        "value": value,
        "en": english,
        "zh": chinese,
        "level": finding.level,
    }


def _without_persons(verdict: Verdict) -> None:
    """Mask the numbers of identity cards in all that is kept of a row, now that nothing more is asked of it.

    They may stand in any cell, also in one of a column that nobody reads.
    """
    if not MANY_DIGITS.search("\n".join(verdict.cells)):
        return
    verdict.cells = cells_with_numbers_masked(verdict.cells)
    verdict.key = with_numbers_masked(verdict.key)
    verdict.draft = _masked(verdict.draft)
    verdict.problems = _masked(verdict.problems)


def _masked(said: Any) -> Any:
    """The same, with every text in it masked."""
    match said:
        case str():
            return with_numbers_masked(said)
        case dict():
            return {name: _masked(value) for name, value in said.items()}
        case list() | tuple():
            return [_masked(value) for value in said]
    return said


def _compare(verdicts: list[Verdict], batch: list[Row], job: Job) -> None:
    """Tell new from changed and unchanged, for the rows that could be saved."""
    drafts = {row.number: row.draft for row in batch}
    ready = [verdict for verdict in verdicts if verdict.outcome == Outcome.NEW]
    if not ready:
        return
    states: Mapping[int, str]
    if job.context.record_type:
        record_type = job.context.record_type
        rows = [(one.number, one.entity_id, record_type, drafts[one.number]) for one in ready]
        status = status_of(job.fmt)
        found = states_of_rows(body=job.body, rows=rows, status=status)
        states = dict(zip((one.number for one in ready), found, strict=True))
    else:
        ready_rows = [ReadyRow(one.number, one.entity_id, drafts[one.number]) for one in ready]
        states = job.fmt.compare(body=job.body, rows=ready_rows)
    for verdict in ready:
        verdict.outcome = Outcome(states[verdict.number])


def status_of(fmt: SubmissionFormat) -> str:
    """What records of such a file are, once it is saved."""
    return CreditRecord.Status.WAITING if fmt.needs_review else CreditRecord.Status.PUBLISHED


def problem(
    *,
    said: Mapping[str, str],
    level: str = ERROR,
    place: int | None = None,
    column: str = "",
    value: str = "",
) -> dict:
    """A problem that is found outside of the checks of a row, in the shape in which rows keep them."""
    return {"at": place, "column": column, "value": value[:LONGEST_VALUE], **said, "level": level}


def draft_to_json(draft: Any) -> dict[str, Any]:
    """A draft as a row keeps it while it waits to be saved."""
    if not isinstance(draft, RecordDraft):
        return draft
    kept = {name: getattr(draft, name) for name in DRAFT_FIELDS}
    kept["decided_on"] = draft.decided_on.isoformat()
    kept["amount"] = None if draft.amount is None else str(draft.amount)
    kept["penalty_kinds"] = list(draft.penalty_kinds)
    kept["details"] = dict(draft.details)
    return kept


def draft_from_json(kept: Mapping[str, Any], fmt: SubmissionFormat) -> Any:
    """The draft that was kept: a `RecordDraft` for records, for any other format what its row form gave."""
    if not fmt.record_type:
        return kept
    return RecordDraft(
        **{
            **kept,
            "decided_on": date.fromisoformat(kept["decided_on"]),
            "amount": None if kept["amount"] is None else Decimal(kept["amount"]),
            "penalty_kinds": tuple(kept["penalty_kinds"]),
        }
    )
