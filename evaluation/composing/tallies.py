"""What two ratings of the same entities come to: counts from grade to grade, and the few that move most.

Pure: columns in, plain values out, which JSON keeps as they are. Tallies of the ranges of a city add up to the
tally of the city, whatever the ranges and in whatever order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from evaluation.columns import Bools, Ints
from evaluation.kernel import NOT_RATED, RatingColumns
from evaluation.storing import POINTLESS, points_of

#: So many entities that fall most, and so many that rise most, are kept by name.
MOST_MOVED = 25
#: (key, place before, place after, points before, points after); places from 0, `NOT_RATED`; points or None.
Mover = list[int | None]
#: By place before and after, from `NOT_RATED` on: one row after the other.
Matrix = list[int]


@dataclass(frozen=True, slots=True)
class Groups:
    """A way to part the city: its words, and for each entity the number of its word from 1; 0 for none of them."""

    words: Sequence[str]
    numbers: Ints


@dataclass(slots=True)
class Tally:
    """What is kept of a range, and of the whole city.

    `by` has a matrix for each word of each way to part the city; `bodies` how many of those who fall and who rise
    have records of that body that weigh under either scheme.
    """

    matrix: Matrix
    by: dict[str, dict[str, Matrix]] = field(default_factory=dict)
    bodies: dict[str, list[int]] = field(default_factory=dict)
    #: Whose points are others under the same grade.
    points_only: int = 0
    fell: list[Mover] = field(default_factory=list)
    rose: list[Mover] = field(default_factory=list)
    sample: list[int] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {name: getattr(self, name) for name in self.__slots__}


def direction(before: Ints, after: Ints, scale_before: int, scale_after: int) -> Ints:
    """How far each grade moves: above 0 where it falls, below where it rises, 0 without a grade on either side.

    Places on scales of different length are compared by their share of the scale.
    """
    far = after.astype(np.int64) * max(scale_before - 1, 1) - before.astype(np.int64) * max(
        scale_after - 1, 1
    )
    return np.where((before == NOT_RATED) | (after == NOT_RATED), 0, far)


def tally(
    before: RatingColumns,
    after: RatingColumns,
    scales: tuple[int, int],
    groups: Mapping[str, Groups],
    sampled: Bools,
) -> Tally:
    """The counts of a range. Both ratings are of the same entities; `scales` are the numbers of grades."""
    cell = (before.place.astype(np.int64) + 1) * (scales[1] + 1) + after.place + 1
    cells = (scales[0] + 1) * (scales[1] + 1)
    far = direction(before.place, after.place, *scales)
    points = points_of(before), points_of(after)
    return Tally(
        matrix=np.bincount(cell, minlength=cells).tolist(),
        by={name: _by_word(one, cell, cells) for name, one in groups.items()},
        points_only=int(((before.place == after.place) & (points[0] != points[1])).sum()),
        fell=_farthest(before, after, points, far),
        rose=_farthest(before, after, points, -far),
        sample=before.entities[sampled].tolist(),
    )


def _by_word(groups: Groups, cell: Ints, cells: int) -> dict[str, Matrix]:
    count = np.bincount(groups.numbers * cells + cell, minlength=(len(groups.words) + 1) * cells)
    matrices = count.reshape(-1, cells)
    return {
        word: matrix.tolist()
        for word, matrix in zip(("", *groups.words), matrices, strict=True)
        if matrix.any()
    }


def _farthest(
    before: RatingColumns, after: RatingColumns, points: tuple[Ints, Ints], far: Ints
) -> list[Mover]:
    rows = np.flatnonzero(far > 0)
    known = (points[0][rows] != POINTLESS) & (points[1][rows] != POINTLESS)
    change = np.where(known, np.abs(points[1][rows] - points[0][rows]), 0)
    rows = rows[np.lexsort((before.entities[rows], -change, -far[rows]))[:MOST_MOVED]]
    return [
        [
            int(before.entities[row]),
            int(before.place[row]),
            int(after.place[row]),
            *(None if one[row] == POINTLESS else int(one[row]) for one in points),
        ]
        for row in rows
    ]


def together(found: Iterable[Mapping[str, Any]], scales: tuple[int, int]) -> Tally:
    """The tally of all ranges, from what was stored of each."""
    whole = Tally([0] * ((scales[0] + 1) * (scales[1] + 1)))
    for one in found:
        whole.matrix = _sum(whole.matrix, one["matrix"])
        whole.points_only += one["points_only"]
        for name, words in one["by"].items():
            known = whole.by.setdefault(name, {})
            for word, matrix in words.items():
                known[word] = _sum(known[word], matrix) if word in known else matrix
        for body, counts in one["bodies"].items():
            whole.bodies[body] = _sum(whole.bodies.get(body, [0, 0]), counts)
        whole.fell += one["fell"]
        whole.rose += one["rose"]
        whole.sample += one["sample"]
    whole.by = {name: dict(sorted(words.items())) for name, words in sorted(whole.by.items())}
    whole.bodies = dict(sorted(whole.bodies.items()))
    whole.fell = sorted(whole.fell, key=lambda one: _how_far(one, scales))[:MOST_MOVED]
    whole.rose = sorted(whole.rose, key=lambda one: _how_far(one, scales))[:MOST_MOVED]
    whole.sample.sort()
    return whole


def _sum(one: Matrix, other: Matrix) -> Matrix:
    return [left + right for left, right in zip(one, other, strict=True)]


def _how_far(mover: Mover, scales: tuple[int, int]) -> tuple[int, int, int]:
    """The farthest first, then by points, then by key: the order of `_farthest`."""
    key, before, after, was, now = mover
    far = after * max(scales[0] - 1, 1) - before * max(scales[1] - 1, 1)
    change = 0 if was is None or now is None else abs(now - was)
    return -abs(far), -change, key
