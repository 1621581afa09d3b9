"""Chances of so many among so many: exact tails of three distributions, and what must hold for a tail to be so large.

Pure. Sums of positive terms with 80 digits, of which 40 are asked for, so that nothing of a binary fraction is in a grade.
"""

from collections.abc import Callable, Iterator
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from itertools import count
from math import comb

#: Chances of very many trials begin with terms that are smaller than any exponent but the widest holds.
WIDE = Context(prec=80, rounding=ROUND_HALF_EVEN, Emin=MIN_EMIN, Emax=MAX_EMAX)
#: Of more trials, things drawn or expected nothing is worked out: every different row of a city costs as many terms.
MOST = 10_000
#: Beyond the most likely number, terms that are smaller add nothing to the first 40 digits of their sum.
LEAST = Decimal("1e-60")
#: Different questions of which the answers are kept at hand.
KEPT = 4096
ONE = Decimal(1)

#: For 0, 1, 2 … the chance of exactly so many, in so far as there can be so many.
Terms = Iterator[Decimal]


def binomial(trials: Decimal, each: Decimal) -> Terms | None:
    """So many of a number of trials, each of which hits with the same chance."""
    if not _is_number_of(trials) or not 0 <= each <= 1:
        return None
    return _binomial(int(trials), each)


def poisson(expected: Decimal) -> Terms | None:
    """So many where a number is expected."""
    return _poisson(expected) if 0 <= expected <= MOST else None


def hypergeometric(drawn: Decimal, lot: Decimal, marked: Decimal) -> Terms | None:
    """So many marked things among those that are drawn from a lot without being put back."""
    if not all(map(_is_number_of, (drawn, lot, marked))) or max(drawn, marked) > lot:
        return None
    return _hypergeometric(int(drawn), int(lot), int(marked))


def _is_number_of(number: Decimal) -> bool:
    return 0 <= number <= MOST and number == number.to_integral_value()


def _binomial(trials: int, each: Decimal) -> Terms:
    misses = WIDE.subtract(ONE, each)
    if not misses:
        yield from [Decimal(0)] * trials
        yield ONE
        return
    odds, term = WIDE.divide(each, misses), WIDE.power(misses, trials) if trials else ONE
    for hits in range(trials + 1):
        yield term
        term = WIDE.divide(
            WIDE.multiply(WIDE.multiply(term, odds), Decimal(trials - hits)), Decimal(hits + 1)
        )


def _poisson(expected: Decimal) -> Terms:
    term = WIDE.exp(-expected)
    for number in count(1):
        yield term
        term = WIDE.divide(WIDE.multiply(term, expected), Decimal(number))


def _hypergeometric(drawn: int, lot: int, marked: int) -> Terms:
    first, last = max(0, drawn - (lot - marked)), min(drawn, marked)
    yield from [Decimal(0)] * first
    term = WIDE.divide(
        Decimal(comb(marked, first) * comb(lot - marked, drawn - first)), Decimal(comb(lot, drawn))
    )
    for number in range(first, last + 1):
        yield term
        above = (marked - number) * (drawn - number)
        below = (number + 1) * (lot - marked - drawn + number + 1)
        term = WIDE.divide(WIDE.multiply(term, Decimal(above)), Decimal(below))


def _sums(terms: Terms) -> Iterator[tuple[Decimal, Decimal]]:
    """The chance of at most 0, 1, 2 …, and of exactly so many, until no more is to come."""
    total, before = Decimal(0), Decimal(0)
    for term in terms:
        total = WIDE.add(total, term)
        yield total, term
        if term < before and term < LEAST:
            return
        before = term


def tail(terms: Terms | None, at_most: Decimal, *, half_of_last: bool) -> Decimal | None:
    """The chance of at most so many; with `half_of_last` of fewer, and half of that of exactly so many."""
    if terms is None:
        return None
    total, term = Decimal(0), Decimal(0)
    for number, (so_far, exactly) in enumerate(_sums(terms)):
        if number > at_most:
            break
        total, term = so_far, exactly if number == at_most else Decimal(0)
    total = min(total, ONE)
    return WIDE.subtract(total, WIDE.divide(term, Decimal(2))) if half_of_last else total


def number_at(terms: Terms | None, level: Decimal) -> Decimal | None:
    """The smallest number that is not exceeded with at least such a chance; None where there is none."""
    if terms is None or not 0 < level <= 1:
        return None
    for number, (so_far, _exactly) in enumerate(_sums(terms)):
        if so_far >= level:
            return Decimal(number)
    return None


@lru_cache(maxsize=KEPT)
def rate_at(
    trials: Decimal | None, at_most: Decimal, level: Decimal, places: int, *, half_of_last: bool
) -> Decimal | None:
    """The chance of each trial at which at most so many hit with the chance `level`, to the places; without trials the number
    that is to be expected. None where there is none.
    """
    if not 0 < level < 1 or not at_most <= MOST or (trials is not None and not _is_number_of(trials)):
        return None

    def lies_beyond(number: Decimal) -> bool:
        found = tail(poisson(number) if trials is None else binomial(trials, number), at_most, half_of_last=half_of_last)  # fmt: skip
        return found is not None and found > level

    # A chance is no greater than 1; what is to be expected may be as great as anything that is worked out.
    last = 1
    while trials is None and lies_beyond(Decimal(last)):
        if last == MOST:
            return None
        last = min(2 * last, MOST)
    return _crossing(lies_beyond, last, places)


def _crossing(lies_beyond: Callable[[Decimal], bool], last: int, places: int) -> Decimal:
    """The number between 0 and the last up to which something holds, rounded to the places, a half down."""
    low, high = 0, last * 10**places
    while low < high:
        middle = (low + high) // 2
        # Held against what lies halfway to the next, so that the nearer one is found.
        if lies_beyond(Decimal(2 * middle + 1).scaleb(-places) / 2):
            low = middle + 1
        else:
            high = middle
    return Decimal(low).scaleb(-places)
