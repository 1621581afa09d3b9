"""Exact numbers in columns: whole units of a decimal place, and unknown where nothing is known.

Nothing here is a binary fraction. Sums, differences and products are exact; whatever divides says to which
place it rounds and how. Where whole numbers of 64 bits would not hold a product, the same is worked out with
whole numbers without end, so that size changes speed and never a result.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import reduce
from math import isqrt, lcm
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.integer]
Bools = npt.NDArray[np.bool_]

#: No number carries more decimal places than this; products that would are rounded to it, half away from zero.
MOST_PLACES = 9
#: Whole numbers below this can be doubled and added without leaving 64 bits.
SAFE = 2**61
#: No number reaches this; what would is not known.
LARGEST = 10**15
#: Roots, logarithms and powers are worked out with so many digits before they are rounded to their places.
PRECISE = Context(prec=40, rounding=ROUND_HALF_EVEN)
#: The sums behind the normal distribution lose digits on the way, so they are worked out with more.
WIDE = Context(prec=80, rounding=ROUND_HALF_EVEN)
TWO_PI = Decimal("6.283185307179586476925286766559005768394338798750211641949889185")
#: Beyond so many standard deviations the normal distribution is 0 or 1 to more places than any number has.
FAR = 12
#: Terms of a sum that are smaller add nothing to its first 40 digits.
LEAST = Decimal("1e-60")


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of decimals: `units` of the `places`-th decimal place. Units are 0 where `unknown`."""

    units: Ints
    places: int
    unknown: Bools | None = None

    def __len__(self) -> int:
        return len(self.units)

    def at(self, places: int) -> "Numbers":
        """The same numbers, rounded half away from zero where there are fewer places."""
        if places == self.places:
            return self
        if places > self.places:
            return Numbers(_times(self.units, 10 ** (places - self.places)), places, self.unknown)
        return Numbers(rounded(self.units, 10 ** (self.places - places)), places, self.unknown)

    def take(self, rows: Ints) -> "Numbers":
        """The numbers of these rows, in their order."""
        unknown = None if self.unknown is None else self.unknown[rows]
        return Numbers(self.units[rows], self.places, unknown)

    def decimals(self) -> list[Decimal | None]:
        """As decimals; None where unknown."""
        known = [Decimal(int(unit)).scaleb(-self.places) for unit in self.units]
        if self.unknown is None:
            return known
        return [
            None if unknown else number for number, unknown in zip(known, self.unknown.tolist(), strict=True)
        ]

    def known(self) -> Bools:
        """Where something is known."""
        return np.ones(len(self.units), bool) if self.unknown is None else ~self.unknown


def constant(number: Decimal | int, size: int) -> Numbers:
    """One number for each row."""
    places = decimal_places(Decimal(number))
    return Numbers(np.full(size, int(Decimal(number).scaleb(places)), np.int64), places)


def nothing_known(size: int) -> Numbers:
    """Unknown for each row."""
    return Numbers(np.zeros(size, np.int64), 0, np.ones(size, bool))


def decimal_places(number: Decimal) -> int:
    """How many places a decimal needs: 2 for 1.50 and 1.25, 0 for 100."""
    return max(0, -int(number.normalize().as_tuple().exponent))


def either(*unknown: Bools | None) -> Bools | None:
    """Unknown where any of these is."""
    masks = [mask for mask in unknown if mask is not None]
    return reduce(np.logical_or, masks) if masks else None


def blank(units: Ints, places: int, unknown: Bools | None) -> Numbers:
    """Numbers with nothing in the units where they are unknown."""
    if unknown is None or not unknown.any():
        return Numbers(units, places)
    return Numbers(np.where(unknown, 0, units), places, unknown)


def same_places(several: Sequence[Numbers]) -> tuple[list[Numbers], int]:
    """All at the most places that any of them has."""
    places = max(one.places for one in several)
    return [one.at(places) for one in several], places


