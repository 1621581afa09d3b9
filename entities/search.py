"""Finding an entity as a clerk types: code, name, part of a name, former name, pinyin initials."""

from dataclasses import dataclass
from typing import Literal

from entities.models import Entity

Why = Literal["code", "identifier", "name", "former_name", "initials"]


@dataclass(frozen=True, slots=True)
class Match:
    """An entity that fits, and why: `matched` is the code, name or number in which the query was found."""

    entity: Entity
    why: Why
    matched: str


def find_entities(*, user, query: str, limit: int = 10) -> list[Match]:
    """The entities that the user may see and most likely means, best first."""
    return [
        Match(entity, "code", entity.credit_code)
        for entity in Entity.objects.visible_to(user).filter(credit_code__startswith=query.strip().upper())[:limit]
    ]
