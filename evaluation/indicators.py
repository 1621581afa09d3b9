"""The kinds of indicator: pure functions over columns, found by name. A docstring is the published method.

The first paragraphs of each docstring, up to the line that begins with "Args", are printed on the page of
every scheme that uses the kind, so they are written for those who are rated.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from evaluation.columns import Bools, Ints, RecordColumns, whole_months

#: In a column of grades: this record names none.
NO_GRADE = -1


@dataclass(frozen=True, slots=True)
class Effect:
    """What an indicator makes of the records that it looks at, one value for each of `rows`; points are hundredths.

    `rows` are their places in the columns, ascending. `full` are their points before age, `numerator` over
    `denominator` the weight of age, `points` what is left, rounded. `ceiling` and `direct` are places on the
    scale, 0 the best, or `NO_GRADE`. A `superseded` record matched, but a later one speaks in its place.
    """

    rows: Ints
    full: Ints
    numerator: Ints
    denominator: Ints
    points: Ints
    ceiling: Ints
    direct: Ints
    superseded: Bools


def effect(rows: Ints, **known) -> Effect:
    """An effect of which only the given columns say something."""
    size = len(rows)
    blank: dict[str, Any] = {
        "full": np.zeros(size, np.int64),
        "numerator": np.ones(size, np.int64),
        "denominator": np.ones(size, np.int64),
        "points": np.zeros(size, np.int64),
        "ceiling": np.full(size, NO_GRADE, np.int8),
        "direct": np.full(size, NO_GRADE, np.int8),
        "superseded": np.zeros(size, bool),
    }
    return Effect(rows=rows, **(blank | known))


@dataclass(frozen=True, slots=True)
class CompiledMatch:
    """A condition on records, ready to be asked of columns."""

    types: tuple[str, ...]
    classes: tuple[str, ...] = ()
    penalty_kinds: tuple[str, ...] = ()
    values: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def rows(self, records: RecordColumns) -> Ints:
        """The places of the records that meet every part of the condition, ascending."""
        fits = records.of_types(self.types)
        if self.classes:
            fits &= records.of_classes(self.classes)
        if self.penalty_kinds:
            fits &= np.logical_or.reduce([records.with_penalty_kind(kind) for kind in self.penalty_kinds])
        for name, words in self.values:
            fits &= np.isin(records.values[name], records.value_codes(name, words))
        return np.flatnonzero(fits)


@dataclass(frozen=True, slots=True)
class WeightedCountParams:
    match: CompiledMatch
    #: Hundredths of a point for each of `columns.CLASSES`.
    by_class: Ints
    by_penalty_kind: tuple[tuple[str, int], ...]
    #: Whole months at which the next age band begins, and the weight of each band.
    band_starts: Ints
    numerators: Ints
    denominators: Ints
    #: Hundredths to which each record's points are rounded.
    step: int


@dataclass(frozen=True, slots=True)
class LatestValueParams:
    match: CompiledMatch
    field: str
    words: tuple[str, ...]
    #: By word, in the order of `words`: hundredths of a point, and places on the scale or `NO_GRADE`.
    points: Ints
    ceilings: Ints
    directs: Ints


@dataclass(frozen=True, slots=True)
class CeilingParams:
    match: CompiledMatch
    at_least: int
    place: int


@dataclass(frozen=True, slots=True)
class IndicatorKind:
    """A kind by its name in scheme documents."""

    name: str
    apply: Callable[[RecordColumns, Any, date], Effect]

    @property
    def method(self) -> str:
        """The published method: the docstring up to its arguments, one paragraph a line."""
        text = inspect.cleandoc(self.apply.__doc__ or "").split("\nArgs:")[0]
        return "\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n") if paragraph.strip())


KINDS: dict[str, IndicatorKind] = {}


def indicator_kind(name: str) -> Callable:
    """Make a function a kind of indicator under this name."""

    def register(function: Callable[[RecordColumns, Any, date], Effect]) -> Callable:
        KINDS[name] = IndicatorKind(name, function)
        return function

    return register


@indicator_kind("weighted-count")
def weighted_count(records: RecordColumns, params: WeightedCountParams, as_of: date) -> Effect:
    """Each matching record counts the points of its class. Where the scheme names kinds of penalty, the kind that
    weighs most among those imposed adds its own points.

    The sum is multiplied by the weight of the record's age, in whole months since the day of the decision, and
    rounded as the scheme says.

    Args:
        records: the records that count on `as_of`.
        params: points by class and by kind of penalty, age bands with their weights.
        as_of: the day of the rating.
    """
    rows = params.match.rows(records)
    extra = np.zeros(len(rows), np.int64)
    for kind, points in params.by_penalty_kind:
        heavier = records.with_penalty_kind(kind)[rows] & (np.abs(points) > np.abs(extra))
        extra[heavier] = points
    full = params.by_class[records.severity[rows]] + extra
    months = whole_months(records.decided[rows], as_of)
    band = np.searchsorted(params.band_starts, months, side="right")
    numerator, denominator = params.numerators[band], params.denominators[band]
    return effect(
        rows,
        full=full,
        numerator=numerator,
        denominator=denominator,
        points=weighted(full, numerator, denominator, params.step),
    )


@indicator_kind("latest-value")
def latest_value(records: RecordColumns, params: LatestValueParams, as_of: date) -> Effect:
    """Of all matching records only the one that was decided last speaks; of two decided on one day, the one that
    entered the registry later.

    Its value gives the points in the table. A value may also give a grade directly, or be a ceiling above which
    the grade cannot rise.

    Args:
        records: the records that count on `as_of`.
        params: the field to read, and for each of its values points, direct grade and ceiling.
        as_of: the day of the rating; the value does not age.
    """
    rows = params.match.rows(records)
    owner = records.entity_index[rows]
    order = np.lexsort((records.record[rows], records.decided[rows], owner))
    last_of_owner = np.append(owner[order][1:] != owner[order][:-1], True)[: len(rows)]
    latest = np.zeros(len(rows), bool)
    latest[order[last_of_owner]] = True
    word = np.zeros(len(rows), np.int64)
    for place, code in enumerate(records.value_codes(params.field, params.words)):
        word[records.values[params.field][rows] == code] = place
    points = np.where(latest, params.points[word], 0)
    return effect(
        rows,
        full=points,
        points=points,
        ceiling=np.where(latest, params.ceilings[word], NO_GRADE).astype(np.int8),
        direct=np.where(latest, params.directs[word], NO_GRADE).astype(np.int8),
        superseded=~latest,
    )


@indicator_kind("ceiling")
def ceiling(records: RecordColumns, params: CeilingParams, as_of: date) -> Effect:
    """As long as at least so many matching records count at once, the grade cannot be better than the one named,
    whatever the points.

    Args:
        records: the records that count on `as_of`.
        params: the condition, how many records it takes, and the best grade then possible.
        as_of: the day of the rating; a record holds the grade down as long as it counts.
    """
    rows = params.match.rows(records)
    enough = records.total(np.ones(len(rows), np.int64), rows) >= params.at_least
    holds = enough[records.entity_index[rows]]
    return effect(rows, ceiling=np.where(holds, params.place, NO_GRADE).astype(np.int8))


def weighted(points: Ints, numerator: Ints, denominator: Ints, step: int) -> Ints:
    """Points times a ratio, rounded to a step of hundredths, half away from zero. Whole numbers throughout."""
    unit = denominator * step
    return np.sign(points) * ((2 * np.abs(points) * numerator + unit) // (2 * unit)) * step
