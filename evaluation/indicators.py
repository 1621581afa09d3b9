"""The kinds of component: pure functions over columns, found by name. A docstring is the published method.

The first paragraphs of each docstring, up to the line that begins with "Args", are printed on the page of
every scheme that uses the kind, so they are written for those who are rated.
"""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from evaluation import chains, exact, peers
from evaluation.columns import Bools, Columns, Ints, last_days_so_old, within_before
from evaluation.exact import Numbers
from evaluation.expressions import (
    Past,
    Run,
    Scope,
    Step,
    elapsed,
    ends_of,
    evaluate,
    event_of,
    has_all,
    holds,
    last_of_each,
    within,
)
from evaluation.schemes.document import (
    Age,
    AnyComponent,
    Dimension,
    FormulaComponent,
    Group,
    Match,
    Parts,
    Peers,
    RecordsComponent,
    Repeat,
    Rolling,
    looked_at,
)

#: In a column of grades: none is named.
NO_GRADE = -1


@dataclass(frozen=True, slots=True)
class Weight:
    """A weight for each row: a whole number over one divisor."""

    above: Ints
    below: int

    def __mul__(self, other: "Weight") -> "Weight":
        return Weight(_product(self.above, other.above), self.below * other.below)

    def take(self, rows: Ints) -> "Weight":
        return Weight(self.above[rows], self.below)


@dataclass(frozen=True, slots=True)
class Items:
    """Records or events on their way to a result: whose, how many units, and which row speaks for each."""

    owner: Ints
    units: Ints
    #: Places among the looked-at records: whose day and key are those of the item.
    row: Ints
    #: For each looked-at record its item, or -1 where it is left out.
    item_of_row: Ints
    #: What still weighs the items, where they are not weighed by it already.
    weight: Weight | None = None
    #: For each entity whether something that an item needs is not known.
    spoiled: Bools | None = None
    #: By what the largest and smallest are found, where it is not the units.
    ranked: Ints | None = None

    @property
    def size(self) -> Ints:
        """By what the largest and smallest are found."""
        return self.units if self.ranked is None else self.ranked

    def __len__(self) -> int:
        return len(self.owner)

    def keep(self, chosen: Ints) -> "Items":
        """Only the chosen items, in their order."""
        place = np.full(len(self) + 1, -1, np.int64)
        place[chosen] = np.arange(len(chosen))
        weight = None if self.weight is None else self.weight.take(chosen)
        return Items(
            self.owner[chosen],
            self.units[chosen],
            self.row[chosen],
            place[self.item_of_row],
            weight,
            self.spoiled,
            None if self.ranked is None else self.ranked[chosen],
        )

    def step(self, scope: Scope, places: int) -> Step:
        """What is known of each item as an event; `scope` are the looked-at records."""

        known: dict[tuple[int, int], Numbers] = {}

        def matching(match: Match, each: Any) -> Numbers:
            # A chain asks the same of the same items at every step.
            asked = (id(match), id(each))
            if asked not in known:
                known[asked] = worked_out(match, each)
            return known[asked]

        def worked_out(match: Match, each: Any) -> Numbers:
            fits = np.isin(scope.rows, scope.run.rows(match), assume_unique=True) & (self.item_of_row >= 0)
            rows, item = scope.rows[fits], self.item_of_row[fits]
            if each is None:
                return Numbers(np.bincount(item, minlength=len(self)).astype(np.int64), 0)
            found = evaluate(each, Scope(scope.run, rows))
            units = exact.total(item, found.units, len(self))
            if found.unknown is None:
                return Numbers(units, found.places)
            return exact.blank(units, found.places, np.bincount(item[found.unknown], minlength=len(self)) > 0)

        of_all = np.bincount(self.item_of_row[self.item_of_row >= 0], minlength=len(self)).astype(np.int64)
        return Step({"points": Numbers(self.units, places), "records": Numbers(of_all, 0)}, matching)

    def needing(self, number: Numbers, size: int, *, lenient: bool) -> tuple["Items", Numbers]:
        """The items and a number of each. Where it is not known the item is left out, or spoils the result of its entity."""
        if number.unknown is None:
            return self, number
        if lenient:
            known = np.flatnonzero(~number.unknown)
            return self.keep(known), number.take(known)
        spoils = np.bincount(self.owner[number.unknown], minlength=size) > 0
        spoiled = exact.either(self.spoiled, spoils)
        return replace(self, spoiled=spoiled), Numbers(number.units, number.places)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a component made of each record that it looked at; units are of the `places`-th place.

    `rows` are places in the columns. `full` is a record's value before any weight, `weight` all that weighed
    it, `units` what it gave to the result where records add up. Of `silent` records others spoke in their place.
    """

    rows: Ints
    full: Numbers
    weight: Weight | None
    units: Ints
    places: int
    silent: Bools
    #: Whether what the records gave makes up the result, but for limits and rounding.
    adds_up: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """What a component came to, and, where it looks at records, what each of them did."""

    result: Numbers
    effect: Callable[[], Effect] | None = None
    parts: "PartNumbers | None" = None


@dataclass(frozen=True, slots=True)
class PartNumbers:
    """What each part of the entities came to, those that do not count among them."""

    owner: Ints
    #: The place of the last record that names it.
    row: Ints
    number: Numbers
    counts: Bools


@dataclass(frozen=True, slots=True)
class Method:
    """A way of counting by its name in scheme documents, with the text that is published about it."""

    name: str
    apply: Callable[..., Any]

    @property
    def published(self) -> str:
        """The published method: the docstring up to its arguments, one paragraph a line."""
        text = inspect.cleandoc(self.apply.__doc__ or "").split("\nArgs:")[0]
        return "\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n") if paragraph.strip())


METHODS: dict[str, Method] = {}


def method(name: str) -> Callable:
    """Publish a function's docstring as the method of this name."""

    def register(function: Callable) -> Callable:
        METHODS[name] = Method(name, function)
        return function

    return register


