"""The one kernel: for one entity on screen, a million at night, a simulation, and the explanation of each.

Reads no clock and no database. Numbers are whole units of a decimal place and weights whole ratios, so that
the order of records and the way a city is cut into shards change nothing, not by a bit. Where peers are
compared, their table is made of all shards first (`peer_tables`) and handed to each.

    what counts → each component by itself, those within a dimension first → start + Σ weight · component
    → rounding, floor and ceiling of the scheme → grade by bands → rules, one after the other
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from typing import cast

import numpy as np

from evaluation import exact, indicators, peers
from evaluation.columns import Bools, Columns, Days, Ints, RecordColumns, period_before
from evaluation.exact import Numbers
from evaluation.expressions import Past, Run, Scope, evaluate, holds
from evaluation.indicators import NO_GRADE, Measured, PartNumbers
from evaluation.peers import PeerSample, PeerTable
from evaluation.schemes.compiled import CompiledScheme
from evaluation.schemes.document import (
    AnyComponent,
    Dimension,
    Parts,
    Peers,
    Rule,
    SchemeDocument,
    compared_within,
    looked_at,
)
from evaluation.schemes.language import CALENDAR, Count, Has, Not, Part, SinceLast

NOT_RATED = -1
#: Points as they are kept and shown: hundredths.
POINT_PLACES = 2


class Skipped(IntEnum):
    """Why a record does not count. The first reason that holds, in this order."""

    COUNTED = 0
    REPAIRED = 1
    EXPIRED = 2
    WITHDRAWN = 3
    REPLACED = 4
    NOT_YET = 5
    OTHER_FAMILY = 6
    NOT_CONSIDERED = 7
    OBJECTED = 8


class Piece(IntEnum):
    """What a finding speaks of."""

    #: Where counting starts: that of the scheme, and that of each dimension that has one.
    START = 0
    #: What one record gives or takes.
    RECORD = 1
    #: What a component gives or takes that is no sum of its records.
    COMPONENT = 2
    #: What the limits, events or rounding of a component take off the sum of its records.
    LIMIT = 3
    #: What floor, ceiling and rounding of the scheme take off the total.
    BOUNDS = 4
    #: A rule that acted for no record's sake: because of a fact, a number, an earlier grade.
    RULE = 5


@dataclass(frozen=True, slots=True)
class RatingColumns:
    """One row an entity, in the order of `Columns.entities`.

    `place` is that on the scale, 0 the best, or `NOT_RATED`. `points` are hundredths, rounded half away from
    zero; 0 where `pointless`: where the total is unknown, or the scheme has none.
    """

    entities: Ints
    points: Ints
    pointless: Bools
    place: Ints
    counted: Ints


@dataclass(frozen=True, slots=True)
class FindingColumns:
    """What made the points: for each entity its start, its records and whatever cut the sum. The points add up.

    `record` is the place of the record in `Columns.records`, or -1; `indicator` that in `CompiledScheme.parts`,
    or -1. `direct` and `ceiling` are places on the scale, or `NO_GRADE`. Points are hundredths.
    """

    entity: Ints
    piece: Ints
    indicator: Ints
    record: Ints
    full: Ints
    numerator: Ints
    denominator: Ints
    points: Ints
    direct: Ints
    ceiling: Ints
    superseded: Bools


@dataclass(frozen=True, slots=True)
class Explanation:
    """Ratings with their findings, and for every record why it does not count (`Skipped`).

    `by_bands` is the place on the scale before any rule acted. `values` are what each component came to, by
    code, and "total".
    """

    ratings: RatingColumns
    findings: FindingColumns
    skipped: Ints
    by_bands: Ints
    values: Mapping[str, Numbers]
    #: By code of the component what each part of the entities came to.
    parts: Mapping[str, PartNumbers]


def rate(
    columns: Columns, scheme: CompiledScheme, as_of: date | Days, peers: Mapping[str, PeerTable] | None = None
) -> RatingColumns:
    """Rate every entity of the columns on a day, or each on its own: one entity on many days is so many entities
    (`Columns.repeated`).

    A scheme that compares peers needs their tables; without, the columns are taken for the whole city of one day.
    """
    return _work(columns, scheme, as_of, peers).ratings


def explain(
    columns: Columns, scheme: CompiledScheme, as_of: date | Days, peers: Mapping[str, PeerTable] | None = None
) -> Explanation:
    """The same ratings, with what made them."""
    work = _work(columns, scheme, as_of, peers)
    skipped = why_skipped(columns.records, scheme, as_of)
    parts = {code: one.parts for code, one in work.measured.items() if one.parts is not None}
    return Explanation(work.ratings, _findings(work), skipped, work.by_bands, work.run.values, parts)


#: Which entities of columns are peers on a day.
Among = Callable[[Columns, date], Bools]


def peer_tables(
    shards: Callable[[], Iterable[Columns]], scheme: CompiledScheme, as_of: date, among: Among | None = None
) -> dict[str, PeerTable]:
    """The first pass: what all peers of the city come to. `shards` gives the columns of every shard anew each time.

    Empty for a scheme that compares no peers. Where a scheme looks back, the tables of the periods before come first, the
    farthest first, each by the name of its last day. Shards may also be sampled elsewhere: `peer_samples` of each,
    then `merged_peers` of them all, level by level.
    """
    tables: dict[str, PeerTable] = {}
    said = scheme.document.looks_back
    for ago in range(said.back if said and scheme.peer_levels else 0, -1, -1):
        day = _day_before(scheme, as_of, ago)
        for level in range(len(scheme.peer_levels)):
            found = merged_peers(
                peer_samples(shard, scheme, as_of, level, tables, ago=ago, among=among) for shard in shards()
            )
            tables |= {_of_day(code, day) if ago else code: table for code, table in found.items()}
    return tables


def _day_before(scheme: CompiledScheme, as_of: date, ago: int) -> date:
    """The last day of the period so many before; the day itself for none."""
    said = scheme.document.looks_back
    return cast("date", period_before(as_of, CALENDAR[said.period], ago)) if said and ago else as_of


def _of_day(code: str, day: date) -> str:
    """The name of the table of a component on the last day of an earlier period; no code has an @."""
    return f"{code}@{day.isoformat()}"


def peer_samples(
    columns: Columns,
    scheme: CompiledScheme,
    as_of: date,
    level: int,
    tables: Mapping[str, PeerTable],
    *,
    ago: int = 0,
    among: Among | None = None,
) -> dict[str, PeerSample]:
    """What one shard adds to the tables of a level, by code of the component; `ago` periods before, where it looks back."""
    day = _day_before(scheme, as_of, ago)
    then = columns.in_force_on(day, published=True) if ago else columns
    if among is not None and not (chosen := among(then, day)).all():
        columns, then = columns.only(np.flatnonzero(chosen)), then.only(np.flatnonzero(chosen))
    known = (
        {code: tables[_of_day(code, day)] for code in _codes_known(scheme, tables, day)} if ago else tables
    )
    run = _run(then, scheme, day, known)
    run.earlier = _earlier(columns, scheme, as_of, tables, than=ago)
    samples: dict[str, PeerSample] = {}
    _sample(scheme.components, run, frozenset(scheme.peer_levels[level]), samples)
    return samples


def _codes_known(scheme: CompiledScheme, tables: Mapping[str, PeerTable], day: date) -> list[str]:
    """The components of which the table of that very day is there."""
    return [code for level in scheme.peer_levels for code in level if _of_day(code, day) in tables]


def _sample(
    components: Iterable[AnyComponent], run: Run, wanted: frozenset[str], samples: dict[str, PeerSample]
) -> None:
    """Work out what is known by now, and sample the wanted; peers of parts among the parts of the entities."""
    for one in components:
        if one.code in wanted:
            samples[one.code] = peers.sample(cast("Peers", one), run)
        elif isinstance(one, Parts) and not wanted.isdisjoint(compared_within(one)):
            _sample(one.inner, indicators.run_of_parts(one, run).run, wanted, samples)
        elif _is_known_at(one, run):
            run.values[one.code] = indicators.measure(one, run).result


def merged_peers(samples: Iterable[Mapping[str, PeerSample]]) -> dict[str, PeerTable]:
    """The tables of a level from the samples of all shards, in any order."""
    many = list(samples)
    return {code: peers.merged(one[code] for one in many) for code in (many[0] if many else ())}


def _is_known_at(one: AnyComponent, run: Run) -> bool:
    """Whether all that the component looks at is known by now, its peers among it."""
    if not run.peers.keys() >= compared_within(one):
        return False
    if isinstance(one, Dimension) and any(part.code not in run.values for part in one.components):
        return False
    return looked_at(one) <= run.values.keys()


@dataclass(frozen=True, slots=True)
class _Work:
    run: Run
    ratings: RatingColumns
    measured: Mapping[str, Measured]
    start: Numbers
    by_bands: Ints
    #: For each rule the entities on which it acted.
    acted: tuple[Bools, ...]


def _run(
    columns: Columns, scheme: CompiledScheme, as_of: date | Days, tables: Mapping[str, PeerTable]
) -> Run:
    counted = which_count(columns.records, scheme, as_of)
    return Run(columns=columns, scheme=scheme, as_of=as_of, counted=counted, peers=tables)


def _work(
    columns: Columns, scheme: CompiledScheme, as_of: date | Days, tables: Mapping[str, PeerTable] | None
) -> _Work:
    if tables is None and not scheme.peer_levels:
        tables = {}
    elif tables is None:
        if not isinstance(as_of, date):
            raise ValueError("Peers of several days are no peers of each other.")
        tables = peer_tables(lambda: [columns], scheme, as_of)
    return _worked_out(columns, scheme, as_of, tables, _earlier(columns, scheme, as_of, tables))


def _earlier(
    columns: Columns,
    scheme: CompiledScheme,
    as_of: date | Days,
    tables: Mapping[str, PeerTable],
    *,
    than: int = 0,
) -> tuple[Past, ...]:
    """What the scheme gave at the end of the periods before, the last one first: from the farthest on, so that each looks
    back at those before it, and the farthest at none. Only of periods that are earlier `than` so many ago.
    """
    known: tuple[Past, ...] = ()
    said = scheme.document.looks_back
    for ago in range(said.back if said else 0, than, -1):
        day = period_before(as_of, CALENDAR[said.period], ago)
        then = columns.in_force_on(day, published=True)
        past = None
        for chosen, of_day in _tables_on(scheme, tables, day):
            work = _worked_out(then, scheme, day, of_day, known)
            one = Past(work.ratings.place.astype(np.int64), work.run.values)
            past = one if past is None else _either(one, chosen, past)
        known = (past, *known)
    return known


def _either(one: Past, chosen: Bools, other: Past) -> Past:
    """One past of the chosen entities and another of the rest."""
    values = {code: exact.select(one.values[code], chosen, other.values[code]) for code in one.values}
    return Past(np.where(chosen, one.place, other.place), values)


def _tables_on(
    scheme: CompiledScheme, tables: Mapping[str, PeerTable], day: date | Days
) -> Iterator[tuple[Bools, Mapping[str, PeerTable]]]:
    """The tables that hold on a day, or on that of each entity: those of the first day that is not before it, and those
    of the rating itself where there are none. Each with the entities whose day it is.
    """
    codes = [code for level in scheme.peer_levels for code in level]
    days = sorted({date.fromisoformat(name.split("@")[1]) for name in tables if "@" in name})
    column = np.atleast_1d(np.asarray(day, "M8[D]"))
    place = np.searchsorted(np.array(days, "M8[D]"), column, side="left")
    # Where nobody is looked at the tables are those of the rating, so that there is a past of nobody and not none.
    for which in np.unique(place).tolist() or [len(days)]:
        named = {code: _of_day(code, days[which]) if which < len(days) else code for code in codes}
        yield place == which, {code: tables[name] for code, name in named.items()}


def _worked_out(
    columns: Columns,
    scheme: CompiledScheme,
    as_of: date | Days,
    tables: Mapping[str, PeerTable],
    earlier: tuple[Past, ...],
) -> _Work:
    run, document = _run(columns, scheme, as_of, tables), scheme.document
    run.earlier = earlier
    measured: dict[str, Measured] = {}
    for one in scheme.components:
        measured[one.code] = indicators.measure(one, run)
        run.values[one.code] = measured[one.code].result
    start = evaluate(document.start.points, Scope(run)) if document.start else exact.constant(0, run.size)
    run.values["total"] = _total(document, run, start)
    by_bands = _by_bands(document, run)
    place, acted = _by_rules(document, run, by_bands)
    points = run.values["total"].at(POINT_PLACES)
    ratings = RatingColumns(
        entities=columns.entities,
        points=points.units.astype(np.int64),
        pointless=~points.known(),
        place=place.astype(np.int8),
        counted=np.bincount(
            columns.records.entity_index if run.counted.all() else columns.records.entity_index[run.counted],
            minlength=run.size,
        ),
    )
    return _Work(run, ratings, measured, start, by_bands, acted)


def which_count(records: RecordColumns, scheme: CompiledScheme, as_of: date | Days) -> Bools:
    """Which records count on the day: those of which `why_skipped` has nothing to say."""
    day = _day_of_each(records, as_of)
    considered = scheme.document.considered
    counts = (records.standing == 0) & (records.until >= day) & (records.decided <= day)
    counts &= np.where(
        records.market, records.of_types(considered.market_types), records.of_types(considered.types)
    )
    return counts if scheme.counts_objected else counts & ~records.objected


def _day_of_each(records: RecordColumns, as_of: date | Days) -> np.datetime64 | Days:
    """The day on which each record is looked at: one for all, or that of its entity."""
    return np.datetime64(as_of, "D") if isinstance(as_of, date) else as_of[records.entity_index]


def why_skipped(records: RecordColumns, scheme: CompiledScheme, as_of: date | Days) -> Ints:
    """For each record `Skipped.COUNTED`, or the first reason why it does not count on that day."""
    day = _day_of_each(records, as_of)
    considered = scheme.document.considered
    named = np.where(
        records.market, records.of_types(considered.market_types), records.of_types(considered.types)
    )
    reasons = [
        (records.standing == Skipped.REPAIRED, Skipped.REPAIRED),
        (records.standing == Skipped.EXPIRED, Skipped.EXPIRED),
        (records.standing == Skipped.WITHDRAWN, Skipped.WITHDRAWN),
        (records.standing == Skipped.REPLACED, Skipped.REPLACED),
        (records.until < day, Skipped.EXPIRED),
        (records.decided > day, Skipped.NOT_YET),
        (~named & records.market, Skipped.OTHER_FAMILY),
        (~named, Skipped.NOT_CONSIDERED),
        (records.objected & (not scheme.counts_objected), Skipped.OBJECTED),
    ]
    return np.select(
        [holds for holds, _reason in reasons],
        [np.int8(reason) for _holds, reason in reasons],
        default=np.int8(Skipped.COUNTED),
    )


def _total(document: SchemeDocument, run: Run, start: Numbers) -> Numbers:
    """The start and all components by their weights, rounded, and kept within floor and ceiling."""
    if not document.has_total:
        return exact.nothing_known(run.size)
    parts = [(run.values[one.code], one.weight, one.optional) for one in document.components]
    total = exact.fitting(indicators.combined([(start, "1", False), *parts], "sum", Decimal(0), run.size))
    if document.total_rounding is not None:
        total = exact.stepped(total, document.total_rounding, document.mode)
    return exact.clipped(total, document.floor, document.ceiling)


def _by_bands(document: SchemeDocument, run: Run) -> Ints:
    """The first grade of which all conditions hold; none where there is not enough to go by."""
    total = run.values["total"]
    place = np.full(run.size, NOT_RATED, np.int64)
    counted = run.per_entity(np.flatnonzero(run.counted))
    open_still = counted >= document.enough.records
    if document.enough.when is not None:
        open_still &= holds(document.enough.when, Scope(run)).yes
    if document.has_total:
        open_still &= total.known()
    for number, grade in enumerate(document.scale):
        if grade.only_by_rule:
            continue
        reaches = open_still
        for sign, bound in grade.bounds():
            reaches = reaches & exact.compare(total, sign, bound)
        if grade.when is not None:
            reaches = reaches & holds(grade.when, Scope(run)).yes
        place[reaches] = number
        open_still = open_still & ~reaches
    return place


def _by_rules(document: SchemeDocument, run: Run, by_bands: Ints) -> tuple[Ints, tuple[Bools, ...]]:
    """The grade after each rule had its turn, and whom each rule moved or held."""
    letters = {grade.letter: number for number, grade in enumerate(document.scale)}
    place, open_still, acted = by_bands, np.ones(run.size, bool), []
    for rule in document.rules:
        run.place = place
        met = holds(rule.when, Scope(run)).yes & open_still
        after = np.where(met, _after(rule, run, place, letters), place)
        acted.append(met & ((after != place) | (rule.then.ceiling is not None) & (place != NOT_RATED)))
        if rule.then.grade is not None or rule.then.floor is not None:
            acted[-1] = met
        place = after
        if rule.final:
            open_still &= ~met
    return place, tuple(acted)


def _after(rule: Rule, run: Run, place: Ints, letters: Mapping[str, int]) -> Ints:
    """What a rule makes of the grades so far. Only a grade that is given reaches those who are not rated."""
    then, rated, worst = rule.then, place != NOT_RATED, len(letters) - 1
    if then.unrated:
        return np.full(len(place), NOT_RATED)
    if then.grade is not None:
        return np.full(len(place), letters[then.grade])
    if then.ceiling is not None:
        moved = np.maximum(place, letters[then.ceiling])
    elif then.floor is not None:
        moved = np.minimum(place, letters[then.floor])
    elif then.steps_from_earlier is not None:
        if not run.earlier:
            return place
        was = run.earlier[0].place
        near = np.clip(place, was - then.steps_from_earlier, was + then.steps_from_earlier)
        moved = np.where(was != NOT_RATED, near, place)
    elif then.moved_by is not None:
        steps = exact.stepped(evaluate(then.moved_by, Scope(run)), Decimal(1), "down").units
        moved = np.clip(place + np.clip(steps, -worst, worst).astype(np.int64), 0, worst)
    else:
        moved = np.clip(place + (then.worse_by or 0) - (then.better_by or 0), 0, worst)
    return np.where(rated, moved, place)


# What made it


def _findings(work: _Work) -> FindingColumns:
    run, document = work.run, work.run.scheme.document
    everyone = np.arange(run.size)
    start = work.start.at(POINT_PLACES).units
    lines = _Lines(work)
    lines.add(everyone, Piece.START, start if document.has_total else np.zeros_like(start))
    given = start if document.has_total else np.zeros_like(start)
    for one in document.components:
        factor = exact.ratio(one.weight) if document.has_total else Fraction(0)
        given = given + lines.of_component(one, factor)
    points = work.ratings.points if document.has_total else given
    bounds = np.where(work.ratings.pointless, 0, points - given)
    if document.has_total:
        lines.some(Piece.BOUNDS, bounds)
    lines.of_rules()
    return lines.sorted()


class _Lines:
    """Findings as they are gathered."""

    def __init__(self, work: _Work) -> None:
        self.work, self.run = work, work.run
        self.places = {part.code: place for place, part in enumerate(self.run.scheme.parts)}
        self.letters = {grade: place for place, grade in enumerate(self.run.scheme.letters)}
        self.lines: list[dict[str, np.ndarray]] = []

    def of_component(self, one: AnyComponent, factor: Fraction) -> Ints:
        """The lines of a component that counts by this factor; returns what it gives to each entity, in hundredths."""
        result = self.work.measured[one.code].result
        given = _share(result.at(max(result.places, POINT_PLACES)), factor)
        effect, number = self.work.measured[one.code].effect, self.places[one.code]
        explained: Ints = np.zeros(self.run.size, np.int64)
        adds_up = False
        if effect is not None:
            made = effect()
            explained, adds_up = self._of_records(made, factor, number), made.adds_up
        elif isinstance(one, Dimension):
            adds_up = one.take == "sum"
            inner = factor if adds_up else Fraction(0)
            start = _share(exact.constant(one.start, self.run.size), inner)
            self.some(Piece.START, start, indicator=number)
            explained = explained + start
            for part in one.components:
                explained = explained + self.of_component(part, inner * exact.ratio(part.weight))
        self.some(Piece.LIMIT if adds_up else Piece.COMPONENT, given - explained, indicator=number)
        return given

    def _of_records(self, effect: indicators.Effect, factor: Fraction, number: int) -> Ints:
        owner = self.run.records.entity_index[effect.rows]
        points = _share(Numbers(effect.units, effect.places), factor)
        weight = effect.weight
        size = len(effect.rows)
        above = np.ones(size, np.int64) if weight is None else weight.above
        below = np.full(size, 1 if weight is None else weight.below, np.int64)
        shared = np.gcd(above, below)
        self.add(
            owner,
            Piece.RECORD,
            points,
            indicator=number,
            record=effect.rows,
            full=_share(effect.full, factor or Fraction(1)),
            numerator=above // shared,
            denominator=below // shared,
            superseded=effect.silent,
        )
        return np.bincount(owner, weights=points, minlength=self.run.size).astype(np.int64)

    def of_rules(self) -> None:
        """The records because of which rules acted, and the rules that acted for no record's sake."""
        for rule, acted in zip(self.run.scheme.document.rules, self.work.acted, strict=True):
            if not acted.any():
                continue
            rows = [self.run.rows(match) for part in (rule.when, rule.then) for match in _named_by(part)]
            named = np.unique(np.concatenate(rows)) if rows else np.zeros(0, np.int64)
            owner = self.run.records.entity_index[named]
            named, owner = named[acted[owner]], owner[acted[owner]]
            of_none = np.flatnonzero(acted & (np.bincount(owner, minlength=self.run.size) == 0))
            for entity, piece, record in (
                (owner, Piece.RECORD, named),
                (of_none, Piece.RULE, np.full(len(of_none), -1, np.int64)),
            ):
                size = len(entity)
                self.add(
                    entity,
                    piece,
                    np.zeros(size, np.int64),
                    indicator=self.places[rule.code],
                    record=record,
                    direct=np.full(size, self.letters.get(rule.then.grade, NO_GRADE), np.int8),
                    ceiling=np.full(size, self.letters.get(rule.then.ceiling, NO_GRADE), np.int8),
                )

    def some(self, piece: Piece, points: Ints, indicator: int = -1) -> None:
        """A line for each entity of which there is something to say."""
        entity = np.flatnonzero(points)
        self.add(entity, piece, points[entity], indicator=indicator)

    def add(self, entity: Ints, piece: Piece, points: Ints, *, indicator: int = -1, **known) -> None:
        size = len(entity)
        self.lines.append(
            {
                "entity": entity,
                "piece": np.full(size, piece, np.int8),
                "indicator": np.full(size, indicator, np.int16),
                "record": np.full(size, -1, np.int64),
                "full": points,
                "numerator": np.ones(size, np.int64),
                "denominator": np.ones(size, np.int64),
                "points": points,
                "direct": np.full(size, NO_GRADE, np.int8),
                "ceiling": np.full(size, NO_GRADE, np.int8),
                "superseded": np.zeros(size, bool),
            }
            | known
        )

    def sorted(self) -> FindingColumns:
        """By entity, then by what they speak of: an order that does not depend on that of the records."""
        joined = {name: np.concatenate([line[name] for line in self.lines]) for name in self.lines[0]}
        order = np.lexsort((joined["record"], joined["indicator"], joined["piece"], joined["entity"]))
        return FindingColumns(**{name: column[order] for name, column in joined.items()})


def _share(number: Numbers, factor: Fraction) -> Ints:
    """Hundredths of a number times a factor."""
    below = factor.denominator * 10 ** max(number.places - POINT_PLACES, 0)
    units = number.units if number.places >= POINT_PLACES else number.at(POINT_PLACES).units
    return exact.weighted(units, factor.numerator, below)


def _named_by(part: Part) -> Iterable:
    """The conditions on records that a rule names, but for those whose absence it asks for."""
    if isinstance(part, Has):
        yield part.records
    elif isinstance(part, Count):
        yield part.count
    elif isinstance(part, SinceLast):
        yield part.since_last
    elif not isinstance(part, Not):
        for name in type(part).model_fields:
            value = getattr(part, name)
            for one in value if isinstance(value, tuple) else (value,):
                if isinstance(one, Part):
                    yield from _named_by(one)