def add(several: Sequence[Numbers]) -> Numbers:
    """The exact sum; unknown where a summand is."""
    aligned, places = same_places(several)
    total = reduce(_plus, (one.units for one in aligned))
    return blank(total, places, either(*(one.unknown for one in several)))


def subtract(one: Numbers, other: Numbers) -> Numbers:
    """The exact difference."""
    return add([one, Numbers(-other.units, other.places, other.unknown)])


def multiply(several: Sequence[Numbers]) -> Numbers:
    """The product, exact to `MOST_PLACES` decimal places."""
    result = several[0]
    for one in several[1:]:
        product = Numbers(_times(result.units, one.units), result.places + one.places)
        if product.places > MOST_PLACES:
            product = product.at(MOST_PLACES)
        result = Numbers(narrow(product.units), product.places, either(result.unknown, one.unknown))
    return blank(result.units, result.places, result.unknown)


def divide(one: Numbers, other: Numbers, places: int, mode: str = "half-up") -> Numbers:
    """The quotient, rounded once to the places; unknown where the divisor is zero."""
    none = other.units == 0
    above, below = one.units, np.where(none, 1, other.units)
    shift = places + other.places - one.places
    above, below = (_times(above, 10**shift), below) if shift >= 0 else (above, _times(below, 10**-shift))
    unknown = either(one.unknown, other.unknown, none if none.any() else None)
    return blank(rounded(above, below, mode), places, unknown)


def extreme(several: Sequence[Numbers], *, largest: bool, lenient: bool = False) -> Numbers:
    """The largest or the smallest of each row. Where one is unknown so is the answer, or, lenient, left out."""
    aligned, places = same_places(several)
    choose = np.maximum if largest else np.minimum
    if not lenient:
        units = reduce(choose, (one.units for one in aligned))
        return blank(units, places, either(*(one.unknown for one in aligned)))
    result = aligned[0]
    for one in aligned[1:]:
        both = result.known() & one.known()
        units = np.where(
            both, choose(result.units, one.units), np.where(one.known(), one.units, result.units)
        )
        result = blank(units, places, ~(result.known() | one.known()))
    return result


def clipped(one: Numbers, floor: Decimal | None, ceiling: Decimal | None) -> Numbers:
    """Never below the floor nor above the ceiling."""
    bounds = [bound for bound in (floor, ceiling) if bound is not None]
    if not bounds:
        return one
    raised = one.at(max(one.places, *(decimal_places(bound) for bound in bounds)))
    low = None if floor is None else int(floor.scaleb(raised.places))
    high = None if ceiling is None else int(ceiling.scaleb(raised.places))
    return blank(np.clip(raised.units, low, high), raised.places, one.unknown)


def stepped(one: Numbers, step: Decimal, mode: str = "half-up") -> Numbers:
    """Rounded to a multiple of the step; the result has the places of the step."""
    places = decimal_places(step)
    size = int(step.scaleb(places))
    if one.places > places:
        units = rounded(one.units, size * 10 ** (one.places - places), mode)
    else:
        units = rounded(one.at(places).units, size, mode) if size != 1 else one.at(places).units
    return blank(narrow(_times(units, size)) if size != 1 else units, places, one.unknown)


def weighted(units: Ints, above: Ints | int, below: Ints | int, size: int = 1, mode: str = "half-up") -> Ints:
    """Units times a ratio, rounded once to multiples of `size`."""
    quotient = rounded(_times(units, above), _times(np.asarray(below), size), mode)
    return narrow(_times(quotient, size)) if size != 1 else quotient


def select(one: Numbers, chosen: Bools, other: Numbers) -> Numbers:
    """`one` where chosen, else `other`."""
    (first, second), places = same_places([one, other])
    unknown = None
    if one.unknown is not None or other.unknown is not None:
        unknown = np.where(chosen, ~first.known(), ~second.known())
    return blank(np.where(chosen, first.units, second.units), places, unknown)