def methods_of(one: AnyComponent) -> list[str]:
    """The names of the methods that a component uses, in the order in which they are applied."""
    if isinstance(one, Parts):
        inner = [name for part in one.inner for name in methods_of(part)]
        chosen = ["chosen"] if one.highest or one.lowest or one.by_size else []
        return [one.kind, *inner, *chosen, *([] if one.take == "sum" else [one.take])]
    if not isinstance(one, RecordsComponent):
        return [one.kind]
    used: list[str] = [one.kind]
    if one.repeat:
        used.append("repeat")
    if one.age or any(group.age for group in one.groups):
        used.append("age")
    if one.groups:
        used.append("groups")
    if one.rolling:
        used.append("rolling")
    if one.by_recency or one.by_size or one.highest or one.last or one.lowest:
        used.append("chosen")
    if one.weighed_by is not None:
        used.append("weighed_by")
    if one.take != "sum":
        used.append("becomes" if one.running and one.running.becomes is not None else one.take)
    return used


def measure(one: AnyComponent, run: Run) -> Measured:
    """What the component comes to for every entity; those that it looks at are in `run.values` already."""
    return KINDS[one.kind](one, run)


@method("records")
def records(one: RecordsComponent, run: Run) -> Measured:
    """Each matching record that counts has its points. They are weighted, rounded as the scheme says, and only then
    added. Where a value that is needed is not known the result is not known either, which is not zero.

    Args:
        one: which records, their points, weights and events, and what is taken of them.
        run: the columns and the day.
    """
    rows = run.rows(one.records)
    each = evaluate(one.each, Scope(run, rows))
    spoiled = None
    if each.unknown is not None and each.unknown.any():
        if one.skip_unknown:
            known = np.flatnonzero(~each.unknown)
            rows, each = rows[known], each.take(known)
        else:
            spoiled = run.per_entity(rows[each.unknown]) > 0
    scope = Scope(run, rows)
    places = exact.decimal_places(step_of(one, run))
    weight, not_dated = weight_of(one, scope)
    if not_dated is not None:
        spoiled = exact.either(spoiled, run.per_entity(rows[not_dated]) > 0)
    keeps_weight = one.take == "mean" and not one.groups
    weighed = exact.fitting(Numbers(_weighed(each, None if keeps_weight else weight, one, run), places))
    points = weighed.units
    if weighed.unknown is not None:
        spoiled = exact.either(spoiled, run.per_entity(rows[weighed.unknown]) > 0)
    items = _items_of(one, scope, points, weight if keeps_weight else None)
    result = TAKES[one.take](items, one, scope, places)
    spoiled = exact.either(spoiled, items.spoiled)
    if spoiled is not None:
        result = exact.blank(result.units, result.places, exact.either(result.unknown, spoiled))
    return Measured(
        finished(one, result, rounds=False), lambda: _effect(one, scope, each, weight, points, items, places)
    )


def _items_of(one: RecordsComponent, scope: Scope, points: Ints, weight: Weight | None) -> Items:
    """What is taken: the records, or the events that they make, in so far as they speak."""
    run, each = scope.run, np.arange(scope.size)
    items = Items(run.records.entity_index[scope.rows], points, each, each, weight)
    for number, group in enumerate(one.groups):
        items = grouped(group, items, one, scope, is_last=number == len(one.groups) - 1)
    if one.enough:
        too_few = np.bincount(items.owner, minlength=run.size) < one.enough
        items = replace(items, spoiled=exact.either(items.spoiled, too_few))
    if one.rolling is not None:
        items = rolled(items, one, scope)
    if one.ranked_by is not None:
        items, size = items.needing(
            _seen(one.ranked_by, items, one, scope), run.size, lenient=one.skip_unknown
        )
        items = replace(items, ranked=size.units)
    items = chosen_of(items, one, scope)
    return items if one.weighed_by is None else weighed_by(items, one, scope)


@method("formula")
def formula(one: FormulaComponent, run: Run) -> Measured:
    """A number is worked out from other components, from numbers of records and from facts about the entity."""
    return Measured(finished(one, evaluate(one.formula, Scope(run))))


@method("dimension")
def dimension(one: Dimension, run: Run) -> Measured:
    """Several components make one: the sum, the mean, the largest or the smallest of them, each by its weight. One
    that is not known makes the whole unknown, unless the scheme says that the whole goes on without it."""
    parts = [(run.values[part.code], part.weight, part.optional) for part in one.components]
    return Measured(finished(one, combined(parts, one.take, one.start, run.size)))


@method("parts")
def of_parts(one: Parts, run: Run) -> Measured:
    """What is counted is counted for each part of the entity by itself, as for each of its sites, from the records that
    name that part. Then the numbers of the parts are taken together.

    A record that names no part counts for none. Where parts are compared with peers, these are the like parts of all
    entities.
    """
    found = run_of_parts(one, run)
    rows, part, last, within = found.rows, found.part, found.last, found.run
    for inner in one.inner:
        within.values[inner.code] = measure(inner, within).result
    scope, each = Scope(run, rows), Scope(within)
    step = step_of(one, run)
    number = exact.fitting(exact.stepped(evaluate(one.gives, each), step, _mode(run)))
    items = Items(run.records.entity_index[rows[last]], number.units, last, part)
    stands = _parts_that_stand(one, each)
    items = _parts_that_count(one, items, each, number, stands, run.size)
    if one.enough:
        too_few = np.bincount(items.owner, minlength=run.size) < one.enough
        items = replace(items, spoiled=exact.either(items.spoiled, too_few))
    before = items.row
    items = _of_those_sizes(items, one, scope)
    # Those that are not among the largest or smallest do not count either.
    passed_over = np.isin(last, np.setdiff1d(before, items.row))
    seen = PartNumbers(run.records.entity_index[rows[last]], rows[last], number, stands & ~passed_over)
    places = exact.decimal_places(step)
    result = TAKES[one.take](items, one, scope, places)
    result = exact.blank(result.units, result.places, exact.either(result.unknown, items.spoiled))
    return Measured(
        finished(one, result, rounds=False), lambda: _effect_of_parts(one, scope, items, places), seen
    )


