"""Numbers and conditions of the scheme language, worked out over columns: for records, or for entities.

Pure functions over whole columns. What a document may say is in `evaluation.schemes.language`; how exact
numbers add, divide and round is in `evaluation.exact`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation import chances, exact
from evaluation.columns import (
    CLASSES,
    NUMBER_PLACES,
    UNKNOWN,
    Bools,
    Columns,
    Days,
    Ints,
    RecordColumns,
    within_before,
)
from evaluation.exact import Numbers
from evaluation.schemes import language as words

if TYPE_CHECKING:
    from evaluation.peers import PeerTable
    from evaluation.schemes.compiled import CompiledScheme


@dataclass(frozen=True, slots=True)
class Past:
    """What a scheme gave at the end of an earlier period: places on the scale, and what its components came to."""

    place: Ints
    values: Mapping[str, Numbers]


@dataclass(slots=True)
class Run:
    """One run of the kernel: what is known so far of every entity of the columns."""

    columns: Columns
    scheme: "CompiledScheme"
    #: The day of the rating, or one for each entity of the columns.
    as_of: date | Days
    #: Which records count under the scheme on the day.
    counted: Bools
    peers: Mapping[str, "PeerTable"] = field(default_factory=dict)
    #: What each component came to, and "total".
    values: dict[str, Numbers] = field(default_factory=dict)
    #: The place on the scale of each entity so far, while rules act.
    place: Ints | None = None
    #: What the same scheme gave at the end of the periods before, the last one first.
    earlier: tuple["Past", ...] = ()
    #: Of a run of parts, each an entity to what stands within: the row of its last record.
    last_rows: Ints | None = None
    _rows: dict[int, Ints] = field(default_factory=dict)
    _last: dict[tuple[str, ...], Bools] = field(default_factory=dict)

    @property
    def records(self) -> RecordColumns:
        return self.columns.records

    @property
    def size(self) -> int:
        return len(self.columns.entities)

    @property
    def today(self) -> np.datetime64 | Days:
        """The day of the rating as columns know days; a column of entities where each has its own."""
        return np.datetime64(self.as_of, "D") if isinstance(self.as_of, date) else self.as_of

    def rows(self, match: words.Match) -> Ints:
        """The places of the counted records that match, ascending."""
        if id(match) not in self._rows:
            self._rows[id(match)] = _matching(self, match)
        return self._rows[id(match)]

    def last_of(self, types: tuple[str, ...], mask: Bools) -> Bools:
        """Only the last record of each entity: decided last, and of one day entered last. `mask` are those of the types."""
        if types not in self._last:
            rows = np.flatnonzero(mask)
            ends = last_of_each(self.records.entity_index[rows], self.records.decided[rows])
            self._last[types] = np.zeros(len(self.records), bool)
            self._last[types][rows[ends]] = True
        return self._last[types]

    def per_entity(self, rows: Ints, units: Ints | None = None) -> Ints:
        """The exact sum of units of these records by entity, or how many there are."""
        owner = self.records.entity_index[rows]
        if units is None:
            return np.bincount(owner, minlength=self.size)
        return exact.total(owner, units, self.size)


@dataclass(frozen=True, slots=True)
class Truth:
    """Where a condition holds, and where nothing can be said."""

    yes: Bools
    unknown: Bools | None = None

    def no(self) -> Bools:
        """Where it is known not to hold."""
        return ~self.yes if self.unknown is None else ~(self.yes | self.unknown)


@dataclass(frozen=True, slots=True)
class Step:
    """What is known of events, or of a step of a chain, by name; and what the records of each that match come to:
    their number, or the sum of an expression."""

    numbers: Mapping[str, Numbers]
    matching: Callable[[words.Match, Any], Numbers]


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at: records in the given rows, or, without rows, the entities of the run.

    `who` are the places of the entities where it is not all of them. With a `step` each row stands for an event: it
    is that of its last record.
    """

    run: Run
    rows: Ints | None = None
    who: Ints | None = None
    step: Step | None = None

    @property
    def owners(self) -> Ints | None:
        """The place of the entity of each; None where they are the entities themselves, all of them."""
        return self.who if self.rows is None else self.run.records.entity_index[self.rows]

    @property
    def size(self) -> int:
        if self.rows is not None:
            return len(self.rows)
        return self.run.size if self.who is None else len(self.who)

    def of_entity(self, column: np.ndarray) -> np.ndarray:
        """A column of entities, as seen from here."""
        owners = self.owners
        return column if owners is None else column[owners]

    def of_entities(self, numbers: Numbers) -> Numbers:
        """Numbers of entities, as seen from here: for a record those of its entity."""
        owners = self.owners
        return numbers if owners is None else numbers.take(owners)

    @property
    def today(self) -> np.datetime64 | Days:
        """The day of the rating, as seen from here."""
        day = self.run.today
        return self.of_entity(day) if isinstance(day, np.ndarray) else day

    def day(self, name: str) -> tuple[Any, Bools | None]:
        """A day by its name, and where it is not known, or not yet."""
        records, facts = self.run.records, self.run.columns.facts
        if name == "as-of":
            return self.today, None
        if words.is_fixed(name):
            return np.datetime64(name, "D"), None
        if name in words.OWN_DAYS:
            return getattr(records, name)[self.rows], None
        if name.startswith(words.AHEAD):
            set_ahead = records.dates[name.removeprefix(words.AHEAD)][self.rows]
            none = np.isnat(set_ahead)
            return set_ahead, none if none.any() else None
        days = (
            self.of_entity(facts.dates[name.removeprefix("entity.")])
            if name.startswith("entity.")
            else records.dates[name][self.rows]
        )
        unknown = np.isnat(days) | (days > self.today)
        return days, unknown if unknown.any() else None


