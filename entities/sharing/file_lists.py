"""The rows of a submitted file as a list to take away, in the view in which its page shows them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from credit_platform.ui.formats import listed
from entities import looks, submission_selectors as selectors
from entities.file_rows import FileRows
from entities.intake.sentences import for_reader
from entities.models import CreditRecord, Submission, SubmissionRow
from entities.sharing import exports

State = Submission.State


@dataclass(frozen=True, slots=True)
class Line:
    """A row with what it says of its entity and, once it is saved, the record that came of it."""

    row: SubmissionRow
    code: str
    name: str
    record: CreditRecord | None
    change: selectors.Change | None = None


def offer() -> None:
    """Offer it; called once, when the apps are loaded."""
    exports.register(
        exports.Export(
            code="submission-rows",
            title=gettext_lazy("Rows of a file"),
            rows=_rows,
            columns=_columns,
            shaped=_lines,
            records=lambda line: (line.record,) if line.record else (),
        )
    )


def _asked(user, params: QueryDict) -> Submission:
    key = params.get("submission", "")
    if not key.isdecimal() or len(key) > 18:
        raise Missing
    return selectors.submission_for_page(user=user, submission_id=int(key))


def _rows(user, params: QueryDict) -> FileRows:
    """What was saved of a finished file; of one that waits, the rows of the view that is asked for."""
    submission = _asked(user, params)
    if submission.state in (State.DONE, State.TAKEN_BACK):
        return selectors.saved_rows(submission)
    view = params.get("view", "")
    if submission.state != State.READY or view not in selectors.VIEWS:
        raise Missing
    question = params.get("question", "") if view == selectors.DECIDE else ""
    return selectors.rows_of_view(submission, view, column=params.get("column", ""), question=question)


def _lines(rows: Iterable[SubmissionRow], user, params: QueryDict) -> Iterator[Line]:
    if not isinstance(rows, FileRows):
        raise TypeError("The rows of a file are read by the slice.")
    submission = _asked(user, params)
    fmt = selectors.format_of(submission)
    for start in range(0, len(rows), looks.CHUNK):
        some = rows[start : start + looks.CHUNK]
        records: dict[int | None, CreditRecord] = {}
        if fmt and fmt.record_type:
            found = selectors.records_of(submission, user=user)
            records = {
                one.row_number: one for one in found.filter(row_number__in=[row.number for row in some])
            }
        changes = selectors.changes_by(submission, some)
        looks.note([change.record for change in changes.values()])
        for row in some:
            code, name = selectors.said_of_entity(row, submission)
            if row.entity:
                code, name = row.entity.credit_code, row.entity.name
            yield Line(row, code, name, records.get(row.number), changes.get(row.number))


def _sentences(line: Line) -> str:
    return " ".join(
        f"{one['column']}: {for_reader(one)}" if one["column"] else for_reader(one)
        for one in line.row.problems
    )


def _changes(line: Line) -> str:
    found = line.change.differences if line.change else ()
    return listed(f"{one.label}: {one.was or '–'} → {one.now or '–'}" for one in found)


def _columns() -> list[Column]:
    return [
        Column("row", _("Row"), lambda line: line.row.number, Kind.WHOLE),
        Column("outcome", _("What becomes of it"), lambda line: line.row.get_outcome_display()),
        Column("credit_code", _("Unified social credit code"), lambda line: line.code),
        Column("entity", _("Entity"), lambda line: line.name),
        Column("title", _("Title"), lambda line: line.row.draft.get("title", "")),
        Column(
            "document_number", _("Document number"), lambda line: line.row.draft.get("document_number", "")
        ),
        Column("state", _("State"), lambda line: line.record.get_status_display() if line.record else ""),
        Column("changes", _("What it changes"), _changes),
        Column("problems", _("Problems"), _sentences),
    ]