def _parts_that_stand(one: Parts, each: Scope) -> Bools:
    """The parts of which all conditions hold."""
    stands = np.ones(each.size, bool)
    for condition in one.where:
        stands &= holds(condition, each).yes
    return stands


def _parts_that_count(
    one: Parts, items: Items, each: Scope, number: Numbers, stands: Bools, size: int
) -> Items:
    """The parts that stand, each with its weight; what is not known of them spoils the whole or is left out."""
    unknown = number.unknown
    if one.weighed_by is not None:
        weight = evaluate(one.weighed_by, each)
        items = replace(items, weight=Weight(weight.units, 10**weight.places))
        unknown = exact.either(unknown, weight.unknown)
    if one.ranked_by is not None:
        size_of_each = evaluate(one.ranked_by, each)
        items = replace(items, ranked=size_of_each.units)
        unknown = exact.either(unknown, size_of_each.unknown)
    kept = np.flatnonzero(stands)
    needed = exact.blank(number.units, number.places, unknown).take(kept)
    items, _number = items.keep(kept).needing(needed, size, lenient=one.skip_unknown)
    return items


def _named_parts(one: Parts, run: Run) -> tuple[Ints, Ints]:
    """The records that name a part, by part and then by key, and the number of the part of each."""
    rows = run.rows(one.records)
    rows = rows[has_all(Scope(run, rows), one.same)]
    part = event_of(Scope(run, rows), one.same)
    order = np.lexsort((run.records.record[rows], part))
    return rows[order], part[order]


@dataclass(frozen=True, slots=True)
class PartsFound:
    """The parts that the records name: their rows by part, the part of each row, the last row of each part."""

    rows: Ints
    part: Ints
    last: Ints
    #: A run in which each part stands for an entity: it has the records that name it, and the facts of its entity.
    run: Run


def run_of_parts(one: Parts, run: Run) -> PartsFound:
    """The parts of all entities of the run, each as if it were an entity."""
    rows, part = _named_parts(one, run)
    last = last_of_each(part, run.records.decided[rows])
    owner = run.records.entity_index[rows[last]]
    number = len(owner)
    records = replace(run.records.take(rows), entities=number, entity_index=part)
    within = Run(
        columns=Columns(np.arange(number), records, run.columns.facts.take(owner)),
        scheme=run.scheme,
        as_of=run.as_of if isinstance(run.as_of, date) else run.as_of[owner],
        counted=np.ones(len(rows), bool),
        peers=run.peers,
        # While peers are still sampled not all that the parts will look at is known.
        values={code: run.values[code].take(owner) for code in looked_at(one) & run.values.keys()},
        earlier=tuple(
            Past(past.place[owner], {code: value.take(owner) for code, value in past.values.items()})
            for past in run.earlier
        ),
        last_rows=last,
    )
    return PartsFound(rows, part, last, within)


@method("peers")
def among_peers(one: Peers, run: Run) -> Measured:
    """The entity is held against its peers: those of its own group that are measured alike. Where the group is too
    small the next wider one is taken; where none is large enough the result is not known.

    The scheme may say that it looks at others than its own, at those that it names or that name it.
    """
    return Measured(finished(one, peers.stand(one, run, run.peers[one.code]), rounds=False))


KINDS: dict[str, Callable[[Any, Run], Measured]] = {
    "records": records,
    "formula": formula,
    "dimension": dimension,
    "parts": of_parts,
    "peers": among_peers,
}


def step_of(one: RecordsComponent | Parts, run: Run) -> Decimal:
    """The step to which points of records are rounded."""
    return one.rounding or run.scheme.document.rounding


def finished(one: AnyComponent, result: Numbers, *, rounds: bool = True) -> Numbers:
    """Rounded and kept within the component's own floor and ceiling; what stands for "unknown" put in its place."""
    result = exact.fitting(result)
    if rounds and one.rounding is not None:
        result = exact.stepped(result, one.rounding, one.mode)
    result = exact.clipped(result, one.floor, one.ceiling)
    if one.if_unknown is not None and result.unknown is not None:
        result = exact.select(result, result.known(), exact.constant(one.if_unknown, len(result)))
    return result


def combined(parts: Iterable[tuple[Numbers, str, bool]], take: str, start: Decimal, size: int) -> Numbers:
    """Weighted numbers together; those of weight zero are left out. Exact, but for a mean or a weight like 1/3."""
    weighed = [
        (number, exact.ratio(weight), optional)
        for number, weight, optional in parts
        if exact.ratio(weight) != 0
    ]
    if take in {"largest", "smallest"}:
        several = [_times_ratio(number, weight) for number, weight, _optional in weighed]
        lenient = all(optional for _number, _weight, optional in weighed)
        return exact.extreme(several, largest=take == "largest", lenient=lenient)
    above, below = exact.common([weight for _number, weight, _optional in weighed])
    numbers, places = exact.same_places(
        [exact.constant(start, size), *(number for number, _w, _o in weighed)]
    )
    # Everything over one divisor, so that whatever rounds does so once.
    total = exact.multiply([numbers[0], exact.constant(below, size)])
    shares = exact.constant(0, size)
    unknown: list[Bools | None] = []
    for number, share, (_number, _weight, optional) in zip(numbers[1:], above.tolist(), weighed, strict=True):
        known = Numbers(number.units, number.places)
        total = exact.add([total, exact.multiply([known, exact.constant(share, size)])])
        counts = number.known() if optional else np.ones(size, bool)
        shares = exact.add([shares, Numbers(counts * np.int64(share), 0)])
        if not optional:
            unknown.append(number.unknown)
    if take == "mean":
        result = exact.divide(total, shares, exact.MOST_PLACES - 3)
    else:
        needs = exact.decimal_places(Decimal(1) / below) if below != 1 else 0
        result = exact.divide(total, exact.constant(below, size), min(places + needs, exact.MOST_PLACES))
    return exact.blank(result.units, result.places, exact.either(result.unknown, *unknown))