def evaluate(node: Any, scope: Scope) -> Numbers:
    """The number that a node of a document stands for, for everything in the scope."""
    if not isinstance(node, words.Part):
        return exact.constant(node, scope.size)
    return exact.fitting(NUMBERS[type(node)](node, scope))


def holds(node: words.Part, scope: Scope) -> Truth:
    """Where a condition of a document holds."""
    return CONDITIONS[type(node)](node, scope)


# Which records


def _matching(run: Run, match: words.Match) -> Ints:
    records, mask = run.records, run.counted
    if match.types:
        mask = mask & records.of_types(match.types)
    if match.latest:
        mask = run.last_of(match.types, mask)
    if match.classes:
        mask = mask & records.of_classes(match.classes)
    if match.penalty_kinds:
        mask = mask & reduce(np.logical_or, map(records.with_penalty_kind, match.penalty_kinds))
    rows = np.flatnonzero(mask)
    for name, values in match.values.items():
        wanted = np.zeros(len(records.vocabulary.fields[name]) + 1, bool)
        wanted[records.value_codes(name, values)] = True
        rows = rows[wanted[records.values[name][rows]]]
    for condition in match.where:
        rows = rows[holds(condition, Scope(run, rows)).yes]
    return rows


def last_of_each(owner: Ints, days: Days) -> Ints:
    """Of rows sorted by owner and then by key, the place of each owner's last: of the latest day, the greatest key."""
    if not len(owner):
        return np.zeros(0, np.int64)
    starts = np.flatnonzero(np.append(True, owner[1:] != owner[:-1]))
    sizes = np.diff(np.append(starts, len(owner)))
    number = days.astype(np.int64)
    is_latest = number == np.repeat(np.maximum.reduceat(number, starts), sizes)
    return np.maximum.reduceat(np.where(is_latest, np.arange(len(owner)), -1), starts)


def ends_of(sorted_owner: Ints) -> Bools:
    """Where the last row of each owner stands in rows sorted by owner."""
    if not len(sorted_owner):
        return np.zeros(0, bool)
    return np.append(sorted_owner[1:] != sorted_owner[:-1], True)


