"""What a rating is made of: plain columns of entities and records. No database, no clock.

Words become small numbers when columns are made (`Vocabulary`), so that the same columns serve every
scheme whose words they know: one entity on screen, a million at night, a simulation.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.integer]
Bools = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]

#: A record that nothing ends. Inside the range of dates of Python, PostgreSQL and NumPy.
FOREVER = date(9999, 12, 31)
#: Classes of a misconduct record, by the number that stands for them in a column.
CLASSES = ("", "minor", "general", "serious")
#: States of a record in the registry, by the number that stands for them in a column.
STANDINGS = ("published", "repaired", "expired", "withdrawn", "replaced")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that schemes use of records. In a column 0 is "none of these", n is the n-th word."""

    types: tuple[str, ...] = ()
    penalty_kinds: tuple[str, ...] = ()
    #: Fields of `CreditRecord.details`, each with the values that some scheme names.
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def union(cls, several: Iterable["Vocabulary"]) -> "Vocabulary":
        """All words of several schemes, in an order that does not depend on theirs."""
        types: set[str] = set()
        kinds: set[str] = set()
        values: dict[str, set[str]] = {}
        for one in several:
            types.update(one.types)
            kinds.update(one.penalty_kinds)
            for name, words in one.fields.items():
                values.setdefault(name, set()).update(words)
        return cls(
            types=tuple(sorted(types)),
            penalty_kinds=tuple(sorted(kinds)),
            fields=MappingProxyType({name: tuple(sorted(values[name])) for name in sorted(values)}),
        )


@dataclass(frozen=True)
class RecordColumns:
    """One row a record, sorted by entity and then by key. `Columns.of` sorts.

    `entity_index` is the place of the record's entity in `Columns.entities`.
    """

    vocabulary: Vocabulary
    #: How many entities there are, those without records among them.
    entities: int
    entity_index: Ints
    record: Ints
    type: Ints
    market: Bools
    severity: Ints
    #: One bit for each word of `vocabulary.penalty_kinds`.
    penalty_kinds: Ints
    decided: Days
    published: Days
    #: The last day on which the record is in force.
    until: Days
    #: The day on which a repair, withdrawal or correction ended it; `FOREVER` where none did.
    ended: Days
    standing: Ints
    objected: Bools
    values: Mapping[str, Ints]

    def __len__(self) -> int:
        return len(self.record)

    def take(self, chosen: Ints) -> "RecordColumns":
        """The chosen rows only, in their order."""
        return replace(
            self,
            **{column: getattr(self, column)[chosen] for column in ROW_COLUMNS},
            values={name: codes[chosen] for name, codes in self.values.items()},
        )

    @cached_property
    def edges(self) -> Ints:
        """Where each entity's records begin; one more than there are entities."""
        return np.searchsorted(self.entity_index, np.arange(self.entities + 1))

    def count(self) -> Ints:
        """How many records each entity has."""
        return np.diff(self.edges)

    def total(self, values: Ints, rows: Ints | None = None) -> Ints:
        """The exact sum of a value of each record by entity, or of the records in the given rows, ascending.

        Integers throughout: whatever the order, the same sum.
        """
        edges = self.edges
        if rows is not None:
            edges = np.searchsorted(self.entity_index[rows], np.arange(self.entities + 1))
        running = np.concatenate((np.zeros(1, np.int64), np.cumsum(values, dtype=np.int64)))
        return running[edges[1:]] - running[edges[:-1]]

    def of_types(self, codes: Iterable[str]) -> Bools:
        return np.isin(self.type, [self.vocabulary.types.index(code) + 1 for code in codes])

    def of_classes(self, classes: Iterable[str]) -> Bools:
        return np.isin(self.severity, [CLASSES.index(name) for name in classes])

    def with_penalty_kind(self, kind: str) -> Bools:
        return (self.penalty_kinds >> self.vocabulary.penalty_kinds.index(kind)) & 1 == 1

    def value_codes(self, name: str, words: Iterable[str]) -> list[int]:
        """The numbers that stand for these values of a field, in the order of the words."""
        known = self.vocabulary.fields[name]
        return [known.index(word) + 1 for word in words]


#: What `take` cuts and `Columns.of` sorts; all but the bookkeeping and the values by field.
ROW_COLUMNS = tuple(
    column.name for column in fields(RecordColumns) if column.name not in {"vocabulary", "entities", "values"}
)


@dataclass(frozen=True, slots=True)
class Columns:
    """The entities to be rated, ascending and each once, and all that the registry holds about them."""

    entities: Ints
    records: RecordColumns

    @classmethod
    def of(
        cls,
        entities: Iterable[int],
        vocabulary: Vocabulary,
        *,
        entity: Ints,
        values: Mapping[str, Ints],
        **rows,
    ) -> "Columns":
        """Columns from rows in any order; `entity` is the key of each record's entity."""
        keys = np.unique(np.fromiter(entities, np.int64))
        place = np.searchsorted(keys, entity)
        unknown = (
            (place == len(keys)) | (keys[np.minimum(place, len(keys) - 1)] != entity)
            if len(keys)
            else entity > 0
        )
        if np.any(unknown):
            raise ValueError("A record belongs to an entity that is not to be rated.")
        order = np.lexsort((rows["record"], place))
        records = RecordColumns(
            vocabulary=vocabulary,
            entities=len(keys),
            entity_index=place[order],
            **{name: column[order] for name, column in rows.items()},
            values={name: codes[order] for name, codes in values.items()},
        )
        return cls(keys, records)

    def as_on(self, day: date, *, or_ended_after: date | None = None) -> "Columns":
        """The registry as it was on an earlier day: what was published by then, and not yet ended, was in force.

        With `or_ended_after`, also what was ended between that day and this one. An objection is taken as it
        is now.
        """
        at = np.datetime64(day, "D")
        ended_after = np.datetime64(or_ended_after or day, "D")
        known = np.flatnonzero((self.records.published <= at) & (self.records.ended > ended_after))
        then = self.records.take(known)
        return Columns(self.entities, replace(then, standing=np.zeros(len(then), np.int64)))


def whole_months(since: Days, as_of: date) -> Ints:
    """Whole months from each day until `as_of`, as `months_after` counts them: 30 Nov to 28 Feb are three."""
    day = np.datetime64(as_of, "D")
    month = day.astype("M8[M]")
    length = ((month + 1).astype("M8[D]") - month.astype("M8[D]")).astype(int)
    months = since.astype("M8[M]")
    day_of_month = (since - months.astype("M8[D]")).astype(int) + 1
    not_yet = as_of.day < np.minimum(day_of_month, length)
    return (month - months).astype(int) - not_yet