def compare(one: Numbers, sign: str, bound: Decimal) -> Bools:
    """Whether each number is ">=", ">", "<=", "<" or "==" the bound, exactly; False where unknown."""
    exact = bound.scaleb(one.places)
    low = int(exact.to_integral_value(rounding="ROUND_FLOOR"))
    high = int(exact.to_integral_value(rounding="ROUND_CEILING"))
    holds: Bools = {
        ">=": lambda: one.units >= high,
        ">": lambda: one.units > low,
        "<=": lambda: one.units <= low,
        "<": lambda: one.units < high,
        "==": lambda: (one.units == low) & (low == high),
    }[sign]().astype(bool)
    return holds if one.unknown is None else holds & ~one.unknown


def by_value(one: Numbers, places: int, function: Callable[[Decimal], Decimal | None]) -> Numbers:
    """A function of each different number, worked out with 40 digits and rounded half to even to the places."""
    different, place = np.unique(one.units, return_inverse=True)
    results = [function(Decimal(int(unit)).scaleb(-one.places)) for unit in different]
    quantum = Decimal(1).scaleb(-places)
    units = [
        0 if result is None else int(result.quantize(quantum, ROUND_HALF_EVEN, PRECISE).scaleb(places))
        for result in results
    ]
    none = np.array([result is None for result in results], bool)[place]
    return blank(np.array(units, np.int64)[place], places, either(one.unknown, none if none.any() else None))


def by_values(several: Sequence[Numbers], places: int, function: Callable[..., Decimal | None]) -> Numbers:
    """A function of each different row of several numbers, rounded half to even to the places."""
    code: Ints = np.zeros(len(several[0]), np.int64)
    for one in several:
        different, place = np.unique(one.units, return_inverse=True)
        code = np.unique(code * len(different) + place, return_inverse=True)[1].astype(np.int64)
    unknown = either(*(one.unknown for one in several))
    if unknown is not None:
        # What is unknown has the units of 0 and must not speak for a row in which 0 is known.
        code = np.unique(code * 2 + unknown, return_inverse=True)[1].astype(np.int64)
    first = np.unique(code, return_index=True)[1]
    results = [
        function(*row) if None not in row else None
        for row in zip(*(one.take(first).decimals() for one in several), strict=True)
    ]
    quantum = Decimal(1).scaleb(-places)
    units = [
        0 if one is None else int(one.quantize(quantum, ROUND_HALF_EVEN, PRECISE).scaleb(places))
        for one in results
    ]
    none = np.array([one is None for one in results], bool)[code]
    found = narrow(np.array(units, object))[code]
    return blank(found, places, either(unknown, none if none.any() else None))


def _density(number: Decimal) -> Decimal:
    half = WIDE.divide(WIDE.multiply(number, number), Decimal(-2))
    return WIDE.divide(WIDE.exp(half), WIDE.sqrt(TWO_PI))


def normal(number: Decimal) -> Decimal:
    """Which part of the standard normal distribution lies below a number."""
    if abs(number) >= FAR:
        return Decimal(number > 0)
    # One half, and the density times x + x³/3 + x⁵/(3·5) + …
    square, term, total, odd = WIDE.multiply(number, number), number, number, 1
    while abs(term) > LEAST:
        odd += 2
        term = WIDE.divide(WIDE.multiply(term, square), Decimal(odd))
        total = WIDE.add(total, term)
    return WIDE.add(Decimal("0.5"), WIDE.multiply(_density(number), total))


def normal_quantile(part: Decimal) -> Decimal | None:
    """The number below which such a part of the standard normal distribution lies; None for no part and for all of it."""
    if not 0 < part < 1:
        return None
    # Newton's steps double the digits of a first guess, so that the guess itself leaves no trace in the result.
    found = Decimal(NormalDist().inv_cdf(float(part)))
    for _step in range(4):
        beyond = WIDE.subtract(normal(found), part)
        found = WIDE.subtract(found, WIDE.divide(beyond, _density(found)))
    return found