def event_of(scope: Scope, same: Iterable[words.Same], dated: str = "decided") -> Ints:
    """A number for each record of the scope, equal where entity and all of these words are equal."""
    event: Ints = scope.run.records.entity_index[scope.rows].astype(np.int64)
    for word in same:
        event = _paired(event, _sameness(scope, word, dated))
    return event


#: Periods of the calendar as NumPy names them; a quarter is three months.
PERIODS = {"year": "Y", "quarter": "M", "month": "M", "day": "D"}


def has_all(scope: Scope, same: Iterable[words.Same]) -> Bools:
    """Which records of the scope have each of these words, so that they can have it in common with others."""
    result = np.ones(scope.size, bool)
    for word in same:
        if isinstance(word, words.Part | Decimal):
            result &= evaluate(word, scope).known()
        elif word not in {"type", "class", *PERIODS}:
            names = (word,) if isinstance(word, str) else word
            columns = scope.run.records.keys
            result &= reduce(np.logical_or, (columns[name][scope.rows] != 0 for name in names))
    return result


def _sameness(scope: Scope, word: words.Same, dated: str) -> Ints:
    records, rows = scope.run.records, scope.rows
    if isinstance(word, words.Part | Decimal):
        return _same_number(evaluate(word, scope))
    if word == "type":
        return records.type[rows].astype(np.int64)
    if word == "class":
        return records.severity[rows].astype(np.int64)
    if word in PERIODS:
        day, unknown = scope.day(dated)
        codes = np.asarray(day).astype(f"M8[{PERIODS[word]}]").astype(np.int64)
        codes = codes // 3 if word == "quarter" else codes
        return _alone_where(unknown, codes)
    names = (word,) if isinstance(word, str) else word
    codes = np.zeros(len(rows), np.int64)
    for name in names:
        codes = np.where(codes == 0, records.keys[name][rows], codes)
    # A record without the word is an event of its own.
    return _paired((codes == 0) * (1 + np.arange(len(rows))), codes)


def word_of_parts(run: Run, word: str) -> Ints:
    """For each part of a run of parts a number that is the same for the same word, and 0 for none."""
    rows, records = run.last_rows, run.records
    if word in PERIODS:
        codes = records.decided[rows].astype(f"M8[{PERIODS[word]}]").astype(np.int64)
        codes = codes // 3 if word == "quarter" else codes
        # Away from 0, which would be none.
        return codes - np.int64(10**7)
    if word == "type":
        return records.type[rows].astype(np.int64)
    if word == "class":
        return records.severity[rows].astype(np.int64) + 1
    return records.keys[word][rows]


def _same_number(one: Numbers) -> Ints:
    return _alone_where(one.unknown, np.unique(one.units, return_inverse=True)[1].astype(np.int64))


def _alone_where(unknown: Bools | None, codes: Ints) -> Ints:
    """The codes, apart from every other where they stand for what is not known: it is the same as nothing else."""
    return codes if unknown is None else _paired(np.where(unknown, 1 + np.arange(len(codes)), 0), codes)


def _paired(one: Ints, other: Ints) -> Ints:
    """One number for each pair of numbers."""
    first = np.unique(one, return_inverse=True)[1].astype(np.int64)
    second, place = np.unique(other, return_inverse=True)
    return np.unique(first * len(second) + place, return_inverse=True)[1].astype(np.int64)


def events_of(run: Run, rows: Ints, per: Iterable[words.Same]) -> Ints:
    """How many events the records of these rows make, by entity; how many records, where `per` is empty."""
    per = tuple(per)
    if not per:
        return run.per_entity(rows)
    first = np.unique(event_of(Scope(run, rows), per), return_index=True)[1]
    return run.per_entity(rows[first])


# Time


