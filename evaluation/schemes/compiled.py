"""A document made ready for the kernel: letters become places, points hundredths, conditions columns."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from evaluation.columns import CLASSES, Ints, RecordColumns, Vocabulary
from evaluation.indicators import (
    KINDS,
    NO_GRADE,
    CeilingParams,
    CompiledMatch,
    Effect,
    LatestValueParams,
    WeightedCountParams,
)
from evaluation.schemes.document import (
    AnyIndicator,
    Ceiling,
    LatestValue,
    Match,
    SchemeDocument,
    WeightedCount,
)


@dataclass(frozen=True, slots=True)
class CompiledIndicator:
    code: str
    apply: Callable[[RecordColumns, Any, date], Effect]
    params: Any
    #: The sum of its points never goes beyond this; None where it may.
    limit: int | None
    #: Whole months at which a record's weight changes, and the types it looks at.
    birthdays: tuple[int, ...]
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CompiledScheme:
    """What the kernel reads. Points are hundredths, places on the scale count from 0, the best."""

    document: SchemeDocument
    vocabulary: Vocabulary
    letters: tuple[str, ...]
    #: The least points of each grade but the worst, ascending: the last is that of the best grade.
    limits: Ints
    floor: int
    ceiling: int
    start: int
    start_rules: tuple[tuple[CompiledMatch, int], ...]
    counts_objected: bool
    enough: int
    indicators: tuple[CompiledIndicator, ...]


def hundredths(points: Decimal) -> int:
    """Points as the kernel counts them. The document has two places at most, so nothing is lost."""
    return int(points * 100)


def compile_scheme(document: SchemeDocument) -> CompiledScheme:
    """The document as the kernel reads it. Costs a fraction of a millisecond and gives the same each time."""
    places = {grade.letter: place for place, grade in enumerate(document.scale)}
    step = hundredths(Decimal(document.rounding))
    return CompiledScheme(
        document=document,
        vocabulary=_vocabulary(document),
        letters=tuple(places),
        limits=np.array(
            [hundredths(grade.least) for grade in reversed(document.scale) if grade.least is not None],
            np.int64,
        ),
        floor=hundredths(document.floor),
        ceiling=hundredths(document.ceiling),
        start=hundredths(document.start.points),
        start_rules=tuple((_match(rule.when), hundredths(rule.points)) for rule in document.start.rules),
        counts_objected=document.considered.objected == "counted",
        enough=document.enough.records,
        indicators=tuple(_indicator(one, places, step) for one in document.indicators),
    )


def _match(match: Match) -> CompiledMatch:
    return CompiledMatch(match.types, match.classes, match.penalty_kinds, tuple(match.values.items()))


def _indicator(one: AnyIndicator, places: dict[str, int], step: int) -> CompiledIndicator:
    limit = one.limit if isinstance(one, WeightedCount) else None
    bands = one.ages if isinstance(one, WeightedCount) else ()
    return CompiledIndicator(
        code=one.code,
        apply=KINDS[one.kind].apply,
        params=_params(one, places, step),
        limit=None if limit is None else hundredths(limit),
        birthdays=tuple(band.months for band in bands if band.months is not None),
        types=one.match().types,
    )


def _params(one: AnyIndicator, places: dict[str, int], step: int):
    match one:
        case WeightedCount():
            by_class = one.by_class()
            weights = [band.weight.split("/") for band in one.ages] or [["1", "1"]]
            return WeightedCountParams(
                match=_match(one.records),
                by_class=np.array([hundredths(by_class[name]) for name in CLASSES], np.int64),
                by_penalty_kind=tuple(
                    (kind, hundredths(points)) for kind, points in one.by_penalty_kind.items()
                ),
                band_starts=np.array([band.months for band in one.ages if band.months is not None], np.int64),
                numerators=np.array([int(above) for above, _below in weights], np.int64),
                denominators=np.array([int(below) for _above, below in weights], np.int64),
                step=step,
            )
        case LatestValue():
            effects = one.values.values()
            return LatestValueParams(
                match=_match(one.match()),
                field=one.field,
                words=tuple(one.values),
                points=np.array([hundredths(effect.points) for effect in effects], np.int64),
                ceilings=np.array([places.get(effect.ceiling, NO_GRADE) for effect in effects], np.int8),
                directs=np.array([places.get(effect.grade, NO_GRADE) for effect in effects], np.int8),
            )
        case Ceiling():
            return CeilingParams(match=_match(one.records), at_least=one.at_least, place=places[one.grade])


def _vocabulary(document: SchemeDocument) -> Vocabulary:
    considered = document.considered
    kinds = [
        kind for one in document.indicators if isinstance(one, WeightedCount) for kind in one.by_penalty_kind
    ]
    return Vocabulary.union(
        [
            Vocabulary(types=(*considered.types, *considered.market_types), penalty_kinds=tuple(kinds)),
            *(Vocabulary(match.types, match.penalty_kinds, match.values) for match in document.matches()),
        ]
    )