def _times_ratio(number: Numbers, weight) -> Numbers:
    if weight == 1:
        return number
    above, below = exact.common([weight])
    product = exact.multiply([number, exact.constant(int(above[0]), len(number))])
    return exact.divide(product, exact.constant(below, len(number)), exact.MOST_PLACES - 3)


# Weights of records


def weight_of(one: RecordsComponent, scope: Scope) -> tuple[Weight | None, Bools | None]:
    """The weight of each record by repetition and age together, and where the day that it needs is not known."""
    weights, unknown = [], None
    if one.repeat:
        weights.append(repetition(one.repeat, one.dated, scope))
    if one.age:
        weight, unknown = aged(one.age, one.dated, scope)
        weights.append(weight)
    if not weights:
        return None, None
    return (weights[0] if len(weights) == 1 else weights[0] * weights[1]), unknown


@method("repeat")
def repetition(repeat: Repeat, dated: str, scope: Scope) -> Weight:
    """The first, the second, the third record of the same kind weigh differently, in the order of their days; the last
    weight named goes on for all further ones.

    The scheme may say that only what comes again soon enough, or at the very next event, is a repetition.
    """
    above, below = exact.common([exact.ratio(factor) for factor in repeat.factors])
    kind = event_of(scope, repeat.same, dated)
    day = _plain_days(dated, scope).astype(np.int64)
    key = scope.run.records.record[scope.rows]
    order = np.lexsort((key, day, kind))
    first: Ints
    ordinal: Ints
    if repeat.at_next:
        owner = scope.run.records.entity_index[scope.rows].astype(np.int64)
        ordinal = _in_a_row(kind, event_of(scope, repeat.at_next, dated), owner, day, key)
        return Weight(above[np.minimum(ordinal, len(above) - 1)], below)
    if repeat.within is None:
        first = np.searchsorted(kind[order], kind[order], side="left")
    else:
        first = within_before(kind[order], day[order], repeat.within, repeat.unit)
    ordinal = np.empty(len(order), np.int64)
    ordinal[order] = np.arange(len(order)) - first
    return Weight(above[np.minimum(ordinal, len(above) - 1)], below)


def _in_a_row(kind: Ints, event: Ints, owner: Ints, day: Ints, key: Ints) -> Ints:
    """For each row at how many events in a row before its own there was one of its kind."""
    number = int(event.max(initial=-1)) + 1
    last_day, last_key = np.full(number, np.iinfo(np.int64).min), np.full(number, np.iinfo(np.int64).min)
    np.maximum.at(last_day, event, day)
    np.maximum.at(last_key, event, key)
    # An event is of one entity, and so is a kind: only those of one entity are held against each other.
    whose: Ints = np.zeros(number, np.int64)
    whose[event] = owner
    place: Ints = np.empty(number, np.int64)
    place[np.lexsort((last_key, last_day, whose))] = np.arange(number)
    at = place[event]
    order = np.lexsort((at, kind))
    apart = np.diff(at[order], prepend=0)
    begins = np.append(True, (kind[order][1:] != kind[order][:-1]) | (apart[1:] > 1))[: len(order)]
    so_far = np.cumsum(np.where(begins, 0, np.minimum(apart, 1)))
    ordinal: Ints = np.empty(len(order), np.int64)
    ordinal[order] = so_far - so_far[np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))]
    return ordinal


@method("age")
def aged(age: Age, dated: str, scope: Scope) -> tuple[Weight, Bools | None]:
    """What is older weighs less, by bands of age in whole months or days, or by half whenever a half-life has passed.
    The end of a month counts as its last day."""
    days, unknown = scope.day(age.since or dated)
    today = scope.today
    if age.half_life is not None:
        since = np.where(unknown, today, days) if unknown is not None else days
        passed = np.maximum(elapsed(since, today, age.unit), 0)
        weight = exact.halved(Numbers(passed, 0), age.half_life, age.places)
        return Weight(weight.units, 10**age.places), unknown
    above, below = exact.common([exact.ratio(band.weight) for band in age.bands])
    band, now = np.zeros(scope.size, np.int8), scope.run.today
    for one in age.bands[:-1]:
        end, day = (one.below, now) if one.below is not None else (one.up_to, now - np.timedelta64(1, "D"))
        last = last_days_so_old(day, end) if age.unit == "months" else day - end
        last = scope.of_entity(last) if isinstance(last, np.ndarray) else last
        band += np.asarray(days) <= last
    return Weight(above[band], below), unknown


def _plain_days(name: str, scope: Scope) -> np.ndarray:
    """Days as a column; those that are not known stand before all others."""
    days, unknown = scope.day(name)
    column = np.broadcast_to(np.asarray(days), (scope.size,))
    return column if unknown is None else np.where(unknown, np.datetime64("0001-01-01"), column)


def _weighed(each: Numbers, weight: Weight | None, one: RecordsComponent, run: Run) -> Ints:
    """Points of records, rounded once, in units of the component's step."""
    step = step_of(one, run)
    places = exact.decimal_places(step)
    size = int(step.scaleb(places))
    if weight is None:
        exact_already = each.places <= places and size == 1
        return each.at(places).units if exact_already else exact.stepped(each, step, _mode(run)).units
    above, below = weight.above, weight.below
    if each.places > places:
        below *= 10 ** (each.places - places)
    units = each.units if each.places >= places else each.at(places).units
    return exact.weighted(units, above, below, size, _mode(run))