def elapsed(since: Any, until: Any, unit: str) -> Ints:
    """Whole units from one day to another, either a column; negative where the second lies before the first."""
    first, second = np.broadcast_arrays(np.asarray(since, "M8[D]"), np.asarray(until, "M8[D]"))
    if unit == "days":
        return (second - first).astype(np.int64)
    if unit in words.CALENDAR:
        wide = words.CALENDAR[unit]  # NumPy counts months from a January.
        until_month, since_month = (day.astype("M8[M]").astype(np.int64) for day in (second, first))
        return until_month // wide - since_month // wide
    back = second < first
    earlier, later = np.where(back, second, first), np.where(back, first, second)
    months = later.astype("M8[M]")
    length = ((months + 1).astype("M8[D]") - months.astype("M8[D]")).astype(np.int64)
    whole = (months - earlier.astype("M8[M]")).astype(np.int64)
    whole -= _day_of_month(later) < np.minimum(_day_of_month(earlier), length)
    if unit == "years":
        whole //= 12
    return np.where(back, -whole, whole)


def _day_of_month(day: Days) -> Ints:
    return (day - day.astype("M8[M]").astype("M8[D]")).astype(np.int64) + 1


def _elapsed(node: words.Elapsed, scope: Scope) -> Numbers:
    (since, one), (until, other) = (scope.day(name) for name in node.elapsed)
    unknown = exact.either(one, other)
    if unknown is not None:
        since, until = (np.where(unknown, scope.today, day) for day in (since, until))
    passed = _passed(since, until, node.unit, scope.run)
    units = np.broadcast_to(passed.units, (scope.size,))
    not_known = None if passed.unknown is None else np.broadcast_to(passed.unknown, (scope.size,))
    return exact.blank(units, 0, exact.either(unknown, not_known))


def _passed(since: Any, until: Any, unit: str, run: Run) -> Numbers:
    """Whole units from one day to another; working days are those of the scheme, and known as far as it has them."""
    if unit != words.WORKING_DAYS:
        return Numbers(np.atleast_1d(elapsed(since, until, unit)), 0)
    first, second = np.broadcast_arrays(*(np.atleast_1d(np.asarray(day, "M8[D]")) for day in (since, until)))
    units, unknown = run.scheme.worked.between(first, second)
    return exact.blank(units, 0, unknown)


def _since_last(node: words.SinceLast, scope: Scope) -> Numbers:
    run = scope.run
    rows = run.rows(node.since_last)
    days, unknown = Scope(run, rows).day(node.dated)
    if unknown is not None:
        rows, days = rows[~unknown], days[~unknown]
    last = np.full(run.size, np.datetime64("NaT", "D"))
    owner = run.records.entity_index[rows]
    order = np.lexsort((days, owner))
    ends = order[ends_of(owner[order])]
    last[owner[ends]] = days[ends]
    if node.or_since:
        otherwise, not_known = scope.day(node.or_since)
        otherwise = otherwise if not_known is None else np.where(not_known, np.datetime64("NaT"), otherwise)
        last = np.where(np.isnat(last), otherwise, last)
    none = np.isnat(last)
    today = run.today
    passed = _passed(np.where(none, today, last), today, node.unit, run)
    return exact.blank(passed.units, 0, exact.either(none, passed.unknown))


# What stands around a record


def _around(node: words.Before | words.After, scope: Scope) -> Numbers:
    """How many matching records came before or after each record of the scope, or the sum of a number of each."""
    run, mine = scope.run, scope.rows
    theirs = run.rows(node.before if isinstance(node, words.Before) else node.after)
    undated = Scope(run, theirs).day(node.dated)[1]
    theirs = theirs if undated is None else theirs[~undated]
    # Both together in the order of their days, so that what lies around a record is a stretch of them.
    rows = np.union1d(mine, theirs)
    kind, day, undated = _ordered_by(node, Scope(run, rows))
    order = np.lexsort((run.records.record[rows], day, kind))
    counts = np.isin(rows[order], theirs, assume_unique=True)
    each, spoils = _of_each(node.sum, Scope(run, rows[order]), counts)
    back: Ints = np.empty(len(rows), np.int64)
    back[order] = np.arange(len(rows))
    place = np.searchsorted(rows, mine)
    begins, ends = (edge[back[place]] for edge in _window(node, kind[order], day[order]))
    # Whole numbers without end, so that no sum on the way is too large.
    so_far, spoilt = (
        np.append(0, np.cumsum(column)) for column in (each.units.astype(object), spoils.astype(np.int64))
    )
    unknown = spoilt[ends] > spoilt[begins]
    if undated is not None:
        unknown |= undated[place]
    return exact.blank(exact.narrow(so_far[ends] - so_far[begins]), each.places, unknown)


