"""What is checked in a file of some format, for the page that explains it: the checks' own sentences."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _, gettext_noop

from entities.intake import checks, plausibility, templates
from entities.intake.formats import Column, SubmissionFormat
from entities.services import likely_twins

#: The docstrings of the checks once more, so that they are gathered for translation. A test holds the two together.
PUBLISHED = (
    gettext_noop(
        "The row has no more cells than there are column names: what is torn apart would stand in wrong columns."
    ),
    gettext_noop("No cell holds a character that was damaged on the way."),
    gettext_noop(
        "No cell begins as a formula does: what counts is a value, and a formula may do harm where it is opened."
    ),
    gettext_noop(
        "Each cell can be read as what its column asks for, and the row passes the checks of its form."
    ),
    gettext_noop("The number is not that of a person's identity card: only market entities are kept here."),
    gettext_noop(
        "It is certain which entity the row means; where it is not, the sender is told what to decide."
    ),
    gettext_noop("The registry takes the record: the same rules as for one that is typed in."),
    gettext_noop("The entity was a member of the association on the day of the record."),
    gettext_noop("What is valid for a time ends after it begins, and not before the day of the decision."),
    gettext_noop("The decision is not older than ten years: a year so far back is often a typing error."),
    gettext_noop(
        "No amount is so small or so large that yuan and 10,000 yuan were probably mistaken for each other."
    ),
    gettext_noop("The name is not so short that it is probably a person's: people are not kept here."),
    gettext_noop("The row is not the invented one that the template shows."),
    gettext_noop(
        "Neither the file nor the registry has another record that says the same of the same entity under "
        "another number."
    ),
)
#: Its findings are questions; and those of the module of doubts.
NOT_ERRORS = (checks.entity_is_known, plausibility.is_plausible)
#: What is checked of the file as a whole; it has no function of a row.
WHOLE_FILE = (
    gettext_noop("Every column that the format needs is there, under one of its names or one that was told."),
    gettext_noop(
        "A document number stands once in the file; of two rows that are not the same one is taken."
    ),
    gettext_noop(
        "The row is compared with what the registry holds under its number: new, changed, or nothing new in it."
    ),
)


@dataclass(frozen=True, slots=True)
class Explained:
    """The rules of a format in sentences, by what becomes of a row that breaks them."""

    whole: list[str]
    must: list[str]
    asked: list[str]
    doubted: list[str]
    columns: list[tuple[Column, str]]


def sentence_of(check: Callable) -> str:
    """The first paragraph of the check's docstring, in the reader's language."""
    sentence = " ".join((check.__doc__ or "").split("\n\n")[0].split())
    return _(sentence)


def explained(fmt: SubmissionFormat) -> Explained:
    """All that is checked in a file of the format."""
    must: list[Callable] = [
        *checks.CELL_CHECKS,
        *(check for check in checks.RECORD_CHECKS if check not in NOT_ERRORS),
    ]
    if not fmt.record_type:
        must.remove(checks.draft_is_sound)
    doubted: list[Callable] = [
        *plausibility.CHECKS,
        *([likely_twins.no_likely_twin] if fmt.record_type else []),
    ]
    return Explained(
        whole=[_(sentence) for sentence in WHOLE_FILE],
        must=[*_said([*must, *fmt.checks]), *map(str, fmt.rules)],
        asked=[*_said([checks.entity_is_known]), *map(str, fmt.questions)],
        doubted=_said(doubted),
        columns=[(column, templates.help_of(fmt, column)) for column in fmt.columns],
    )


def _said(functions: Iterable[Callable]) -> list[str]:
    return [sentence_of(function) for function in functions]
