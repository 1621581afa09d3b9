"""What a rating is made of: plain columns of entities and records. No database, no clock.

Words become small numbers when columns are made (`Vocabulary`), so that the same columns serve every
scheme whose words they know: one entity on screen, a million at night, a simulation.
"""

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any

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
REPLACED = STANDINGS.index("replaced")
#: Numbers from records and facts are whole units of this decimal place, but for names of which `places` says another;
#: `UNKNOWN` where there is none.
NUMBER_PLACES = 4
UNKNOWN = np.iinfo(np.int64).min
#: Day of a field that holds none.
NO_DAY = np.datetime64("NaT", "D")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that schemes use of records. In a column 0 is "none of these", n is the n-th word."""

    types: tuple[str, ...] = ()
    penalty_kinds: tuple[str, ...] = ()
    #: Fields of `CreditRecord.details`, each with the values that some scheme names.
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    #: Fields that some scheme reads as numbers; "amount" is the record's own, the others stand in its details.
    numbers: tuple[str, ...] = ()
    #: Fields of the details that some scheme reads as days.
    dates: tuple[str, ...] = ()
    #: Fields of which only sameness matters; "document-number" is the record's own.
    keys: tuple[str, ...] = ()
    #: Facts of entities, each with the values that some scheme names.
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    fact_numbers: tuple[str, ...] = ()
    fact_dates: tuple[str, ...] = ()
    fact_keys: tuple[str, ...] = ()
    #: Whether some scheme looks back, so that records that have ended are needed too.
    ended: bool = False

    @classmethod
    def union(cls, several: Iterable["Vocabulary"]) -> "Vocabulary":
        """All words of several schemes, in an order that does not depend on theirs."""
        many = list(several)
        together: dict[str, Any] = {
            name: _all_words(getattr(one, name) for one in many) for name in WORD_LISTS
        }
        together |= {name: _all_values(getattr(one, name) for one in many) for name in ("fields", "facts")}
        return cls(**together, ended=any(one.ended for one in many))

    @property
    def asks_for_facts(self) -> bool:
        """Whether any scheme asks for anything about the entities themselves."""
        return bool(self.facts or self.fact_numbers or self.fact_dates or self.fact_keys)


#: The parts of a vocabulary that are plain lists of words.
WORD_LISTS = ("types", "penalty_kinds", "numbers", "dates", "keys", "fact_numbers", "fact_dates", "fact_keys")


def _all_words(several: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({word for words in several for word in words}))


def _all_values(several: Iterable[Mapping[str, tuple[str, ...]]]) -> Mapping[str, tuple[str, ...]]:
    values: dict[str, set[str]] = {}
    for one in several:
        for name, words in one.items():
            values.setdefault(name, set()).update(words)
    return MappingProxyType({name: tuple(sorted(values[name])) for name in sorted(values)})


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
    #: By name: units of `NUMBER_PLACES`, or `UNKNOWN`.
    numbers: Mapping[str, Ints] = field(default_factory=dict)
    #: By name: a day, or `NO_DAY`.
    dates: Mapping[str, Days] = field(default_factory=dict)
    #: By name: equal where the words of the field are equal, whichever the field; 0 where there are none.
    keys: Mapping[str, Ints] = field(default_factory=dict)
    #: By name of a number that has more than `NUMBER_PLACES` decimal places: how many.
    places: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.record)

    def take(self, chosen: Ints) -> "RecordColumns":
        """The chosen rows only, in their order."""
        taken: dict[str, Any] = {column: getattr(self, column)[chosen] for column in ROW_COLUMNS}
        taken |= {
            group: {name: column[chosen] for name, column in getattr(self, group).items()}
            for group in NAMED_COLUMNS
        }
        return replace(self, **taken)

    @cached_property
    def edges(self) -> Ints:
        """Where each entity's records begin; one more than there are entities."""
        return np.searchsorted(self.entity_index, np.arange(self.entities + 1))

    def count(self) -> Ints:
        """How many records each entity has."""
        return np.diff(self.edges)

    def of_types(self, codes: Iterable[str]) -> Bools:
        """Which records are of one of these types."""
        wanted = np.zeros(len(self.vocabulary.types) + 1, bool)
        wanted[[self.vocabulary.types.index(code) + 1 for code in codes]] = True
        return wanted[self.type]

    def of_classes(self, classes: Iterable[str]) -> Bools:
        """Which records are of one of these classes."""
        wanted = np.zeros(len(CLASSES), bool)
        wanted[[CLASSES.index(name) for name in classes]] = True
        return wanted[self.severity]

    def with_penalty_kind(self, kind: str) -> Bools:
        return (self.penalty_kinds >> self.vocabulary.penalty_kinds.index(kind)) & 1 == 1

    def value_codes(self, name: str, words: Iterable[str]) -> list[int]:
        """The numbers that stand for these values of a field, in the order of the words."""
        known = self.vocabulary.fields[name]
        return [known.index(word) + 1 for word in words]