def _ordered_by(node: words.Before | words.After, scope: Scope) -> tuple[Ints, Ints, Bools | None]:
    """Of each record with which others it is held together, its day as a number, and where that is not known."""
    days, undated = scope.day(node.dated)
    day = np.broadcast_to(np.asarray(days), (scope.size,))
    day = day if undated is None else np.where(undated, scope.today, day)
    return event_of(scope, node.same, node.dated), day.astype(np.int64), undated


def _window(node: words.Before | words.After, kind: Ints, day: Ints) -> tuple[Ints, Ints]:
    """In rows sorted by kind and day: where those before or after each row begin, and where they end."""
    place = np.arange(len(kind))
    first: Ints = np.searchsorted(kind, kind, side="left")
    if node.within is not None:
        first = within_before(kind, day, node.within, node.unit)
    if isinstance(node, words.Before):
        return first, place
    if node.within is None:
        return place + 1, np.searchsorted(kind, kind, side="right")
    # Those come after a row within so long that have the row itself within so long before them.
    return place + 1, np.searchsorted(first, place, side="right")


def _of_each(node: Any, scope: Scope, counts: Bools) -> tuple[Numbers, Bools]:
    """What each record gives to a sum of those that count, one where nothing is said, and where that is not known."""
    number = exact.constant(1, scope.size) if node is None else evaluate(node, scope)
    units = np.where(counts, number.units, 0)
    return Numbers(units, number.places), counts & ~number.known()


# Numbers


def _stored(units: Ints, places: int = NUMBER_PLACES) -> Numbers:
    """Numbers as columns hold them."""
    unknown = units == UNKNOWN
    return exact.blank(units, places, unknown if unknown.any() else None)


def _by(node: words.By, scope: Scope) -> Numbers:
    if node.by == "penalty-kind":
        return _by_penalty_kind(node, scope)
    codes, known = _codes(node.by, scope)
    otherwise = Decimal(0) if node.otherwise is None else node.otherwise
    places = max(exact.decimal_places(number) for number in (otherwise, *node.gives.values()))
    table = np.array([int(node.gives.get(word, otherwise).scaleb(places)) for word in known], np.int64)
    unknown = None
    if node.otherwise is None:
        unknown = np.array([word not in node.gives for word in known])[codes]
    return exact.blank(table[codes], places, unknown)


def _codes(name: str, scope: Scope) -> tuple[Ints, tuple[str, ...]]:
    """The numbers of a column of words, and the words by number."""
    records = scope.run.records
    if name.startswith("entity."):
        fact = name.removeprefix("entity.")
        return scope.of_entity(scope.run.columns.facts.words[fact]), ("", *records.vocabulary.facts[fact])
    if name == "class":
        return records.severity[scope.rows], CLASSES
    if name == "type":
        return records.type[scope.rows], ("", *records.vocabulary.types)
    return records.values[name][scope.rows], ("", *records.vocabulary.fields[name])


def _by_penalty_kind(node: words.By, scope: Scope) -> Numbers:
    """The number of the heaviest of each record's kinds, whichever way it points."""
    places = max(exact.decimal_places(number) for number in node.gives.values())
    units = np.zeros(scope.size, np.int64)
    named = np.zeros(scope.size, bool)
    for kind in sorted(node.gives):
        worth = int(node.gives[kind].scaleb(places))
        has = scope.run.records.with_penalty_kind(kind)[scope.rows]
        heavier = has & ((abs(worth) > np.abs(units)) | ((abs(worth) == np.abs(units)) & (worth < units)))
        units[heavier] = worth
        named |= has
    found = Numbers(units, places)
    if named.all():
        return found
    rest = (
        exact.nothing_known(scope.size)
        if node.otherwise is None
        else exact.constant(node.otherwise, scope.size)
    )
    return exact.select(found, named, rest)


