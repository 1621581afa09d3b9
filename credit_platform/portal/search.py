"""The public look-up: by whole code, name, fragment of a name, former name and pinyin initials."""

from credit_platform.portal import policies
from entities import codes
from entities.models import Entity
from entities.naming import name_key
from entities.search import Match, find_among

SHOWN = 20
LONGEST_QUERY = 100
SHORTEST_QUERY = 2


def is_too_short(query: str) -> bool:
    """Whether so many would fit that looking is of no use."""
    return len(name_key(query)) < SHORTEST_QUERY


def find_public(query: str) -> list[Match]:
    """The entities that anybody may find and that the query most likely means.

    One more than `SHOWN` where there are more, so that the page can say so.
    """
    # PostgreSQL has no text with a zero byte in it, and neither has a name.
    query = query.replace("\0", "")
    if is_too_short(query):
        return []
    code, key = codes.normalise(query), name_key(query)
    known = Entity.objects.filter(policies.entities_anybody_may_find(code=code, name_key=key)).order_by("pk")
    found = [Match(one, "code" if one.credit_code == code else "name", code) for one in known[: SHOWN + 1]]
    if found and found[0].why == "code":
        return found
    seen = {match.entity.pk for match in found}
    searchable = Entity.objects.filter(policies.entities_anybody_may_search())
    others = find_among(searchable, query=query, limit=SHOWN + 1)
    return [*found, *(match for match in others if match.entity.pk not in seen)][: SHOWN + 1]
