"""How much waits for a reader, as the bars say it: kept for some seconds, and counted anew after each act of theirs.

What a colleague or a worker does shows in a bar when those seconds are over, and on the page it concerns at once. While
Redis is away each process keeps its own, so that an act that another process answered is seen as late as that.
"""

from collections.abc import Callable, Mapping
from secrets import token_hex

from django.conf import settings
from django.core.cache import cache

#: The mark of the last act outlives whatever was counted before it.
MARK_OUTLIVES = 10


def counts_of(user, bar: str, counting: Mapping[str, Callable[..., int]]) -> dict[str, int]:
    """How many things wait, by the name under which each is counted; all are counted together or none."""
    if not settings.BAR_COUNTS_KEPT or not counting or not user.is_authenticated:
        return {name: count(user) for name, count in counting.items()}
    # Read before counting: what is counted while an act runs carries the mark of before, and is not taken again.
    mark = cache.get(_mark_of(user), "")
    key = f"waiting:{user.pk}:{bar}"
    kept_under, kept = cache.get(key, ("", {}))
    if kept_under == mark and counting.keys() <= kept.keys():
        return kept
    counts = {name: count(user) for name, count in counting.items()}
    cache.set(key, (mark, counts), timeout=settings.BAR_COUNTS_KEPT)
    return counts


def note_act(user) -> None:
    """Whatever was counted for the user until now is not taken again."""
    if settings.BAR_COUNTS_KEPT and user.is_authenticated:
        cache.set(_mark_of(user), token_hex(8), timeout=MARK_OUTLIVES * settings.BAR_COUNTS_KEPT)


def _mark_of(user) -> str:
    return f"waiting:{user.pk}:acted"