FUNCTIONS: dict[str, Callable[[Decimal], Decimal | None]] = {
    "square-root": lambda number: number.sqrt(PRECISE) if number >= 0 else None,
    "natural-logarithm": lambda number: number.ln(PRECISE) if number > 0 else None,
    "common-logarithm": lambda number: number.log10(PRECISE) if number > 0 else None,
    "exponential": lambda number: number.exp(PRECISE),
    "normal": normal,
    "normal-quantile": normal_quantile,
}


def raised(one: Numbers, exponent: Decimal, places: int) -> Numbers:
    """Each number to a power; unknown where that is no real number."""
    is_whole = exponent == exponent.to_integral_value()
    return by_value(
        one,
        places,
        lambda number: (
            PRECISE.power(number, exponent)
            if number > 0 or (is_whole and number < 0) or (number == 0 and exponent > 0)
            else None
        ),
    )


def halved(elapsed: Numbers, half_life: Decimal, places: int) -> Numbers:
    """One half to the power of elapsed time over the half-life."""
    return by_value(
        elapsed,
        places,
        lambda number: PRECISE.power(Decimal("0.5"), PRECISE.divide(number, half_life)),
    )


def ratio(text: str) -> Fraction:
    """A weight as a scheme writes it: 3/4, 0.75 or 3."""
    return Fraction(text)


def common(ratios: Sequence[Fraction]) -> tuple[Ints, int]:
    """The ratios as whole numbers over one divisor."""
    below = lcm(*(one.denominator for one in ratios)) if ratios else 1
    return np.array([int(one * below) for one in ratios], np.int64), below


def rounded(above: Ints, below: Ints | int, mode: str = "half-up") -> Ints:
    """Whole numbers nearest to a quotient; `below` is not zero. Half goes away from zero unless the mode says so."""
    low = np.asarray(below)
    if _top(above) >= SAFE or _top(low) >= SAFE:
        above, low = above.astype(object), low.astype(object)
    if low.dtype == object or (low < 0).any():
        above, low = np.where(low < 0, -above, above), np.abs(low)
    quotient = above // low
    rest = above - quotient * low
    up = {
        "half-up": lambda: (2 * rest > low) | ((2 * rest == low) & (above > 0)),
        "half-even": lambda: (2 * rest > low) | ((2 * rest == low) & (quotient % 2 == 1)),
        "floor": lambda: np.zeros(np.shape(rest), bool),
        "ceiling": lambda: rest > 0,
        "down": lambda: (rest > 0) & (above < 0),
        "up": lambda: (rest > 0) & (above > 0),
    }[mode]()
    return narrow(quotient + np.asarray(up).astype(np.int64))


