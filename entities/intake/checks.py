"""What every row of a file is checked for: small functions, one sentence each, in two lists.

`CELL_CHECKS` look at the cells alone; `RECORD_CHECKS` come once it is known which entity the row means.
A format adds its own to the second list. A check yields `Finding`s; whoever reads them reads in either language, so
rows with findings are checked once in each.
"""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from entities import codes
from entities.drafts import RecordDraft, problems_of, version_on
from entities.intake import plausibility
from entities.intake.findings import ERROR, QUESTION, WARNING, Check, Context, Finding, Row
from entities.intake.matching import Question
from entities.intake.rows import BROKEN
from entities.words import names_a_person

__all__ = ["ERROR", "QUESTION", "WARNING", "Check", "Context", "Finding", "Row"]


def row_is_whole(row: Row, context: Context) -> Iterator[Finding]:
    """The row has no more cells than there are column names: what is torn apart would stand in wrong columns."""
    if row.beyond:
        yield Finding(
            "",
            _(
                "Something stands beyond the last column name (%(count)s more cells), so the cells of this row may be in "
                "wrong columns. Put a text with a separator in it in quotation marks, and see that none of them is missing."
            ),
            {"count": row.beyond},
        )


def no_broken_characters(row: Row, context: Context) -> Iterator[Finding]:
    """No cell holds a character that was damaged on the way."""
    for name, value in row.values.items():
        if BROKEN in value:
            yield Finding(name, _("This cell holds a damaged character (�). Type the text again."))


def no_formulas(row: Row, context: Context) -> Iterator[Finding]:
    """No cell begins as a formula does: what counts is a value, and a formula may do harm where it is opened."""
    for name, value in row.values.items():
        if value[:1] in ("=", "@"):
            yield Finding(name, _("This begins like a formula. Write the value itself."))


def form_accepts(row: Row, context: Context) -> Iterator[Finding]:
    """Each cell can be read as what its column asks for, and the row passes the checks of its form."""
    form = context.form
    row.is_read = form.read(row.values)
    row.cleaned = form.cleaned_data
    row.clues = form.clues()
    # The provisional one: it may change once the entity is known.
    row.key = form.key() if row.is_read else ""
    for name, errors in form.errors.items():
        for message in errors:
            yield Finding("" if name == "__all__" else name, message)
    for name, noted in form.problems:
        for message in noted.messages:
            yield Finding(name, message, level=noted.code)


def no_persons(row: Row, context: Context) -> Iterator[Finding]:
    """The number is not that of a person's identity card: only market entities are kept here."""
    if names_a_person(row.clues.name):
        yield Finding("entity_name", _("A person's identity number stands here; take it out before saving."))
    if codes.is_identity_number(row.clues.code):
        yield Finding(
            "credit_code",
            _(
                "This is the identity number of a person. People are not kept here; take the row out of the file."
            ),
        )


def entity_is_known(row: Row, context: Context) -> Iterator[Finding]:
    """It is certain which entity the row means; where it is not, the sender is told what to decide."""
    if row.match.question:
        yield from _number_findings(row)
        yield _question(row)


def _number_findings(row: Row) -> Iterator[Finding]:
    """What is wrong with the number itself; an error only where nothing else finds the entity."""
    if not row.clues.code or row.match.question == Question.CODE_OTHER_NAME:
        return
    for problem in codes.problems_of(row.clues.code):
        is_error = problem.is_error and row.match.question == Question.UNKNOWN
        yield Finding("credit_code", problem.message, problem.params, ERROR if is_error else WARNING)


QUESTIONS = {
    Question.CODE_OTHER_NAME: _(
        "The registry has this code under the name %(name)s. Confirm that it is the same entity, or correct the row."
    ),
    Question.ORGANISATION_CODE: _(
        "The registry has the organisation code of this number under %(code)s, %(name)s. Confirm it or choose another."
    ),
    Question.NAME: _(
        "The registry has this name under the code %(code)s. A name alone is not certain: confirm it or choose another."
    ),
    Question.NAME_OTHER_CODE: _(
        "The registry does not have this code, but the name under another: %(code)s. "
        "Say whether it is that entity, or register this one."
    ),
    Question.HEAD_OFFICE: _(
        "The registry has no such branch, but its head office: %(name)s, %(code)s. "
        "A branch is not taken for its head office unless you say so."
    ),
    Question.UNREGISTERED: _(
        "The code is good, but the registry does not have it yet. Register it from this row."
    ),
    Question.UNKNOWN: _(
        "The registry has neither this number nor this name. Give the 18-place code, or look the entity up."
    ),
}


def _question(row: Row) -> Finding:
    question = row.match.question
    at = (
        "credit_code"
        if question not in (Question.NAME, Question.HEAD_OFFICE) and row.clues.code
        else "entity_name"
    )
    params = {}
    if row.match.candidates:
        first = row.match.candidates[0]
        params = {"name": first.name, "code": first.code}
    return Finding(at, QUESTIONS[question], params, ERROR if question == Question.UNKNOWN else QUESTION)


def draft_is_sound(row: Row, context: Context) -> Iterator[Finding]:
    """The registry takes the record: the same rules as for one that is typed in."""
    if context.record_type is None or not isinstance(row.draft, RecordDraft):
        return
    found = problems_of(
        row.draft,
        record_type=context.record_type,
        version=version_on(context.versions, row.draft.decided_on),
        needs_class=context.needs_class,
        today=context.today,
    )
    for name, sentences in found.items():
        for sentence in sentences:
            yield Finding(name.removeprefix("details."), sentence)


CELL_CHECKS: tuple[Check, ...] = (
    row_is_whole,
    no_broken_characters,
    no_formulas,
    form_accepts,
    no_persons,
)
RECORD_CHECKS: tuple[Check, ...] = (entity_is_known, draft_is_sound, plausibility.is_plausible)
