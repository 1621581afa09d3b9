"""What apps above check of records of a type, however they come: the rows of a file and the twin of the interface.

Each function yields findings with their level, so that the same is wrong, asked or doubted in every way of sending. A
form and the page of a file ask a person, who may confirm what contradicts itself; a system that sends a record by
itself cannot be asked, so there it is refused, unless somebody confirmed the same before.
"""

from collections.abc import Callable, Iterable, Iterator

from entities.drafts import RecordDraft, draft_of
from entities.intake.findings import QUESTION, WARNING, Finding
from entities.models import CreditRecord

#: Of a draft, the findings about it; their fields are those of a `RecordDraft` or names of details.
ChecksOfType = Callable[[RecordDraft], Iterator[Finding]]
_of_types: dict[str, ChecksOfType] = {}


def register(record_type: str, checks: ChecksOfType) -> None:
    """Say what else is checked of records of a type; the same type again replaces it."""
    _of_types[record_type] = checks


def findings_of(record_type: str, draft: RecordDraft) -> Iterator[Finding]:
    """What is wrong with or doubted of a record of the type that goes by this code."""
    if checks := _of_types.get(record_type):
        yield from checks(draft)


def problems_of(
    record_type: str, draft: RecordDraft, *, standing: Iterable[CreditRecord] = ()
) -> dict[str, list[str]]:
    """What is wrong, as sentences by field.

    Args:
        standing: what stands here under the same number. What the same could be said of was confirmed by somebody when
            it was entered, and stays so for the same values.
    """
    problems: dict[str, list[str]] = {}
    for finding in unanswered(record_type, draft, standing=standing):
        problems.setdefault(place_of(finding, draft), []).append(finding.text)
    return problems


def unanswered(
    record_type: str, draft: RecordDraft, *, standing: Iterable[CreditRecord] = ()
) -> list[Finding]:
    """What is wrong or asked, but for what was confirmed of what stands here already."""
    confirmed = _confirmed_in(record_type, standing)
    return [
        finding
        for finding in findings_of(record_type, draft)
        if finding.level != WARNING and (finding.field, finding.text) not in confirmed
    ]


def was_confirmed(record_type: str, draft: RecordDraft, standing: Iterable[CreditRecord]) -> bool:
    """Whether something is asked about the draft, and all of it could be asked about what stands here too."""
    asked = {(one.field, one.text) for one in findings_of(record_type, draft) if one.level == QUESTION}
    return bool(asked) and asked <= _confirmed_in(record_type, standing)


def _confirmed_in(record_type: str, standing: Iterable[CreditRecord]) -> set[tuple[str, str]]:
    return {
        (one.field, one.text)
        for known in standing
        for one in findings_of(record_type, draft_of(known))
        if one.level == QUESTION
    }


def place_of(finding: Finding, draft: RecordDraft) -> str:
    """The field as the interface names it: `details.<name>` for an extra one."""
    return f"details.{finding.field}" if finding.field in draft.details else finding.field