#: What `take` cuts and `Columns.of` sorts: columns by their own name, and groups of columns named by schemes.
NAMED_COLUMNS = ("values", "numbers", "dates", "keys")
ROW_COLUMNS = tuple(
    column.name
    for column in fields(RecordColumns)
    if column.name not in {"vocabulary", "entities", "places", *NAMED_COLUMNS}
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the entities themselves, one row an entity, as `RecordColumns` holds it of records."""

    words: Mapping[str, Ints] = field(default_factory=dict)
    numbers: Mapping[str, Ints] = field(default_factory=dict)
    dates: Mapping[str, Days] = field(default_factory=dict)
    keys: Mapping[str, Ints] = field(default_factory=dict)
    #: As in `RecordColumns`.
    places: Mapping[str, int] = field(default_factory=dict)

    def take(self, chosen: Ints) -> "Facts":
        """The facts of the chosen entities, in their order."""
        taken: dict[str, Any] = {
            group: {name: column[chosen] for name, column in getattr(self, group).items()}
            for group in ("words", "numbers", "dates", "keys")
        }
        return replace(self, **taken)

    @classmethod
    def unknown(cls, vocabulary: Vocabulary, size: int) -> "Facts":
        """Every fact that schemes ask for, known of no entity."""
        return cls(
            {name: np.zeros(size, np.int64) for name in vocabulary.facts},
            {name: np.full(size, UNKNOWN) for name in vocabulary.fact_numbers},
            {name: np.full(size, NO_DAY) for name in vocabulary.fact_dates},
            {name: np.zeros(size, np.int64) for name in vocabulary.fact_keys},
        )


@dataclass(frozen=True, slots=True)
class Columns:
    """The entities to be rated, ascending and each once, and all that the registry holds about them."""

    entities: Ints
    records: RecordColumns
    facts: Facts = field(default_factory=Facts)

    @classmethod
    def of(
        cls,
        entities: Iterable[int],
        vocabulary: Vocabulary,
        *,
        entity: Ints,
        facts: tuple[Ints, Facts] | None = None,
        **rows,
    ) -> "Columns":
        """Columns from rows in any order; `entity` is the key of each record's entity.

        `facts` are keys of entities in any order with what is known of them; of the others nothing is.
        """
        keys = np.unique(np.fromiter(entities, np.int64))
        place = np.searchsorted(keys, entity)
        unknown = (
            (place == len(keys)) | (keys[np.minimum(place, len(keys) - 1)] != entity)
            if len(keys)
            else entity > 0
        )
        if np.any(unknown):
            raise ValueError("A record belongs to an entity that is not to be rated.")
        order = _order(place, rows["record"])
        in_order: dict[str, Any] = {
            group: {name: column[order] for name, column in rows.pop(group, {}).items()}
            for group in NAMED_COLUMNS
        }
        in_order["places"] = rows.pop("places", {})
        in_order |= {name: column[order] for name, column in rows.items()}
        records = RecordColumns(
            vocabulary=vocabulary, entities=len(keys), entity_index=place[order], **in_order
        )
        return cls(keys, records, _facts_of(keys, vocabulary, facts))

    def as_on(self, day: date, *, or_ended_after: date | None = None) -> "Columns":
        """The registry as it was on an earlier day: what was published by then, and not yet ended, was in force.

        With `or_ended_after`, also what was ended between that day and this one. An objection and the facts
        of entities are taken as they are now.
        """
        at = np.datetime64(day, "D")
        ended_after = np.datetime64(or_ended_after or day, "D")
        return self._where(self.records.ended > ended_after, self.records.published <= at)

    def in_force_on(self, day: date | Days, *, published: bool = False) -> "Columns":
        """What was in force on an earlier day, or on one of each entity's own, by what is known now: what ended later
        stands, and of corrected records the correction does. With `published`, nothing that became known after the day.
        """
        rows = self.records
        at = np.datetime64(day, "D") if isinstance(day, date) else day[rows.entity_index]
        stands = (rows.standing == 0) | ((rows.standing != REPLACED) & (rows.ended > at))
        return self._where(stands, rows.published <= at if published else np.ones(len(rows), bool))

    def _where(self, stands: Bools, known: Bools) -> "Columns":
        """The known records, of which these stood. Those that did not are left out, but where a scheme looks back to when
        they did.
        """
        kept = np.flatnonzero(known if self.records.vocabulary.ended else known & stands)
        then = self.records.take(kept)
        standing = np.where(stands[kept], 0, then.standing)
        return Columns(self.entities, replace(then, standing=standing), self.facts)

    def without(self, records: Iterable[int]) -> "Columns":
        """The same as if the registry had never held the records of these keys: what if they were repaired."""
        kept = np.flatnonzero(~np.isin(self.records.record, np.fromiter(records, np.int64)))
        return Columns(self.entities, self.records.take(kept), self.facts)

    def adding(self, more: "Columns") -> "Columns":
        """The same with further records of the same entities, in the words of the same vocabulary: what if."""
        if not np.array_equal(self.entities, more.entities):
            raise ValueError("What is added belongs to other entities.")
        both = (self.records, more.records)
        joined: dict[str, Any] = {
            name: np.concatenate([getattr(one, name) for one in both]) for name in ROW_COLUMNS
        }
        joined |= {
            group: {
                name: np.concatenate([getattr(one, group)[name] for one in both])
                for name in getattr(self.records, group)
            }
            for group in NAMED_COLUMNS
        }
        order = np.lexsort((joined["record"], joined["entity_index"]))
        return Columns(self.entities, replace(self.records, **joined).take(order), self.facts)

    def repeated(self, times: int) -> "Columns":
        """The one entity so many times, as if they were as many: the same on several days, in one run.

        The entities are numbered from 0. What the records of one say of those of another nobody asks.
        """
        if len(self.entities) != 1:
            raise ValueError("Only one entity can be looked at on several days.")
        changed: dict[str, Any] = {name: np.tile(getattr(self.records, name), times) for name in ROW_COLUMNS}
        changed |= {
            group: {name: np.tile(column, times) for name, column in getattr(self.records, group).items()}
            for group in NAMED_COLUMNS
        }
        changed["entity_index"] = np.repeat(np.arange(times), len(self.records))
        rows = replace(self.records, entities=times, **changed)
        return Columns(np.arange(times), rows, self.facts.take(np.zeros(times, np.int64)))

    def only(self, chosen: Ints) -> "Columns":
        """Only the entities of these places, ascending, with their records."""
        place: Ints = np.full(len(self.entities), -1, np.int64)
        place[chosen] = np.arange(len(chosen))
        rows = self.records.take(np.flatnonzero(place[self.records.entity_index] >= 0))
        part = replace(rows, entities=len(chosen), entity_index=place[rows.entity_index])
        return Columns(self.entities[chosen], part, self.facts.take(chosen))

    def shard(self, first: int, last: int) -> "Columns":
        """Only the entities of these places, first to before last, with their records."""
        edges = self.records.edges
        rows = self.records.take(np.arange(edges[first], edges[last]))
        part = replace(rows, entities=last - first, entity_index=rows.entity_index - first)
        return Columns(self.entities[first:last], part, self.facts.take(np.arange(first, last)))


def period_before(day: date | Days, months: int, ago: int) -> date | Days:
    """The last day of a period of the calendar of so many months, so many before the one in which the day lies."""
    month = np.asarray(day, "M8[D]").astype("M8[M]").astype(np.int64)
    first = month // months * months - (ago - 1) * months
    last = first.astype("M8[M]").astype("M8[D]") - 1
    return last.item() if isinstance(day, date) else last


def _order(place: Ints, record: Ints) -> Ints | slice:
    """The rows by entity and then by key; rows that come so are not moved."""
    same = place[1:] == place[:-1]
    if np.all((place[1:] > place[:-1]) | (same & (record[1:] > record[:-1]))):
        return slice(None)
    return np.lexsort((record, place))


def _facts_of(keys: Ints, vocabulary: Vocabulary, facts: tuple[Ints, Facts] | None) -> Facts:
    """The facts in the order of the keys; unknown for the entities of which nothing is said."""
    known = Facts.unknown(vocabulary, len(keys))
    if facts is None:
        return known
    owners, given = facts
    known = replace(known, places=given.places)
    place = np.searchsorted(keys, owners)
    within = np.flatnonzero(place < len(keys))
    rows = within[keys[place[within]] == owners[within]]
    for group in ("words", "numbers", "dates", "keys"):
        columns = getattr(known, group)
        for name in columns:
            said = getattr(given, group)[name]
            if said.dtype == object:  # Numbers of so many places that 64 bits do not hold them.
                columns[name] = columns[name].astype(object)
            columns[name][place[rows]] = said[rows]
    return known


def whole_months(since: Days, as_of: date) -> Ints:
    """Whole months from each day until `as_of`, as `months_after` counts them: 30 Nov to 28 Feb are three."""
    day = np.datetime64(as_of, "D")
    month = day.astype("M8[M]")
    length = ((month + 1).astype("M8[D]") - month.astype("M8[D]")).astype(int)
    months = since.astype("M8[M]")
    day_of_month = (since - months.astype("M8[D]")).astype(int) + 1
    not_yet = as_of.day < np.minimum(day_of_month, length)
    return (month - months).astype(int) - not_yet


def last_day_so_old(as_of: date, months: int) -> np.datetime64:
    """The last day that lies at least so many whole months before `as_of`, as `whole_months` counts them."""
    month = np.datetime64(as_of, "M") - months
    length = int(((month + 1).astype("M8[D]") - month.astype("M8[D]")).astype(int))
    is_last = as_of.day == calendar.monthrange(as_of.year, as_of.month)[1]
    return month.astype("M8[D]") + (length if is_last else min(as_of.day, length)) - 1


def last_days_so_old(days: np.datetime64 | Days, months: int) -> np.datetime64 | Days:
    """`last_day_so_old` of one day, or of each of many."""
    if not isinstance(days, np.ndarray):
        return last_day_so_old(days.astype(date), months)
    begins = days.astype("M8[M]")
    day_of_month = (days - begins.astype("M8[D]")).astype(np.int64) + 1
    length, before = _length_of(begins), _length_of(begins - months)
    back = np.where(day_of_month == length, before, np.minimum(day_of_month, before))
    return (begins - months).astype("M8[D]") + back - 1


def within_before(kind: Ints, day: Ints, within: int, unit: str) -> Ints:
    """In rows sorted by kind and day: for each the place of the first of its kind that lies not too long before it."""
    if not len(day):
        return np.zeros(0, np.int64)
    different, place = np.unique(day, return_inverse=True)
    since = np.array([_since(int(one), within, unit) for one in different], np.int64)[place]
    # Kinds and days in one ascending number, so that one search finds where each window begins.
    low = int(min(day.min(), since.min()))
    wide = int(day.max()) - low + 2
    line = kind * wide + (day - low)
    begins = np.searchsorted(line, kind * wide + (since - low), side="right")
    return np.maximum(begins, np.searchsorted(kind, kind, side="left"))


def _since(day: int, within: int, unit: str) -> int:
    """The last day that lies too long before this one."""
    if unit == "days":
        return day - within - 1
    return int(last_day_so_old(np.datetime64(day, "D").item(), within).astype(np.int64))


def _length_of(months: np.ndarray) -> Ints:
    """How many days each month has."""
    return ((months + 1).astype("M8[D]") - months.astype("M8[D]")).astype(np.int64)