def _mode(run: Run) -> str:
    return run.scheme.document.mode


# Events


@method("groups")
def grouped(group: Group, items: Items, one: RecordsComponent, scope: Scope, *, is_last: bool) -> Items:
    """Records of one event are taken together before anything else is counted, and the event has its own limit.

    The scheme may say by a formula what an event gives.
    """
    rows = Scope(scope.run, scope.rows[items.row])
    day = _plain_days(one.dated, rows)
    event = event_of(rows, group.same, one.dated)
    if group.within is not None:
        event = _following(event, day, group.within)
    number = int(event.max()) + 1 if len(event) else 0
    speaks = _speaking_of_event(group, items, event, day, scope)
    row = items.row[speaks]
    where = np.append(event, -1)
    made = Items(
        scope.run.records.entity_index[scope.rows[row]],
        _event_units(group, items, event, number, speaks, one, scope),
        row,
        where[items.item_of_row],
        spoiled=items.spoiled,
    )
    places = exact.decimal_places(step_of(one, scope.run))
    if group.gives is not None:
        made = _given(group.gives, made, one, scope)
    begun = exact.add([Numbers(made.units, places), exact.constant(group.start, len(made))])
    cut = exact.clipped(begun, group.floor, group.ceiling)
    made = replace(made, units=_tabled(cut, group).at(places).units)
    return made if group.age is None else _aged_events(group.age, made, one, scope, is_last=is_last)


def _speaking_of_event(group: Group, items: Items, event: Ints, day: np.ndarray, scope: Scope) -> Ints:
    """Which item speaks for each event: the last one, or the largest or smallest where that is taken."""
    key = scope.run.records.record[scope.rows[items.row]]
    order = {
        "largest": lambda: np.lexsort((key, day, items.units, event)),
        "smallest": lambda: np.lexsort((key, day, -items.units, event)),
    }.get(group.take, lambda: np.lexsort((key, day, event)))()
    return order[ends_of(event[order])]


def _event_units(
    group: Group, items: Items, event: Ints, number: int, speaks: Ints, one: RecordsComponent, scope: Scope
) -> Ints:
    """What is taken of the records of each event."""
    step = step_of(one, scope.run)
    if group.take == "sum":
        return exact.total(event, items.units, number)
    number_of = np.bincount(event, minlength=number).astype(np.int64)
    if group.take == "mean":
        size = int(step.scaleb(exact.decimal_places(step)))
        return exact.weighted(exact.total(event, items.units, number), 1, number_of, size, _mode(scope.run))
    if group.take == "count":
        return number_of * 10 ** exact.decimal_places(step)
    return items.units[speaks]


def _given(gives: Any, made: Items, one: RecordsComponent, scope: Scope) -> Items:
    """The events with what the scheme's formula makes of their points, rounded once to the step of the points."""
    found = exact.stepped(_seen(gives, made, one, scope), step_of(one, scope.run), _mode(scope.run))
    made, found = made.needing(exact.fitting(found), scope.run.size, lenient=one.skip_unknown)
    return replace(made, units=found.units)


def _aged_events(age: Age, made: Items, one: RecordsComponent, scope: Scope, *, is_last: bool) -> Items:
    weight, unknown = aged(age, one.dated, Scope(scope.run, scope.rows[made.row]))
    if unknown is not None:
        weight = Weight(np.where(unknown, 0, weight.above), weight.below)
    if is_last and one.take == "mean":
        return replace(made, weight=weight)
    step = step_of(one, scope.run)
    size = int(step.scaleb(exact.decimal_places(step)))
    return replace(made, units=exact.weighted(made.units, weight.above, weight.below, size, _mode(scope.run)))


def _following(event: Ints, day: np.ndarray, within_days: int) -> Ints:
    """Events cut wherever more than so many days lie between one item and the next."""
    order = np.lexsort((day, event))
    sorted_event, sorted_day = event[order], day[order].astype(np.int64)
    apart = np.append(False, np.diff(sorted_day) > within_days)[: len(order)]
    begins = apart | np.append(True, sorted_event[1:] != sorted_event[:-1])[: len(order)]
    numbered = np.empty(len(order), np.int64)
    numbered[order] = np.cumsum(begins) - 1
    return numbered


def _tabled(one: Numbers, group: Group) -> Numbers:
    """The points of events as the group's table has them."""
    result, open_still = one, np.ones(len(one), bool)
    for row in group.table:
        chosen = open_still & within(one, row).yes
        result = exact.select(exact.constant(row.gives, len(one)), chosen, result)
        open_still &= ~chosen
    return result


@method("rolling")
def rolled(items: Items, one: RecordsComponent, scope: Scope) -> Items:
    """Each record or event stands for itself and for all those that came within so long before it: their points are
    added, whichever stretch of time that is.

    The scheme may say how many they are in place of how long, and take the mean of their points in place of the sum.
    """
    rows, said = Scope(scope.run, scope.rows[items.row]), one.rolling
    day = _plain_days(one.dated, rows).astype(np.int64)
    order = np.lexsort((scope.run.records.record[rows.rows], day, items.owner))
    owner = items.owner[order]
    place, first = np.arange(len(order)), _reached_from(said, owner, day[order])
    # Whole numbers without end, so that no sum on the way is too large.
    so_far = np.append(0, np.cumsum(items.units[order].astype(object)))
    units: Ints = np.empty(len(items), object)
    units[order] = so_far[1:] - so_far[first]
    number: Ints = np.empty(len(items), np.int64)
    number[order] = place - first + 1
    if said.take == "mean":
        step = step_of(one, scope.run)
        size = int(step.scaleb(exact.decimal_places(step)))
        units = exact.weighted(units, 1, number, size, _mode(scope.run))
    items = replace(items, units=exact.narrow(units))
    return items.keep(np.flatnonzero(number == said.over)) if said.whole else items