def _divide(node: words.Divide, scope: Scope) -> Numbers:
    above, below = _several(node.divide, scope)
    return exact.divide(above, below, node.places, node.mode)


def _several(nodes: Iterable[Any], scope: Scope) -> list[Numbers]:
    return [evaluate(node, scope) for node in nodes]


def _first_known(node: words.FirstKnown, scope: Scope) -> Numbers:
    result, *others = _several(node.first_known, scope)
    for one in others:
        result = exact.select(result, result.known(), one)
    return result


def _absolute(node: words.Absolute, scope: Scope) -> Numbers:
    one = evaluate(node.absolute, scope)
    return Numbers(np.abs(one.units), one.places, one.unknown)


def _how_many(node: words.HowMany, scope: Scope) -> Numbers:
    truths = [holds(one, scope) for one in node.how_many]
    units = np.add.reduce([truth.yes.astype(np.int64) for truth in truths])
    return exact.blank(units, 0, exact.either(*(truth.unknown for truth in truths)))


def _ranked(node: words.Ranked, scope: Scope) -> Numbers:
    several, places = exact.same_places(_several(node.ranked, scope))
    units = np.stack([one.units.astype(object) for one in several])
    known = np.stack([one.known() for one in several])
    # What is unknown stands behind all that is known.
    lowest = min(units.min(initial=0), 0) - 1
    order = np.sort(np.where(known, units, lowest), axis=0)[::-1]
    enough = known.sum(axis=0) >= node.place
    none = ~enough if node.of_known else ~(enough & known.all(axis=0))
    at = order[min(node.place, len(several)) - 1]
    return exact.blank(exact.narrow(np.where(none, 0, at)), places, none)


def _chosen(options: Iterable[tuple[Truth, Any]], otherwise: Any, scope: Scope) -> Numbers:
    """The first option that holds. Where an earlier one might hold, nothing is known."""
    result = exact.nothing_known(scope.size)
    open_still = np.ones(scope.size, bool)
    for truth, gives in options:
        chosen = open_still & truth.yes
        if chosen.any():
            result = exact.select(evaluate(gives, scope), chosen, result)
        open_still &= truth.no()
    if otherwise is not None and open_still.any():
        result = exact.select(evaluate(otherwise, scope), open_still, result)
    return result


def _case(node: words.Case, scope: Scope) -> Numbers:
    return _chosen(((holds(one.when, scope), one.gives) for one in node.case), node.otherwise, scope)


def _steps(node: words.Steps, scope: Scope) -> Numbers:
    one = evaluate(node.steps, scope)
    return _chosen(((within(one, row), row.gives) for row in node.table), None, scope)


def _line(node: words.Line, scope: Scope) -> Numbers:
    one = evaluate(node.line, scope)
    places = max(one.places, *(exact.decimal_places(number) for pair in node.through for number in pair))
    at = one.at(places).units
    xs, ys = ([int(pair[side].scaleb(places)) for pair in node.through] for side in (0, 1))
    first = exact.rounded(np.array([ys[0] * 10**node.places]), 10**places)
    units = np.full(len(at), first[0], np.int64)
    for (x0, y0), (x1, y1) in zip(zip(xs, ys, strict=True), list(zip(xs, ys, strict=True))[1:], strict=False):
        right = at >= x0
        inside = np.minimum(at[right], x1) - x0
        # Exactly y0 + inside·(y1-y0)/(x1-x0), rounded once.
        above = (inside.astype(object) * (y1 - y0) + y0 * (x1 - x0)) * 10**node.places
        units[right] = exact.rounded(above, (x1 - x0) * 10**places)
    return exact.blank(units, node.places, one.unknown)


