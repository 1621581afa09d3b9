"""What checks look at and what they find."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from entities.intake.formats import SubmissionFormat
from entities.intake.matching import Match
from entities.intake.rows import EntityClues, RowForm
from entities.models import RecordType, SubmittingBody

#: What is asked waits for a person's word; where nobody can be asked, it is refused as what is wrong is.
ERROR, QUESTION, WARNING = "error", "question", "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a row, placed at a field ("" for the row as a whole); `message % params` is the sentence."""

    field: str
    message: Any
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    level: str = ERROR

    @property
    def text(self) -> str:
        return str(self.message) % self.params if self.params else str(self.message)


@dataclass(slots=True)
class Row:
    """A row on its way through the checks.

    Args:
        cells: as they came, those beyond the last column name included where they hold something.
        beyond: how many of them hold something there.
    """

    number: int
    cells: Sequence[str]
    values: Mapping[str, str]
    beyond: int = 0
    cleaned: dict[str, Any] = dataclasses.field(default_factory=dict)
    is_read: bool = False
    clues: EntityClues = dataclasses.field(default_factory=EntityClues)
    match: Match = dataclasses.field(default_factory=Match)
    draft: Any = None
    key: str = ""


@dataclass(slots=True)
class Context:
    """What the checks of one file share.

    Args:
        fmt: of the file; None for a record that comes by itself.
        record_type: of the format's records; None for a format whose rows are no records.
        versions: the catalogue's versions of the type.
        needs_class: whether such a record cannot be dated without a class.
        body: who sends the file.
        memo: what a format's own checks read once for a batch.
    """

    fmt: SubmissionFormat
    form: RowForm
    today: date
    record_type: RecordType | None = None
    versions: Sequence = ()
    needs_class: bool = False
    body: SubmittingBody | None = None
    memo: dict[str, Any] = dataclasses.field(default_factory=dict)


Check = Callable[[Row, Context], Iterator[Finding]]