def _reached_from(said: Rolling, owner: Ints, day: Ints) -> Ints:
    """In rows sorted by owner and day: the place of the first that each reaches back to."""
    if said.unit != "records":
        return within_before(owner, day, said.over, said.unit)
    begins: Ints = np.searchsorted(owner, owner, side="left")
    return np.maximum(np.arange(len(owner)) - said.over + 1, begins)


@method("chosen")
def chosen_of(items: Items, one: RecordsComponent, scope: Scope) -> Items:
    """Only some of the records or events speak: the last ones, each by its place from the last, or those with most
    points.

    The last ones may be taken first, and then those of the smallest numbers.

    Where the scheme says so each weighs by its place in the order of their points.
    """
    if one.last is not None:
        order = _newest_first(items, one, scope)
        items = items.keep(np.sort(order[_ordinal(items.owner[order]) < one.last]))
    items = _of_those_sizes(items, one, scope)
    if one.by_recency:
        items = _by_place(items, one.by_recency, _newest_first(items, one, scope), one, scope)
    return items


def _of_those_sizes(items: Items, one: RecordsComponent | Parts, scope: Scope) -> Items:
    """The largest or smallest, as many as speak, each by its weight."""
    key = scope.run.records.record[scope.rows]
    if one.highest is not None:
        heaviest = np.lexsort((-key[items.row], -np.abs(items.size), items.owner))
        items = items.keep(np.sort(heaviest[_ordinal(items.owner[heaviest]) < one.highest]))
    if one.lowest is not None:
        lightest = np.lexsort((-key[items.row], items.size, items.owner))
        items = items.keep(np.sort(lightest[_ordinal(items.owner[lightest]) < one.lowest]))
    if one.by_size:
        heaviest = np.lexsort((-key[items.row], -np.abs(items.size), items.owner))
        items = _by_place(items, one.by_size, heaviest, one, scope)
    return items


def _by_place(
    items: Items, weights: Iterable[str], order: Ints, one: RecordsComponent | Parts, scope: Scope
) -> Items:
    """The first items of each owner in an order, each by the weight of its place."""
    above, below = exact.common([exact.ratio(weight) for weight in weights])
    ordinal: Ints = np.empty(len(order), np.int64)
    ordinal[order] = _ordinal(items.owner[order])
    kept = np.flatnonzero(ordinal < len(above))
    items = items.keep(kept)
    weight = Weight(above[ordinal[kept]], below)
    if one.take == "mean":
        return replace(items, weight=weight if items.weight is None else items.weight * weight)
    step = step_of(one, scope.run)
    size = int(step.scaleb(exact.decimal_places(step)))
    return replace(items, units=exact.weighted(items.units, weight.above, below, size, _mode(scope.run)))


def _seen(node: Any, items: Items, one: RecordsComponent, scope: Scope) -> Numbers:
    """A number of each item: of the record or event, by what is known of it."""
    places = exact.decimal_places(step_of(one, scope.run))
    return evaluate(node, Scope(scope.run, scope.rows[items.row], step=items.step(scope, places)))


@method("weighed_by")
def weighed_by(items: Items, one: RecordsComponent, scope: Scope) -> Items:
    """Each record or event has a weight of its own, which the scheme reads from the record or works out."""
    found = _seen(one.weighed_by, items, one, scope)
    items, found = items.needing(found, scope.run.size, lenient=one.skip_unknown)
    weight = Weight(found.units, 10**found.places)
    return replace(items, weight=weight if items.weight is None else items.weight * weight)


def _newest_first(items: Items, one: RecordsComponent, scope: Scope) -> Ints:
    """The items by owner, the last first: decided last, and of one day entered last."""
    rows = Scope(scope.run, scope.rows[items.row])
    day = _plain_days(one.dated, rows).astype(np.int64)
    return np.lexsort((-scope.run.records.record[rows.rows], -day, items.owner))


def _ordinal(sorted_owner: Ints) -> Ints:
    """The place of each row among those of its owner, from 0, in rows sorted by owner."""
    return np.arange(len(sorted_owner)) - np.searchsorted(sorted_owner, sorted_owner, side="left")


# What is taken


def _of_some(items: Items, chosen: Ints, scope: Scope, places: int) -> Numbers:
    """The units of one item of each entity; unknown for entities without."""
    units, none = np.zeros(scope.run.size, np.int64), np.ones(scope.run.size, bool)
    units[items.owner[chosen]] = items.units[chosen]
    none[items.owner[chosen]] = False
    return exact.blank(units, places, none)


#: Of these one record or event speaks for all.
SPEAKING = frozenset({"latest", "earliest", "largest", "smallest"})


def speaking(items: Items, one: RecordsComponent | Parts, scope: Scope) -> Ints:
    """Where one item of each entity speaks for all: which."""
    if one.take == "latest" and not one.groups:
        return last_of_each(items.owner, _plain_days(one.dated, Scope(scope.run, scope.rows[items.row])))
    if one.take in {"latest", "earliest"}:
        order = _newest_first(items, one, scope)
        if one.take == "latest":
            order = order[::-1]
    else:
        sign = 1 if one.take == "largest" else -1
        key = scope.run.records.record[scope.rows[items.row]]
        order = np.lexsort((key, sign * items.size, items.owner))
    return order[ends_of(items.owner[order])]


def summed(items: Items, one: RecordsComponent | Parts, scope: Scope, places: int) -> Numbers:
    """The sum."""
    return Numbers(exact.total(items.owner, items.units, scope.run.size), places)


@method("count")
def counted(items: Items, one: RecordsComponent | Parts, scope: Scope, places: int) -> Numbers:
    """The records or events are counted, whatever their points."""
    return Numbers(np.bincount(items.owner, minlength=scope.run.size).astype(np.int64), 0)