def _event(node: words.EventOf, scope: Scope) -> Numbers:
    step = scope.step
    if step is None:
        raise ValueError("An event is asked of where one is worked out.")
    if isinstance(node.event, str):
        return step.numbers[node.event]
    return step.matching(node.event, node.sum)


def _function(node: words.FunctionOf, scope: Scope) -> Numbers:
    return exact.by_value(evaluate(node.of, scope), node.places, exact.FUNCTIONS[node.function])


def _chance(node: words.Chance, scope: Scope) -> Numbers:
    """What is left out of a chance: the chance itself, or the number or rate at which it is so large."""
    named = [name for name in (*words.CHANCES[node.chance], "at_most", "level") if name != node.asks]

    def left_out(*numbers: Decimal) -> Decimal | None:
        said = dict(zip(named, numbers, strict=True))
        if node.asks in {"each", "expected"}:
            return chances.rate_at(
                said.get("of"), said["at_most"], said["level"], node.places, half_of_last=node.half_of_last
            )
        terms = CHANCES[node.chance](*(said[name] for name in words.CHANCES[node.chance]))
        if node.asks == "at_most":
            return chances.number_at(terms, said["level"])
        return chances.tail(terms, said["at_most"], half_of_last=node.half_of_last)

    return exact.by_values(_several((getattr(node, name) for name in named), scope), node.places, left_out)


#: By kind of chance, the chances of exactly 0, 1, 2 … from what is said of it, in its order.
CHANCES: dict[str, Callable[..., chances.Terms | None]] = {
    "binomial": chances.binomial,
    "poisson": chances.poisson,
    "hypergeometric": chances.hypergeometric,
}
NUMBERS: dict[type, Callable[[Any, Scope], Numbers]] = {
    words.FieldOf: lambda node, scope: _stored(
        scope.run.records.numbers[node.field][scope.rows],
        scope.run.records.places.get(node.field, NUMBER_PLACES),
    ),
    words.FactOf: lambda node, scope: _stored(
        scope.of_entity(scope.run.columns.facts.numbers[node.fact]),
        scope.run.columns.facts.places.get(node.fact, NUMBER_PLACES),
    ),
    words.ValueOf: lambda node, scope: scope.of_entities(scope.run.values[node.value]),
    words.Count: lambda node, scope: scope.of_entities(
        Numbers(events_of(scope.run, scope.run.rows(node.count), node.per).astype(np.int64), 0)
    ),
    words.SinceLast: lambda node, scope: scope.of_entities(_since_last(node, Scope(scope.run))),
    words.Before: _around,
    words.After: _around,
    words.Elapsed: _elapsed,
    words.By: _by,
    words.Add: lambda node, scope: exact.add(_several(node.add, scope)),
    words.Subtract: lambda node, scope: exact.subtract(*_several(node.subtract, scope)),
    words.Multiply: lambda node, scope: exact.multiply(_several(node.multiply, scope)),
    words.Divide: _divide,
    words.Largest: lambda node, scope: exact.extreme(
        _several(node.largest, scope), largest=True, lenient=node.of_known
    ),
    words.Smallest: lambda node, scope: exact.extreme(
        _several(node.smallest, scope), largest=False, lenient=node.of_known
    ),
    words.FirstKnown: _first_known,
    words.Absolute: _absolute,
    words.Ranked: _ranked,
    words.HowMany: _how_many,
    words.Steps: _steps,
    words.Line: _line,
    words.Case: _case,
    words.RoundTo: lambda node, scope: exact.stepped(evaluate(node.round, scope), node.to, node.mode),
    words.FunctionOf: _function,
    words.Power: lambda node, scope: exact.raised(evaluate(node.power, scope), node.exponent, node.places),
    words.Chance: _chance,
    words.Unknown: lambda node, scope: exact.nothing_known(scope.size),
    words.EventOf: _event,
}


# Conditions


