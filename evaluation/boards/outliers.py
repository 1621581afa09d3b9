"""Which parts of a city stand out: beyond what chance does, and beyond what parts differ by anyhow.

Pure. Shares of small parts swing widely by chance, and parts of a large city differ in earnest without any being strange. So each
is held against the share of the whole as a funnel plot does it, with limits that are as wide as the parts mostly differ.
"""

from collections.abc import Sequence
from math import sqrt
from statistics import median

#: Of fewer parts none stands out, and a part of fewer entities says too little.
LEAST_PARTS, LEAST_ENTITIES = 4, 10
#: So many standard deviations are far.
FAR = 3
#: The middle of the squares of standard scores, where nothing but chance makes parts differ.
BY_CHANCE = 0.4549


def standing_out(parts: Sequence[tuple[int, int]]) -> list[int]:
    """For each part, given as so many of so many: 1 where it lies far above what the whole leads one to expect, -1 where far
    below, and 0."""
    counted, whole = (sum(column) for column in zip(*parts, strict=True)) if parts else (0, 0)
    judged = [place for place, (_count, size) in enumerate(parts) if size >= LEAST_ENTITIES]
    found = [0] * len(parts)
    if len(judged) < LEAST_PARTS or counted in (0, whole):
        return found
    share = counted / whole
    scores = {place: _score(*parts[place], share) for place in judged}
    usual = max(1.0, sqrt(median(score * score for score in scores.values()) / BY_CHANCE))
    for place, score in scores.items():
        if abs(score) > FAR * usual:
            found[place] = 1 if score > 0 else -1
    return found


def _score(count: int, size: int, share: float) -> float:
    """How many standard deviations of chance a count lies off, less the half by which whole numbers miss anyhow."""
    off = count - size * share
    nearer = max(abs(off) - 0.5, 0.0)
    return (nearer if off > 0 else -nearer) / sqrt(size * share * (1 - share))
