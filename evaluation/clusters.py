"""Groups of numbers that lie near to each other: exact, and the same whatever the order in which the numbers come.

Pure. Numbers are whole units, each once, ascending, with how often it stands there.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise

#: Of more different numbers no groups are found: cutting them in all ways would take too long. Round them.
MOST = 500
#: A number never comes back to a mean that it left, so that this is no more than a guard.
ROUNDS = 10_000


@dataclass(frozen=True, slots=True)
class Groups:
    """Groups from the smallest numbers to the largest, by what a number must not exceed to be in each but the last."""

    limits: tuple[Fraction, ...]

    def place_of(self, numbers: Sequence[Fraction]) -> list[int]:
        """For each number the place of its group, from 0."""
        return [bisect_left(self.limits, number) for number in numbers]


@dataclass(frozen=True, slots=True)
class _Sums:
    """How many, their sum and that of their squares, up to each place."""

    count: tuple[int, ...]
    total: tuple[int, ...]
    squares: tuple[int, ...]

    @classmethod
    def of(cls, units: Sequence[int], count: Sequence[int]) -> "_Sums":
        pairs = list(zip(units, count, strict=True))
        return cls(
            tuple(accumulate(count, initial=0)),
            tuple(accumulate((unit * times for unit, times in pairs), initial=0)),
            tuple(accumulate((unit * unit * times for unit, times in pairs), initial=0)),
        )

    def mean(self, first: int, behind: int) -> Fraction:
        """Of the numbers from a place to before another."""
        return Fraction(self.total[behind] - self.total[first], self.count[behind] - self.count[first])

    def apart(self, first: int, behind: int) -> Fraction:
        """The sum of their squared distances from their mean."""
        total = self.total[behind] - self.total[first]
        number = self.count[behind] - self.count[first]
        return self.squares[behind] - self.squares[first] - Fraction(total * total, number)


def nearest(units: Sequence[int], count: Sequence[int], into: int) -> Groups | None:
    """Groups of which the squared distances from their means are least together, all ways of cutting compared; of two that are
    as good the one whose first groups are smaller. None where there are fewer different numbers than groups, or too many.
    """
    if not into <= len(units) <= MOST:
        return None
    sums, number = _Sums.of(units, count), len(units)
    least = [sums.apart(0, behind) if behind else Fraction(0) for behind in range(number + 1)]
    begins: list[list[int]] = []
    for group in range(1, into):
        found: list[Fraction] = [Fraction(0)] * (number + 1)
        begin = [0] * (number + 1)
        # The last group begins no sooner the more numbers there are, so that halves narrow each other down.
        todo = [(group + 1, number, group, number - 1)]
        while todo:
            low, high, first, last = todo.pop()
            if low > high:
                continue
            middle = (low + high) // 2
            best = min(
                range(first, min(last, middle - 1) + 1),
                key=lambda at: (least[at] + sums.apart(at, middle), at),
            )
            found[middle], begin[middle] = least[best] + sums.apart(best, middle), best
            todo += [(low, middle - 1, first, best), (middle + 1, high, best, last)]
        least = found
        begins.append(begin)
    edges = [number]
    for begin in reversed(begins):
        edges.append(begin[edges[-1]])
    return Groups(tuple(Fraction(units[edge - 1]) for edge in reversed(edges[1:])))


def by_means(units: Sequence[int], count: Sequence[int], into: int) -> Groups | None:
    """Groups that begin with as many peers in each; then every number goes to the nearest mean, the lower where two are as
    near, until none moves. None where a group is left without any.
    """
    if not into <= len(units) <= MOST:
        return None
    sums = _Sums.of(units, count)
    whole = sums.count[-1]
    # Equal numbers stay together, with the group in which the first of them is.
    edges = [bisect_left(sums.count, -(-whole * group // into)) for group in range(into + 1)]
    for _round in range(ROUNDS):
        if any(first >= behind for first, behind in pairwise(edges)):
            return None
        means = [sums.mean(first, behind) for first, behind in pairwise(edges)]
        limits = [(low + high) / 2 for low, high in pairwise(means)]
        moved = [0, *(_behind(units, limit) for limit in limits), len(units)]
        if moved == edges:
            return Groups(tuple(limits))
        edges = moved
    return None


def _behind(units: Sequence[int], limit: Fraction) -> int:
    """The place of the first number beyond a limit."""
    place = bisect_left(units, limit)
    return place + 1 if place < len(units) and units[place] == limit else place


FOUND: dict[str, Callable[[Sequence[int], Sequence[int], int], Groups | None]] = {
    "least-squares": nearest,
    "k-means": by_means,
}