def within(one: Numbers, bounds: words.Bounds) -> Truth:
    """Where the numbers are within all of the bounds."""
    yes = np.ones(len(one), bool)
    for sign, bound in bounds.bounds():
        yes &= exact.compare(one, sign, bound)
    if one.unknown is None or not bounds.bounds():
        return Truth(yes)
    return Truth(yes & ~one.unknown, one.unknown)


def _every(node: words.Every, scope: Scope) -> Truth:
    truths = [holds(one, scope) for one in node.all]
    yes = reduce(np.logical_and, (truth.yes for truth in truths))
    no = reduce(np.logical_or, (truth.no() for truth in truths))
    return Truth(yes, ~(yes | no))


def _any(node: words.Either, scope: Scope) -> Truth:
    truths = [holds(one, scope) for one in node.any]
    yes = reduce(np.logical_or, (truth.yes for truth in truths))
    no = reduce(np.logical_and, (truth.no() for truth in truths))
    return Truth(yes, ~(yes | no))


def _not(node: words.Not, scope: Scope) -> Truth:
    truth = holds(node.not_, scope)
    return Truth(truth.no(), truth.unknown)


def _fact_is(node: words.FactIs, scope: Scope) -> Truth:
    known = scope.run.records.vocabulary.facts[node.entity]
    wanted = np.zeros(len(known) + 1, bool)
    wanted[[known.index(word) + 1 for word in node.is_]] = True
    return Truth(wanted[scope.of_entity(scope.run.columns.facts.words[node.entity])])


def _alike(node: words.Alike, scope: Scope) -> Truth:
    one, other = (
        scope.of_entity(scope.run.columns.facts.keys[name.removeprefix("entity.")])
        if name.startswith("entity.")
        else scope.run.records.keys[name][scope.rows]
        for name in node.alike
    )
    unknown = (one == 0) | (other == 0)
    return Truth((one == other) & ~unknown, unknown)


def _has(node: words.Has, scope: Scope) -> Truth:
    number = events_of(scope.run, scope.run.rows(node.records), node.per)
    yes = number >= node.at_least
    if node.at_most is not None:
        yes &= number <= node.at_most
    return Truth(scope.of_entity(yes))


def _this_record(node: words.ThisRecord, scope: Scope) -> Truth:
    return Truth(np.isin(scope.rows, scope.run.rows(node.record), assume_unique=True))


def _graded(node: words.Graded, scope: Scope) -> Truth:
    letters = (*scope.run.scheme.letters, "")
    wanted = np.zeros(len(letters), bool)
    wanted[[letters.index(letter) for letter in node.graded]] = True
    # Who is not rated has the place -1, the last of the letters.
    return Truth(scope.of_entity(wanted[scope.run.place]))


def _was_graded(node: words.WasGraded, scope: Scope) -> Truth:
    run = scope.run
    looked_at = run.earlier[node.ago - 1 : node.farthest]
    if len(looked_at) < node.running:
        return Truth(np.zeros(scope.size, bool), np.ones(scope.size, bool))
    letters = (*run.scheme.letters, "")
    wanted = np.array([letter in node.was_graded for letter in letters])
    return Truth(scope.of_entity(reduce(np.logical_and, (wanted[past.place] for past in looked_at))))


def _earlier(node: words.EarlierOf, scope: Scope) -> Numbers:
    earlier = scope.run.earlier
    if len(earlier) < node.ago:
        return exact.nothing_known(scope.size)
    return scope.of_entities(earlier[node.ago - 1].values[node.earlier])


CONDITIONS: dict[type, Callable[[Any, Scope], Truth]] = {
    words.Every: _every,
    words.Either: _any,
    words.Not: _not,
    words.Test: lambda node, scope: within(evaluate(node.test, scope), node),
    words.Known: lambda node, scope: Truth(evaluate(node.known, scope).known()),
    words.FactIs: _fact_is,
    words.Alike: _alike,
    words.Has: _has,
    words.ThisRecord: _this_record,
    words.Graded: _graded,
    words.WasGraded: _was_graded,
}
NUMBERS[words.EarlierOf] = _earlier
