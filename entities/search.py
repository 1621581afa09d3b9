"""Finding an entity as a clerk types: code, number, name, part of a name, former name, pinyin initials.

Every question is one that an index answers, and the questions are asked in the order in which a clerk would
want the answers; the next one is asked only while there is room.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from django.db import OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from psycopg.errors import QueryCanceled

from entities import codes, naming
from entities.models import Entity, EntityIdentifier, FormerName

Why = Literal["code", "identifier", "name", "former_name", "initials"]
#: How many are looked at to put the likeliest first.
ENOUGH = 60
#: Shorter parts of a code fit half of the register.
SHORTEST_CODE = 4
SHORTEST_NUMBER = 6
#: The trigram index needs so many letters in a row. A shorter part is looked for inside of names only when nothing
#: else fits, because that reads the whole register.
INDEXED = re.compile(r"\w{3}")
READING_ALL_MS = 80
LATIN = re.compile(r"[a-z0-9]+", re.IGNORECASE)
LETTERS = re.compile(r"[a-z]{2,}", re.IGNORECASE)
#: What nearly every name holds; a fragment of nothing else tells nothing.
COMMON = re.compile("股份有限公司|有限责任公司|有限公司|分公司|公司|经营部|集团")


@dataclass(frozen=True, slots=True)
class Match:
    """An entity that fits, and why: `matched` is the code, name or number in which the query was found."""

    entity: Entity
    why: Why
    matched: str


def find_entities(*, user, query: str, limit: int = 10) -> list[Match]:
    """The entities that the user may see and most likely means, best first."""
    return find_among(Entity.objects.visible_to(user), query=query, limit=limit)


def find_among(entities: QuerySet[Entity], *, query: str, limit: int = 10) -> list[Match]:
    """Those of the entities that the query most likely means, best first.

    Whole codes come before beginnings of codes, whole names before beginnings before parts, current names
    before former ones, and initials last; within each the shorter name first.
    """
    search = _Search(entities, limit)
    text = query.strip()[:100]
    code, key = codes.normalise(text), naming.name_key(text)
    if not key:
        return []
    if LATIN.fullmatch(code):
        search.add_codes(code)
    search.add_names(key)
    search.add_names_in_parts([naming.name_key(part) for part in text.split()])
    if LETTERS.fullmatch(key):
        search.add_initials(key.lower())
    if not search.matches and len(key) > 1:
        search.add_by_reading_all(key)
    return search.matches


class _Search:
    """Matches so far, each entity once, up to the limit."""

    def __init__(self, entities: QuerySet[Entity], limit: int) -> None:
        self.entities = entities
        self.limit = limit
        self.matches: list[Match] = []
        self._seen: set[int] = set()

    @property
    def full(self) -> bool:
        return len(self.matches) >= self.limit

    def add(self, found: Iterable[Entity], why: Why, matched: Callable[[Entity], str]) -> None:
        for entity in found:
            if self.full:
                return
            if entity.pk not in self._seen:
                self._seen.add(entity.pk)
                self.matches.append(Match(entity, why, matched(entity)))

    def add_codes(self, code: str) -> None:
        if len(code) == codes.LENGTH:
            self.add(self.entities.filter(credit_code=code), "code", _code)
        elif codes.LENGTH > len(code) >= SHORTEST_CODE:
            self.add(self.entities.filter(credit_code__startswith=code).order_by()[:ENOUGH], "code", _code)
        if self.full or len(code) < SHORTEST_NUMBER:
            return
        numbers = EntityIdentifier.objects.filter(value=code, entity__in=self._visible()).values_list(
            "entity_id", "value"
        )
        self._add_by_key(dict(numbers[:ENOUGH]), "identifier")
        if inner := codes.organisation_code_of(code):
            found = self.entities.filter(organisation_code=inner).order_by("pk")[:ENOUGH]
            self.add(found, "identifier", lambda entity: f"{inner[:8]}-{inner[8]}")

    def add_names(self, key: str) -> None:
        self.add(self.entities.filter(name_key=key).order_by("pk")[:ENOUGH], "name", _name)
        self._add_former(Q(name_key=key))
        if not self.full:
            self.add(self._short_first(self.entities.filter(name_key__startswith=key)), "name", _name)
        if INDEXED.search(COMMON.sub("", key)) and not self.full:
            self.add(self._short_first(self.entities.filter(name_key__contains=key)), "name", _name)
            self._add_former(Q(name_key__contains=key))

    def add_names_in_parts(self, parts: list[str]) -> None:
        """“余姚 电器”: the name begins with the first part, or one part is long enough for the index."""
        first, *rest = parts or [""]
        if not rest or self.full:
            return
        condition = Q(name_key__startswith=first)
        for part in rest:
            condition &= Q(name_key__contains=part)
        self.add(self._short_first(self.entities.filter(condition)), "name", _name)
        if any(INDEXED.search(COMMON.sub("", part)) for part in parts) and not self.full:
            anywhere = Q(*(Q(name_key__contains=part) for part in parts))
            self.add(self._short_first(self.entities.filter(anywhere)), "name", _name)

    def add_by_reading_all(self, key: str) -> None:
        """Nobody waits for a full reading of a large register: what is not found in time is not found."""
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = %s", [READING_ALL_MS])
                found = self._short_first(self.entities.filter(name_key__contains=key))
                cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
        except OperationalError as error:
            if not isinstance(error.__cause__, QueryCanceled):
                raise
            return
        self.add(found, "name", _name)

    def add_initials(self, letters: str) -> None:
        if not self.full:
            self.add(
                self._short_first(self.entities.filter(initials__startswith=letters)), "initials", _initials
            )

    def _add_former(self, condition: Q) -> None:
        if not self.full:
            names = FormerName.objects.filter(condition, entity__in=self._visible())
            self._add_by_key(
                dict(names.order_by("pk").values_list("entity_id", "name")[:ENOUGH]), "former_name"
            )

    def _add_by_key(self, matched: dict[int, str], why: Why) -> None:
        if matched:
            found = self.entities.filter(pk__in=matched).order_by("pk")
            self.add(found, why, lambda entity: matched[entity.pk])

    def _visible(self):
        return self.entities.values("pk")

    @staticmethod
    def _short_first(entities) -> list[Entity]:
        """Some that fit, as the index gives them, the shortest name first: sorting all of them would read them all."""
        return sorted(
            entities.order_by()[:ENOUGH], key=lambda entity: (len(entity.name_key), entity.name_key)
        )


def _code(entity: Entity) -> str:
    return entity.credit_code


def _name(entity: Entity) -> str:
    return entity.name_zh


def _initials(entity: Entity) -> str:
    return entity.initials