@method("largest")
def largest(items: Items, one: RecordsComponent | Parts, scope: Scope, places: int) -> Numbers:
    """Only the largest counts. Without any the result is not known."""
    return _of_some(items, speaking(items, one, scope), scope, places)


@method("smallest")
def smallest(items: Items, one: RecordsComponent | Parts, scope: Scope, places: int) -> Numbers:
    """Only the smallest counts. Without any the result is not known."""
    return _of_some(items, speaking(items, one, scope), scope, places)


@method("latest")
def latest(items: Items, one: RecordsComponent, scope: Scope, places: int) -> Numbers:
    """Of all matching records only the one that was decided last speaks; of two decided on one day, the one that
    entered the registry later. Without any the result is not known."""
    return _of_some(items, speaking(items, one, scope), scope, places)


@method("earliest")
def earliest(items: Items, one: RecordsComponent, scope: Scope, places: int) -> Numbers:
    """Only the record that was decided first speaks. Without any the result is not known."""
    return _of_some(items, speaking(items, one, scope), scope, places)


@method("mean")
def mean(items: Items, one: RecordsComponent | Parts, scope: Scope, places: int) -> Numbers:
    """The mean of all, each by its weight: the weighted values are added and divided once by the sum of the weights.
    Without any the result is not known."""
    size = scope.run.size
    weight = items.weight or Weight(np.ones(len(items), np.int64), 1)
    above = exact.total(items.owner, _product(items.units, weight.above), size)
    below = exact.total(items.owner, weight.above, size)
    step = step_of(one, scope.run)
    units = exact.weighted(
        above, 1, np.where(below == 0, 1, below), int(step.scaleb(places)), _mode(scope.run)
    )
    return exact.blank(units, places, below == 0)


def _put(units: Ints, at: Ints | Bools, values: Ints) -> Ints:
    """Units with others in some places; wide where either is."""
    result = units.astype(np.result_type(units, values))
    result[at] = values
    return result


def _product(units: Ints, factor: Ints) -> Ints:
    return exact.multiply([Numbers(units, 0), Numbers(factor, 0)]).units


