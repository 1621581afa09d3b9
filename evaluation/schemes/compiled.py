"""A document made ready for the kernel: its words gathered, its components in the order in which they are worked out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from types import MappingProxyType
from typing import Any

from evaluation.columns import Vocabulary
from evaluation.schemes import language as words
from evaluation.schemes.document import (
    Age,
    AnyComponent,
    Dimension,
    Group,
    Parts,
    Peers,
    RecordsComponent,
    Repeat,
    Rule,
    Running,
    SchemeDocument,
    looked_at,
)
from evaluation.schemes.language import AHEAD, OWN_DAYS, Match, Part, walk
from evaluation.worked_days import WorkedDays


@dataclass(frozen=True, slots=True)
class Turning:
    """A day on which a record or an entity may come to weigh otherwise, with no change in the registry.

    It comes `after` so many whole units since the `day`, and `plus` days more; `after` None means whenever
    another unit is full. `types` are the record types that it concerns; a `day` of the calendar concerns everybody.
    """

    day: str
    unit: str
    after: int | None
    plus: int = 0
    types: tuple[str, ...] = ()
    #: Where the unit is one of working days: which these are.
    worked: WorkedDays | None = None


@dataclass(frozen=True, slots=True)
class CompiledScheme:
    """What the kernel reads. Places on the scale count from 0, the best."""

    document: SchemeDocument
    vocabulary: Vocabulary
    letters: tuple[str, ...]
    counts_objected: bool
    #: Each after all that it looks at.
    components: tuple[AnyComponent, ...]
    #: Codes of the components that need the peers of the whole city: first those that need no other peers, then
    #: those that look at the first, and so on.
    peer_levels: tuple[tuple[str, ...], ...]
    turnings: tuple[Turning, ...]
    #: Where the scheme counts working days: which these are.
    worked: WorkedDays | None = None

    @property
    def parts(self) -> tuple[AnyComponent | Rule, ...]:
        """Whatever has a code, a name and an article: components, then rules."""
        return (*self.components, *self.document.rules)


def compile_scheme(document: SchemeDocument) -> CompiledScheme:
    """The document as the kernel reads it. Costs a fraction of a millisecond and gives the same each time."""
    components = tuple(document.every_component)
    vocabulary = _vocabulary(document)
    worked = document.working_days.days if document.working_days else None
    return CompiledScheme(
        document=document,
        vocabulary=vocabulary,
        letters=tuple(grade.letter for grade in document.scale),
        counts_objected=document.considered.objected == "counted",
        components=components,
        peer_levels=_peer_levels(components),
        turnings=tuple(
            replace(one, worked=worked) if one.unit == words.WORKING_DAYS else one
            for one in dict.fromkeys(_turnings(document, vocabulary))
        ),
        worked=worked,
    )


def _peer_levels(components: Iterable[AnyComponent]) -> tuple[tuple[str, ...], ...]:
    peers: dict[int, list[str]] = {}
    _find_levels(components, {}, peers)
    return tuple(tuple(peers.get(n, ())) for n in range(max(peers, default=-1) + 1))


def _find_levels(
    components: Iterable[AnyComponent], level: dict[str, int], peers: dict[int, list[str]]
) -> None:
    """After how many tables of peers each component is known; the codes of those that need one are gathered by that."""
    for one in components:
        seen = [level[code] for code in looked_at(one)]
        if isinstance(one, Dimension):
            seen += [level[part.code] for part in one.components]
        elif isinstance(one, Parts):
            within = dict(level)
            _find_levels(one.inner, within, peers)
            seen += [within[part.code] for part in one.inner]
        level[one.code] = max(seen, default=0)
        if isinstance(one, Peers):
            peers.setdefault(level[one.code], []).append(one.code)
            level[one.code] += 1


# Words


def _vocabulary(document: SchemeDocument) -> Vocabulary:
    considered = document.considered
    found = _Words()
    found.types.update(considered.types, considered.market_types)
    for part in walk(document):
        found.see(part)
    return Vocabulary(
        types=tuple(sorted(found.types)),
        penalty_kinds=tuple(sorted(found.penalty_kinds)),
        fields=_values(found.fields),
        numbers=tuple(sorted(found.numbers)),
        dates=tuple(sorted({day.removeprefix(AHEAD) for day in found.days if not day.startswith("entity.")})),
        keys=tuple(sorted(found.keys)),
        facts=_values(found.facts),
        fact_numbers=tuple(sorted(found.fact_numbers)),
        fact_dates=tuple(
            sorted(day.removeprefix("entity.") for day in found.days if day.startswith("entity."))
        ),
        fact_keys=tuple(sorted(found.fact_keys)),
        ended=document.looks_back is not None,
    )


def _values(values: dict[str, set[str]]) -> MappingProxyType[str, tuple[str, ...]]:
    return MappingProxyType({name: tuple(sorted(values[name])) for name in sorted(values)})


class _Words:
    """What the parts of a document name."""

    def __init__(self) -> None:
        self.types: set[str] = set()
        self.penalty_kinds: set[str] = set()
        self.numbers: set[str] = set()
        self.days: set[str] = set()
        self.keys: set[str] = set()
        self.fact_numbers: set[str] = set()
        self.fact_keys: set[str] = set()
        self.fields: dict[str, set[str]] = {}
        self.facts: dict[str, set[str]] = {}

    def see(self, part: Part) -> None:
        """Gather the names of one part, without those within it."""
        if isinstance(part, Match):
            self.penalty_kinds.update(part.penalty_kinds)
            for name, values in part.values.items():
                self.fields.setdefault(name, set()).update(values)
        elif isinstance(part, words.By):
            self._see_words(part)
        elif isinstance(part, words.FieldOf):
            self.numbers.add(part.field)
        elif isinstance(part, words.FactOf):
            self.fact_numbers.add(part.fact)
        elif isinstance(part, words.FactIs):
            self.facts.setdefault(part.entity, set()).update(part.is_)
        self.days.update(
            day for day in _days_of(part) if day not in {"as-of", *OWN_DAYS} and not words.is_fixed(day)
        )
        for name in _keys_of(part):
            if name.startswith("entity."):
                self.fact_keys.add(name.removeprefix("entity."))
            elif name not in {"type", "class", "year", "quarter", "month", "day"}:
                self.keys.add(name)

    def _see_words(self, by: words.By) -> None:
        if by.by == "penalty-kind":
            self.penalty_kinds.update(by.gives)
        elif by.by == "type":
            self.types.update(by.gives)
        elif by.by.startswith("entity."):
            self.facts.setdefault(by.by.removeprefix("entity."), set()).update(by.gives)
        elif by.by != "class":
            self.fields.setdefault(by.by, set()).update(by.gives)


def _days_of(part: Part) -> Iterator[str]:
    if isinstance(part, words.Elapsed):
        yield from part.elapsed
    elif isinstance(part, words.SinceLast):
        yield part.dated
        if part.or_since:
            yield part.or_since
    elif isinstance(part, Age) and part.since:
        yield part.since
    elif isinstance(part, RecordsComponent | words.Before | words.After):
        yield part.dated
    elif isinstance(part, Running) and part.since:
        yield part.since


def _keys_of(part: Part) -> Iterator[str]:
    """The words of which only sameness matters; those of facts begin with "entity."."""
    if isinstance(part, Peers):
        ways = (*part.among, *part.found_by)
        yield from (f"entity.{one}" for way in ways for one in way if isinstance(one, str))
    elif isinstance(part, words.PartWord):
        yield part.part
    elif isinstance(part, words.Alike):
        yield from part.alike
    for same in _sames_of(part):
        # The words of a number are seen as such.
        if isinstance(same, str | tuple):
            yield from (same,) if isinstance(same, str) else same


def _sames_of(part: Part) -> Iterator[words.Same]:
    if isinstance(part, words.Count | words.Has):
        yield from part.per
    elif isinstance(part, Group | Repeat | Parts | words.Before | words.After):
        yield from part.same
        if isinstance(part, Repeat):
            yield from part.at_next


# Days on which something turns by itself

#: A day of the calendar from which periods of it are counted, whichever it is.
EPOCH = "2000-01-01"


def _turnings(document: SchemeDocument, vocabulary: Vocabulary) -> Iterator[Turning]:
    considered = (*document.considered.types, *document.considered.market_types)
    known_by_then = {day for part in walk(document) for day in _days_of(part)}
    for name in vocabulary.dates:
        if name in known_by_then:
            yield Turning(name, "days", 0, 0, considered)
    for name in vocabulary.fact_dates:
        yield Turning(f"entity.{name}", "days", 0)
    if document.looks_back:
        # Everybody's grade of the period before is another one when a period begins.
        yield Turning(EPOCH, document.looks_back.period, None)
    within = list(_within(document, considered, "decided"))
    if document.working_days and any(one.unit == words.WORKING_DAYS for one in within):
        # From the first day on something is known of working days, and after the last one nothing is.
        yield Turning(document.working_days.known_from, "days", 0)
        yield Turning(document.working_days.known_to, "days", 1)
    yield from within


def _within(part: object, types: tuple[str, ...], dated: str) -> Iterator[Turning]:
    """The turnings of a part and of all within it; `types` and `dated` are those of what encloses it."""
    if isinstance(part, tuple):
        for one in part:
            yield from _within(one, types, dated)
    elif isinstance(part, Part):
        if isinstance(part, RecordsComponent):
            types, dated = part.records.types or types, part.dated
        elif isinstance(part, Parts):
            types = part.records.types or types
        elif isinstance(part, Match):
            types = part.types or types
        yield from _own_turnings(part, types, dated)
        for name in type(part).model_fields:
            value = getattr(part, name)
            if not _is_clocked(part, name):
                yield from _within(value, types, dated)


def _is_clocked(part: Part, name: str) -> bool:
    """Whether a field is a plain lapse of time, held against the bounds beside it, and so spoken for."""
    is_held = (isinstance(part, words.Steps) and name == "steps") or (
        isinstance(part, words.Test) and name == "test"
    )
    value = getattr(part, name)
    return is_held and isinstance(value, words.Elapsed | words.SinceLast) and value.unit not in words.CALENDAR


def _own_turnings(part: Part, types: tuple[str, ...], dated: str) -> Iterator[Turning]:
    if isinstance(part, Age):
        yield from _of_age(part, types, dated)
    elif isinstance(part, Running) and part.since:
        yield _whenever(part.since, part.unit, ())
    elif isinstance(part, Running) and (part.returns or part.up_to_now):
        yield _whenever(dated, part.unit, types)
        if part.recent:
            # The day on which so many months, or more than so many days, have passed.
            over = part.recent
            yield Turning(dated.removeprefix(AHEAD), over.unit, over.over, int(over.unit == "days"), types)
    elif isinstance(part, words.Steps) and _is_clocked(part, "steps"):
        for row in part.table:
            yield from _of_bounds(part.steps, row, types)
    elif isinstance(part, words.Test) and _is_clocked(part, "test"):
        yield from _of_bounds(part.test, part, types)
    elif isinstance(part, words.Elapsed | words.SinceLast):
        for day, own in _clock(part, types):
            yield _whenever(day, part.unit, own)


def _whenever(day: str, unit: str, types: tuple[str, ...]) -> Turning:
    """Whenever another unit since the day is full; until a day that is set ahead units fill on other days, so each day."""
    if day.startswith(AHEAD) and unit not in words.CALENDAR:
        return Turning(day.removeprefix(AHEAD), "days", None, 0, types)
    return Turning(day.removeprefix(AHEAD), unit, None, 0, types)


def _of_age(age: Age, types: tuple[str, ...], dated: str) -> Iterator[Turning]:
    since = (age.since or dated).removeprefix(AHEAD)
    if age.half_life is not None:
        yield Turning(since, age.unit, None, 0, types)
    for band in age.bands:
        if band.below is not None:
            yield Turning(since, age.unit, band.below, 0, types)
        elif band.up_to is not None:
            yield Turning(since, age.unit, band.up_to, 1, types)


def _of_bounds(part: Any, bounds: words.Bounds, types: tuple[str, ...]) -> Iterator[Turning]:
    for day, own in _clock(part, types):
        for sign, bound in bounds.bounds():
            # Counted backwards it falls as days pass.
            falls = isinstance(part, words.Elapsed) and part.elapsed[1] != "as-of"
            for after in _reached(FALLING[sign], -bound) if falls else _reached(sign, bound):
                if after <= 0 and day.startswith(AHEAD) and part.unit != "days":
                    yield _whenever(day, part.unit, own)
                else:
                    yield Turning(day.removeprefix(AHEAD), part.unit, after, 0, own)


#: A bound of a number is this bound of its opposite.
FALLING = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "==": "=="}


def _reached(sign: str, bound: Decimal) -> Iterator[int]:
    """The whole numbers at which a rising clock comes to stand on the other side of the bound."""
    if sign in {">=", "<", "=="}:
        yield int(bound.to_integral_value(ROUND_CEILING))
    if sign in {">", "<=", "=="}:
        yield int(bound.to_integral_value(ROUND_FLOOR)) + 1


def _clock(part: Part, types: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The days from which a lapse of time that ends on the day of the rating is counted."""
    if isinstance(part, words.SinceLast):
        yield part.dated, part.since_last.types or types
        if part.or_since:
            yield part.or_since, ()
    elif isinstance(part, words.Elapsed) and "as-of" in part.elapsed:
        for day in part.elapsed:
            if day != "as-of":
                yield day, () if day.startswith("entity.") or words.is_fixed(day) else types
