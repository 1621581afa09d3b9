"""The one kernel: for one entity on screen, a million at night, a simulation, and the explanation of each.

Reads no clock and no database. Points are whole hundredths and weights whole ratios, so that the order of
records and the way a city is cut into shards change nothing, not by a bit.

    start → points of each record, weighted by age and rounded → limit of each indicator → sum
    → floor and ceiling of the scheme → grade by points → direct grade → ceilings
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

import numpy as np

from evaluation.columns import Bools, Columns, Ints, RecordColumns
from evaluation.indicators import NO_GRADE, Effect
from evaluation.schemes.compiled import CompiledScheme

NOT_RATED = -1


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

    START = 0
    RECORD = 1
    LIMIT = 2
    BOUNDS = 3


@dataclass(frozen=True, slots=True)
class RatingColumns:
    """One row an entity, in the order of `Columns.entities`.

    `place` is that on the scale, 0 the best, or `NOT_RATED`: then there was not enough to go by, and the
    points are those of the start and mean nothing.
    """

    entities: Ints
    points: Ints
    place: Ints
    counted: Ints


@dataclass(frozen=True, slots=True)
class FindingColumns:
    """What made the points: for each entity its start, its records and whatever cut the sum. The points add up.

    `record` is the place of the record in `Columns.records`, or -1; `indicator` that in the scheme, or -1.
    `direct` and `ceiling` are places on the scale, or `NO_GRADE`.
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
    """Ratings with their findings, and for every record why it does not count (`Skipped`)."""

    ratings: RatingColumns
    findings: FindingColumns
    skipped: Ints


def rate(columns: Columns, scheme: CompiledScheme, as_of: date) -> RatingColumns:
    """Rate every entity of the columns on a day."""
    return _work(columns, scheme, as_of).ratings


def explain(columns: Columns, scheme: CompiledScheme, as_of: date) -> Explanation:
    """The same ratings, with what made them."""
    work = _work(columns, scheme, as_of)
    return Explanation(work.ratings, _findings(work), work.skipped)


@dataclass(frozen=True, slots=True)
class _Work:
    ratings: RatingColumns
    skipped: Ints
    #: Places of the counted records among all.
    counted: Ints
    counting: RecordColumns
    start: Ints
    effects: list[Effect]
    #: For each indicator, what its limit takes off each entity's sum.
    cuts: Sequence[Ints]
    #: What the floor and the ceiling of the scheme take off each entity's sum.
    bounds: Ints


def _work(columns: Columns, scheme: CompiledScheme, as_of: date) -> _Work:
    skipped = why_skipped(columns.records, scheme, as_of)
    counted = np.flatnonzero(skipped == Skipped.COUNTED)
    counting = columns.records if len(counted) == len(skipped) else columns.records.take(counted)
    start = _start(counting, scheme)
    effects = [one.apply(counting, one.params, as_of) for one in scheme.indicators]
    sums = [counting.total(effect.points, effect.rows) for effect in effects]
    cuts = [_within(total, one.limit) - total for total, one in zip(sums, scheme.indicators, strict=True)]
    total = start + sum(sums) + sum(cuts)
    points = np.clip(total, scheme.floor, scheme.ceiling)
    number = counting.count()
    ratings = RatingColumns(
        entities=columns.entities,
        points=points,
        place=np.where(number >= scheme.enough, _place(points, counting, effects, scheme), NOT_RATED).astype(
            np.int8
        ),
        counted=number,
    )
    return _Work(ratings, skipped, counted, counting, start, effects, cuts, points - total)


def why_skipped(records: RecordColumns, scheme: CompiledScheme, as_of: date) -> Ints:
    """For each record `Skipped.COUNTED`, or the first reason why it does not count on that day."""
    day = np.datetime64(as_of, "D")
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


def _start(counting: RecordColumns, scheme: CompiledScheme) -> Ints:
    start = np.full(counting.entities, scheme.start, np.int64)
    open_still = np.ones(counting.entities, bool)
    for match, points in scheme.start_rules:
        met = np.zeros(counting.entities, bool)
        met[counting.entity_index[match.rows(counting)]] = True
        met &= open_still
        start[met] = points
        open_still &= ~met
    return start


def _within(total: Ints, limit: int | None) -> Ints:
    if limit is None:
        return total
    return np.maximum(total, limit) if limit < 0 else np.minimum(total, limit)


def _place(points: Ints, counting: RecordColumns, effects: list[Effect], scheme: CompiledScheme) -> Ints:
    """The place on the scale: by points, or given directly (the worst of several), and never above a ceiling."""
    place = (len(scheme.limits) - np.searchsorted(scheme.limits, points, side="right")).astype(np.int64)
    direct = np.full(counting.entities, NO_GRADE, np.int64)
    held = np.full(counting.entities, NO_GRADE, np.int64)
    for effect in effects:
        for lowest, named in ((direct, effect.direct), (held, effect.ceiling)):
            says = np.flatnonzero(named != NO_GRADE)
            np.maximum.at(lowest, counting.entity_index[effect.rows[says]], named[says])
    return np.maximum(np.where(direct == NO_GRADE, place, direct), held)


def _findings(work: _Work) -> FindingColumns:
    entities = np.arange(work.counting.entities)
    parts = [_lines(entities, Piece.START, work.start)]
    for number, effect in enumerate(work.effects):
        parts.append(
            _lines(
                work.counting.entity_index[effect.rows],
                Piece.RECORD,
                effect.points,
                indicator=number,
                record=work.counted[effect.rows],
                full=effect.full,
                numerator=effect.numerator,
                denominator=effect.denominator,
                direct=effect.direct,
                ceiling=effect.ceiling,
                superseded=effect.superseded,
            )
        )
        cut = np.flatnonzero(work.cuts[number])
        parts.append(_lines(cut, Piece.LIMIT, work.cuts[number][cut], indicator=number))
    bound = np.flatnonzero(work.bounds)
    parts.append(_lines(bound, Piece.BOUNDS, work.bounds[bound]))
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((joined["record"], joined["indicator"], joined["piece"], joined["entity"]))
    return FindingColumns(**{name: column[order] for name, column in joined.items()})


def _lines(entity: Ints, piece: Piece, points: Ints, indicator: int = -1, **known) -> dict[str, Ints]:
    size = len(entity)
    return {
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
    } | known