@method("median")
def median(items: Items, one: RecordsComponent | Parts, scope: Scope, places: int) -> Numbers:
    """The middle one by its points; of an even number the mean of the two in the middle. Without any the result is
    not known."""
    if items.weight is not None:
        return _by_weights(items, Fraction(1, 2), "mean", one, scope, places)
    order = np.lexsort((items.units, items.owner))
    number = np.bincount(items.owner, minlength=scope.run.size).astype(np.int64)
    has = number > 0
    first = np.cumsum(number) - number
    low, high = (first + (number - 1) // 2)[has], (first + number // 2)[has]
    step = step_of(one, scope.run)
    sorted_units = items.units[order]
    middle = exact.weighted(
        _sum_of(sorted_units[low], sorted_units[high]), 1, 2, int(step.scaleb(places)), _mode(scope.run)
    )
    units: Ints = np.zeros(scope.run.size, middle.dtype)
    units[has] = middle
    return exact.blank(units, places, ~has)


def _sum_of(one: Ints, other: Ints) -> Ints:
    return exact.add([Numbers(one, 0), Numbers(other, 0)]).units


@method("quantile")
def quantile(items: Items, one: RecordsComponent | Parts, scope: Scope, places: int) -> Numbers:
    """The number that a given part of all records or events does not exceed, 9/10 of them for instance; where the scheme
    says so, on a straight line between two of them. Without any the result is not known."""
    if items.weight is not None:
        return _by_weights(items, Fraction(one.quantile or "1/2"), one.between, one, scope, places)
    order = np.lexsort((items.units, items.owner))
    number = np.bincount(items.owner, minlength=scope.run.size).astype(np.int64)
    has, part = number > 0, Fraction(one.quantile or "1/2")
    first = (np.cumsum(number) - number)[has]
    low, high, between, below = exact.quantile_places(number[has], part, one.between)
    sorted_units = items.units[order]
    taken = _sum_of(
        _product(sorted_units[first + low], below - between), _product(sorted_units[first + high], between)
    )
    step = step_of(one, scope.run)
    units = exact.weighted(taken, 1, below, int(step.scaleb(places)), _mode(scope.run))
    return exact.blank(_put(np.zeros(scope.run.size, np.int64), has, units), places, ~has)


def _by_weights(
    items: Items, part: Fraction, between: str, one: RecordsComponent | Parts, scope: Scope, places: int
) -> Numbers:
    """The number up to which those that weigh so large a part lie; not known where a weight lies below zero."""
    size, weight = scope.run.size, (items.weight or Weight(np.ones(len(items), np.int64), 1)).above
    below_zero = np.bincount(items.owner[weight < 0], minlength=size) > 0
    heavy = np.flatnonzero(weight > 0)
    order = heavy[np.lexsort((items.units[heavy], items.owner[heavy]))]
    owner, units = items.owner[order], items.units[order]
    number = np.bincount(owner, minlength=size).astype(np.int64)
    has = number > 0
    first, last = (np.cumsum(number) - number)[has], (np.cumsum(number) - 1)[has]
    low, high = exact.weighed_places(weight[order], first, last, part, between)
    step = step_of(one, scope.run)
    middle = exact.weighted(
        _sum_of(units[low], units[high]), 1, 2, int(step.scaleb(places)), _mode(scope.run)
    )
    found = _put(np.zeros(size, np.int64), has, middle)
    return exact.blank(found, places, ~has | below_zero)


@method("deviation")
def deviation(items: Items, one: RecordsComponent | Parts, scope: Scope, places: int) -> Numbers:
    """The standard deviation of all from their mean. Without any, or without two where it is that of a sample, the result is
    not known."""
    size = scope.run.size
    number = np.bincount(items.owner, minlength=size).tolist()
    total = exact.total(items.owner, items.units, size).tolist()
    squares = exact.total(items.owner, _product(items.units, items.units), size).tolist()
    step = step_of(one, scope.run)
    is_sample, every = one.spread == "sample", int(step.scaleb(places))
    found = [
        exact.deviation(n, whole, square, is_sample=is_sample, step=every)
        for n, whole, square in zip(number, total, squares, strict=True)
    ]
    units = exact.narrow(np.array([unit or 0 for unit in found], object))
    return exact.blank(units, places, np.array([unit is None for unit in found], bool))


@method("running")
def running(items: Items, one: RecordsComponent, scope: Scope, places: int) -> Numbers:
    """A balance is carried from one record or event to the next, in the order of their days. It takes the points of each
    and gets some back for the time that passes without any, and never leaves its limits on the way."""
    return chained(items, one, scope, places)[0]


@method("becomes")
def chained(
    items: Items, one: RecordsComponent, scope: Scope, places: int
) -> tuple[Numbers, list[tuple[Ints, Numbers]]]:
    """A balance is carried from step to step in the order of the days, and a formula says what each step makes of it. A
    step is a record or event, or a period, in which there may be none. The balance never leaves its limits on the way.

    Where the scheme says so the records or events go by their size, the largest first.

    Args:
        items: the records or events.
        one: the component with its chain.
        scope: the looked-at records.
        places: those of the items' units.

    Returns:
        The balance, and of each step by which items it was made and by how much it moved.
    """
    run, rows = scope.run, scope.rows[items.row]
    entry = chains.Entry(
        owner=items.owner,
        day=_plain_days(one.dated, Scope(run, rows)),
        key=run.records.record[rows],
        rows=rows,
        step=items.step(scope, places),
        undated=Scope(run, rows).day(one.dated)[1],
        size=items.size if one.running.largest_first else None,
    )
    result, moves = chains.carried(entry, one, run)
    if one.running.becomes is not None:
        result = exact.stepped(result, step_of(one, run), _mode(run))
    return result, moves


@method("streak")
def streak(items: Items, one: RecordsComponent, scope: Scope, places: int) -> Numbers:
    """How many of the last records or events in a row meet the condition, counted back from the last until one does
    not; where the scheme asks it, without leaving out a year or a month."""
    run, said = scope.run, one.streak
    fits = np.isin(scope.rows, run.rows(said.of), assume_unique=True)
    broken = np.zeros(len(items) + 1, bool)
    broken[items.item_of_row[~fits]] = True
    order = _newest_first(items, one, scope)
    owner = items.owner[order]
    is_first = _ordinal(owner) == 0
    ends, steps = broken[:-1][order], np.ones(len(order), np.int64)
    if said.every:
        day = _plain_days(one.dated, Scope(run, scope.rows[items.row[order]]))
        period = day.astype(f"M8[{said.every[0].upper()}]").astype(np.int64)
        back = np.append(0, period[:-1] - period[1:])
        ends = ends | (~is_first & (back > 1))
        steps = (is_first | (back > 0)).astype(np.int64)
    so_far = np.cumsum(ends)
    before = (so_far - ends)[np.searchsorted(owner, owner, side="left")]
    lasts = so_far == before
    return Numbers(exact.total(owner[lasts], steps[lasts], run.size), 0)


TAKES: dict[str, Callable[[Items, Any, Scope, int], Numbers]] = {
    "sum": summed,
    "count": counted,
    "largest": largest,
    "smallest": smallest,
    "latest": latest,
    "earliest": earliest,
    "mean": mean,
    "median": median,
    "quantile": quantile,
    "deviation": deviation,
    "streak": streak,
    "running": running,
}


def _adds_up(group: Group) -> bool:
    """Whether the points of an event are those of its records, but for its limits."""
    return group.take == "sum" and group.age is None and not group.table and group.gives is None


def _effect(
    one: RecordsComponent,
    scope: Scope,
    each: Numbers,
    weight: Weight | None,
    points: Ints,
    items: Items,
    places: int,
) -> Effect:
    """What each record did, for the explanation."""
    size = len(scope.rows)
    left_out = items.item_of_row < 0
    units: Ints = np.zeros(size, np.int64)
    silent = left_out.copy()
    if one.take == "sum":
        if one.by_recency or one.by_size or one.rolling or not all(_adds_up(group) for group in one.groups):
            units[items.row] = items.units
            silent = ~np.isin(np.arange(size), items.row)
        else:
            units = np.where(left_out, 0, points)
    elif one.take == "count":
        units = np.where(left_out, 0, 10**places)
    elif one.take in SPEAKING:
        says = speaking(items, one, scope)
        units[items.row[says]] = items.units[says]
        silent = ~np.isin(items.item_of_row, says)
    elif one.take == "running":
        _balance, moves = chained(items, one, scope, places)
        places = max((by.places for _which, by in moves), default=places)
        silent[:] = True
        for which, by in moves:
            units = _put(units, items.row[which], by.at(places).units)
            silent[items.row[which]] = False
    adds_up = one.take in {"sum", "count", *SPEAKING}
    return Effect(scope.rows, each, weight, units, places, silent, adds_up)


def _effect_of_parts(one: Parts, scope: Scope, items: Items, places: int) -> Effect:
    """What each record did: the last one of each part speaks for it."""
    size = scope.size
    units: Ints = np.zeros(size, np.int64)
    says = speaking(items, one, scope) if one.take in SPEAKING else np.arange(len(items))
    if one.take in {"sum", *SPEAKING}:
        units = _put(units, items.row[says], items.units[says])
    elif one.take == "count":
        units[items.row] = 10**places
    silent = ~np.isin(np.arange(size), items.row[says])
    adds_up = one.take in {"sum", "count", *SPEAKING}
    return Effect(scope.rows, Numbers(units, places), None, units, places, silent, adds_up)
