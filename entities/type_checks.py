"""What apps above check of records of a type, however they come: the rows of a file and the twin of the interface.

Each function yields findings with their level, so that the same is an error, or a warning, in every way of sending. A
form asks a person instead, who may confirm what is doubted.
"""

from collections.abc import Callable, Iterable, Iterator

from entities.drafts import RecordDraft, draft_of
from entities.intake.findings import ERROR, Finding
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
    confirmed = {
        (one.field, one.text) for known in standing for one in findings_of(record_type, draft_of(known))
    }
    problems: dict[str, list[str]] = {}
    for finding in findings_of(record_type, draft):
        if finding.level == ERROR and (finding.field, finding.text) not in confirmed:
            problems.setdefault(place_of(finding, draft), []).append(finding.text)
    return problems


def place_of(finding: Finding, draft: RecordDraft) -> str:
    """The field as the interface names it: `details.<name>` for an extra one."""
    return f"details.{finding.field}" if finding.field in draft.details else finding.field
