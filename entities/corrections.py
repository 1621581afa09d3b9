"""Types of which a part of the record follows from its fields, so that a correction by hand does not say it twice.

The apps that own such a type say so when they are loaded; of the others everything is typed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise

Details = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Following:
    """How the rest of a record follows from the fields of its type.

    `title` makes the title; `problems` gives by name of a field what is wrong with it, besides what the catalogue
    refuses. `labels` are what the record's own fields are called for this type. Of facts and legal basis only those that
    are `typed` are asked for.
    """

    title: Callable[[Details], str]
    problems: Callable[[Details], dict[str, str]] = lambda _details: {}
    labels: Mapping[str, str | Promise] = field(default_factory=dict)
    typed: frozenset[str] = frozenset()

    @property
    def unasked(self) -> frozenset[str]:
        """The fields of every record that a correction of this type does not ask for."""
        return frozenset({"title", "facts", "legal_basis"}) - self.typed


_known: dict[str, Following] = {}


def register(record_type: str, following: Following) -> None:
    """Have corrections of records of this type follow; a second call for the type takes the place of the first."""
    _known[record_type] = following


def following_of(record_type: str) -> Following | None:
    """How a record of the type follows from its fields; None where everything is typed."""
    return _known.get(record_type)
