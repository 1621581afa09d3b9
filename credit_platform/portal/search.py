"""The public look-up: by whole code, name, fragment of a name and pinyin initials."""

from credit_platform.portal import policies
from entities.models import Entity
from entities.naming import name_key
from entities.search import Match

SHOWN = 20
LONGEST_QUERY = 100
SHORTEST_QUERY = 2
CODE_LENGTH = 18


def is_too_short(query: str) -> bool:
    """Whether so many would fit that looking is of no use."""
    return len(name_key(query)) < SHORTEST_QUERY


def find_public(query: str) -> list[Match]:
    """The entities that anybody may find and that the query most likely means.

    One more than `SHOWN` where there are more, so that the page can say so.
    """
    if is_too_short(query):
        return []
    key = name_key(query)
    known = Entity.objects.filter(policies.entities_anybody_may_find(code=key, name_key=key))
    found = [
        Match(entity, "code" if entity.credit_code == key else "name", key) for entity in known[: SHOWN + 1]
    ]
    if len(key) == CODE_LENGTH and found:
        return found
    seen = {match.entity.pk for match in found}
    searchable = Entity.objects.filter(policies.entities_anybody_may_search()).exclude(pk__in=seen)
    by_name = searchable.filter(name_key__contains=key).order_by("name_key")[: SHOWN + 1 - len(found)]
    found += [Match(entity, "name", key) for entity in by_name]
    if len(found) <= SHOWN and key.isascii() and key.isalpha():
        seen |= {match.entity.pk for match in found}
        by_initials = (
            searchable.exclude(pk__in=seen).filter(initials__startswith=key.lower()).order_by("initials")
        )
        found += [
            Match(entity, "initials", entity.initials) for entity in by_initials[: SHOWN + 1 - len(found)]
        ]
    return found