def quantile_places(number: Ints, part: Fraction, between: str) -> tuple[Ints, Ints, Ints, int]:
    """Which of so many numbers in ascending order make a quantile: the places of the lower and of the upper one, counted
    from 0, and how far it lies between them, as a part of the last number that is returned.
    """
    above, below = part.numerator, part.denominator
    last = number - 1
    if between == "lower":
        low = np.maximum(-(-number * above // below), 1) - 1
        return low, low, np.zeros_like(low), 1
    if between == "mean":
        low, rest = np.divmod(number * above, below)
        halves = (rest == 0).astype(np.int64)
        return np.clip(low - halves, 0, last), np.minimum(low, last), halves, 2
    if between == "nearest":
        # Half to the even one: the k-th of n where n·part lies nearest to k.
        low = np.clip(rounded(number * above, below, "half-even") - 1, 0, last)
        return low, low, np.zeros_like(low), 1
    at, of = {
        "line": (last * above, below),
        "line-by-n": (number * above - below, below),
        "line-by-n+1": ((number + 1) * above - below, below),
        "line-by-middles": (2 * number * above - below, 2 * below),
        "line-by-thirds": ((3 * number + 1) * above - 2 * below, 3 * below),
        "line-by-eighths": ((8 * number + 2) * above - 5 * below, 8 * below),
    }[between]
    low, far = np.divmod(np.clip(at, 0, last * of), of)
    return low, np.minimum(low + 1, last), far, of


def weighed_places(weight: Ints, first: Ints, last: Ints, part: Fraction, between: str) -> tuple[Ints, Ints]:
    """Of rows sorted by owner and number, each with a weight above zero, the places that make a quantile: the first up to which
    so large a part of the owner's weight lies, and, with `mean` where it ends just there, the next one. The rows of an
    owner stand from `first` to `last`.
    """
    # Whole numbers without end, so that no product is too large.
    so_far = np.append(0, np.cumsum(weight.astype(object)))
    before, whole = so_far[first], so_far[last + 1] - so_far[first]
    wanted = before * part.denominator + whole * part.numerator
    # Over one divisor the sums rise from row to row, and from owner to owner.
    reached = so_far[1:] * part.denominator
    low: Ints = np.clip(np.searchsorted(reached, wanted, side="left"), first, last)
    ends_here = (reached[low] == wanted) & (low < last) if between == "mean" else np.zeros(len(low), bool)
    return low, low + ends_here


def deviation(
    number: int, total: int, squares: int, *, is_sample: bool, step: int, scale: Fraction = Fraction(1)
) -> int | None:
    """The standard deviation of so many whole numbers, of which sum and sum of squares are given, by a scale, to the nearest
    multiple of a step. None where there are too few of them.
    """
    over = number * (number - 1 if is_sample else number)
    if not over:
        return None
    square = Fraction(number * squares - total * total, over) * (2 * scale / step) ** 2
    return (isqrt(square.numerator // square.denominator) + 1) // 2 * step


def narrow(units: Ints) -> Ints:
    """Back to 64 bits, where all of the numbers fit."""
    return units.astype(np.int64) if _is_wide(units) and _top(units) < SAFE else units


def fitting(one: Numbers) -> Numbers:
    """The numbers, in 64 bits where they fit. One of `LARGEST` or beyond is none that a scheme could mean: not known.

    The bound is one of the number itself and not of its units, so that it is the same in every shard.
    """
    if not _is_wide(one.units) and _top(one.units) < LARGEST:
        return one
    beyond = np.abs(one.units.astype(object)) >= LARGEST * 10**one.places
    if not beyond.any():
        return Numbers(narrow(one.units), one.places, one.unknown)
    units = narrow(np.where(beyond, 0, one.units))
    return blank(units, one.places, either(one.unknown, beyond.astype(bool)))


def total(owner: Ints, units: Ints, size: int) -> Ints:
    """The exact sum of the units of each owner, 0 to `size` - 1, whatever the order of the rows."""
    if not len(units):
        return np.zeros(size, np.int64)
    top = _top(units)
    if units.dtype != object and top * len(units) < 2**53:
        # Whole numbers below 2**53 are exact in doubles, and so is every sum of them on the way.
        return np.bincount(owner, weights=units, minlength=size).astype(np.int64)
    wide = units.dtype == object or top * len(units) >= SAFE
    sums = np.zeros(size, object if wide else np.int64)
    np.add.at(sums, owner, units.astype(object) if wide else units)
    return narrow(sums)


def _is_wide(units: Ints) -> bool:
    """Whether these are whole numbers without end."""
    return bool(units.dtype == object)


def _top(units: Ints) -> int:
    """The greatest of the absolute values."""
    if not np.size(units):
        return 0
    return max(abs(int(np.max(units))), abs(int(np.min(units))))


def _times(units: Ints, factor: Ints | int) -> Ints:
    other = np.asarray(factor)
    if _is_wide(units) or _is_wide(other) or _top(units) * _top(other) >= SAFE:
        return np.asarray(units).astype(object) * other.astype(object)
    return units * other


def _plus(one: Ints, other: Ints) -> Ints:
    if _is_wide(one) or _is_wide(other) or _top(one) + _top(other) >= SAFE:
        return narrow(one.astype(object) + other.astype(object))
    return one + other
