"""Finding an entity as a clerk types: code, number, name, part of a name, former name, pinyin initials, with a slip.

Every question is one that an index answers, and the questions are asked in the order in which a clerk would
want the answers; the next one is asked only while there is room. Of a question that thousands fit, as many are
looked at as the index gives first: nobody reads them all, and whoever looks for one types more.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Literal

from django.db import OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet
from opencc import OpenCC
from psycopg.errors import QueryCanceled

from entities import codes, naming
from entities.models import Entity, EntityIdentifier, FormerName
from entities.models.entity import NamePairs
from entities.words import visible

Why = Literal["code", "identifier", "name", "former_name", "initials", "similar"]
#: Of so many that fit the likeliest are put first.
LOOKED_AT = 1_000
#: Numbers and former names: rarely more than one.
ENOUGH = 60
#: Shorter parts of a code fit half of the register.
SHORTEST_CODE = 4
SHORTEST_NUMBER = 6
#: Registered names are so long, or longer.
REGISTERED = 8
#: A name with a slip is looked for from so many characters on, and no longer than so many milliseconds.
SHORTEST_SLIP = 4
SLIP_MS = 30
PAIRS_ENOUGH = 4
#: Of a code with a slip, so many places are taken to be right.
CODE_BEGINNING = 12
LATIN = re.compile(r"[a-z0-9]+", re.IGNORECASE)
LETTERS = re.compile(r"[a-z]{2,}", re.IGNORECASE)
#: What nearly every name holds; a fragment of nothing else tells nothing.
COMMON = re.compile("股份有限公司|有限责任公司|有限公司|分公司|公司|经营部|集团")
ENDING = re.compile(f"(?:{COMMON.pattern})+$")
#: Pairs of these words that a part of a name may end or begin with; each stands in a tenth of all names or more.
COMMON_PAIRS = frozenset({"股份", "份有", "有限", "限公", "公司", "限责", "责任", "任公"})
#: A branch by its name: it says so, or it is called after a company and then something of its own.
BRANCH = re.compile(
    "分公司|分行|支行|支局|营业部|营业厅|营业所|分理处|储蓄所|办事处|代表处|分社|分店|门市部|分厂|公司(?!.*公司$)."
)


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
    before former ones, then initials; names with one slip only where no name fits. Within each, whoever is in
    business comes before whoever is not, a head office before its branches, and the shorter name first.
    Traditional characters find the simplified name.
    """
    search = _Search(entities, limit)
    text = visible(query)[:100]
    code, key = codes.normalise(text), naming.name_key(text)
    if not key:
        return []
    if LATIN.fullmatch(code):
        search.add_codes(code)
    if search.found and len(code) == codes.LENGTH:
        return search.matches()
    spelled = simplified(key)
    for name in dict.fromkeys((key, spelled)):
        search.add_names(name)
    search.add_names_in_parts([simplified(naming.name_key(part)) for part in text.split()])
    if LETTERS.fullmatch(key):
        search.add_initials(key.lower())
    elif not search.found:
        search.add_names_with_a_slip(spelled)
    if not search.found and len(code) == codes.LENGTH and LATIN.fullmatch(code):
        search.add_codes_with_a_slip(code)
    return search.matches()


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def simplified(key: str) -> str:
    """The name in simplified characters."""
    return key if key.isascii() else _converter().convert(key)


@dataclass(frozen=True, slots=True)
class _Row:
    """As much of an entity as putting it in its place needs."""

    pk: int
    key: str
    status: str
    head_office: int | None

    COLUMNS: ClassVar = ("pk", "name_key", "status", "head_office_id")

    @property
    def place(self) -> tuple:
        is_branch = self.head_office is not None or bool(BRANCH.search(self.key))
        return self.status != Entity.Status.ACTIVE, is_branch, len(self.key), self.key


class _Search:
    """What was found so far, each entity once, up to the limit; the entities themselves are read at the end."""

    def __init__(self, entities: QuerySet[Entity], limit: int) -> None:
        self.entities = entities
        self.limit = limit
        self.found: dict[int, tuple[Why, Callable[[Entity], str]]] = {}

    @property
    def full(self) -> bool:
        return len(self.found) >= self.limit

    def matches(self) -> list[Match]:
        entities = {one.pk: one for one in self.entities.filter(pk__in=self.found)} if self.found else {}
        return [
            Match(entities[key], why, matched(entities[key]))
            for key, (why, matched) in self.found.items()
            if key in entities
        ]

    def add(self, rows: Iterable[_Row], why: Why, matched: Callable[[Entity], str], first=None) -> None:
        """The likeliest of the rows; those of which `first` is true before the others."""
        for row in sorted(rows, key=lambda row: (first is not None and not first(row), row.place)):
            if self.full:
                return
            self.found.setdefault(row.pk, (why, matched))

    def add_codes(self, code: str) -> None:
        if len(code) == codes.LENGTH:
            self.add(self._rows(Q(credit_code=code)), "code", _code)
            if self.found:
                return
        elif len(code) >= SHORTEST_CODE:
            self.add(self._rows(Q(credit_code__startswith=code)), "code", _code)
        if self.full or len(code) < SHORTEST_NUMBER:
            return
        self._add_by_key(EntityIdentifier.objects.filter(value=code), "value", "identifier")
        if inner := codes.organisation_code_of(code):
            rows = self._rows(Q(organisation_code=inner))
            self.add(rows, "identifier", lambda entity: f"{inner[:8]}-{inner[8]}")

    def add_names(self, key: str) -> None:
        if self.full:
            return
        # Asked by itself: of the names that begin with a short one, not all are looked at.
        whole = self._rows(Q(name_key=key))
        self.add(whole, "name", _name)
        if self.full:
            return
        self.add(self._rows(Q(name_key__startswith=key)), "name", _name)
        pairs = telling_pairs(key)
        if not pairs or self.full:
            return
        # A whole registered name that is there is hardly meant as a part of others.
        if len(key) < REGISTERED or not whole:
            self.add(self._rows(Q(name_key__contains=key), holding=[pairs]), "name", _name)
        former = FormerName.objects.alias(pairs=NamePairs(F("name_key"))).filter(
            Q(pairs__contains=pairs), name_key__contains=key
        )
        self._add_by_key(former, "name", "former_name")

    def add_names_in_parts(self, parts: list[str]) -> None:
        """“余姚 电器”: every part stands somewhere in the name; names that begin with the first come first."""
        pairs = sorted({pair for part in parts for pair in telling_pairs(part)})
        if len(parts) < 2 or self.full or not pairs:
            return
        everywhere = Q(*(Q(name_key__contains=part) for part in parts))
        rows = self._rows(everywhere, holding=[pairs])
        self.add(rows, "name", _name, first=lambda row: row.key.startswith(parts[0]))

    def add_initials(self, letters: str) -> None:
        if not self.full:
            self.add(self._rows(Q(initials__startswith=letters)), "initials", _initials)
        if not self.full and len(letters) > 2:
            self.add(self._rows(Q(initials__contains=letters)), "initials", _initials)

    def add_names_with_a_slip(self, key: str) -> None:
        """One character wrong, missing, too many, or two in the wrong order; first those that sound alike."""
        telling = ENDING.sub("", key)
        if len(telling) < SHORTEST_SLIP:
            return
        pattern = slip_pattern(telling)
        letters = naming.initials(telling)
        if len(letters) == len(telling):
            alike = self._rows(Q(initials__contains=letters))
            self.add((row for row in alike if re.search(pattern, row.key)), "similar", _name)
        if not self.found and (holding := pairs_despite_a_slip(telling)):
            self.add(self._rows(Q(name_key__regex=pattern), holding=holding), "similar", _name)

    def add_codes_with_a_slip(self, code: str) -> None:
        """One place wrong or two places changed for each other, behind the beginning."""
        beginning = self.entities.filter(credit_code__startswith=code[:CODE_BEGINNING]).order_by()
        keys = [
            key
            for key, other in beginning.values_list("pk", "credit_code")[:LOOKED_AT]
            if _is_slip(other, code)
        ]
        self.add(self._rows(Q(pk__in=keys)) if keys else (), "similar", _code)

    def _add_by_key(self, rows: QuerySet, column: str, why: Why) -> None:
        """Entities by what hangs on them; `column` says what was found."""
        if self.full:
            return
        found = rows.filter(entity__in=self.entities.values("pk")).order_by("pk")
        matched = dict(found.values_list("entity_id", column)[:ENOUGH])
        if matched:
            self.add(self._rows(Q(pk__in=matched)), why, lambda entity: matched[entity.pk])

    def _rows(self, condition: Q, holding: Sequence[Sequence[str]] = ()) -> list[_Row]:
        """Some that fit, as the index gives them: sorting all of them would read them all.

        Args:
            holding: the name holds all the pairs of one of these. Nobody waits for a question with several that the
                index does not answer quickly: it then has no answer.
        """
        found = self.entities.filter(condition)
        if holding:
            either = Q()
            for pairs in holding:
                either |= Q(pairs__contains=list(pairs))
            found = found.alias(pairs=NamePairs(F("name_key"))).filter(either)
        rows = found.order_by().values_list(*_Row.COLUMNS)[:LOOKED_AT]
        if len(holding) < 2:
            return [_Row(*row) for row in rows]
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = %s", [SLIP_MS])
                answer = [_Row(*row) for row in rows]
                cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
                return answer
        except OperationalError as error:
            if not isinstance(error.__cause__, QueryCanceled):
                raise
            return []


def pairs_of(text: str) -> list[str]:
    """Every two neighbouring characters."""
    return [text[place : place + 2] for place in range(len(text) - 1)]


def telling_pairs(key: str) -> list[str]:
    """The pairs of a part of a name, without those that nearly every name holds; empty where nothing is left."""
    pairs = {pair for part in COMMON.split(key) for pair in pairs_of(part)}
    return sorted(pairs - COMMON_PAIRS or pairs)


def pairs_despite_a_slip(text: str) -> list[list[str]]:
    """Sets of pairs; a name that differs from the text by one slip holds all pairs of at least one of them.

    A wrong character leaves what stands before and behind it; a missing one and one too many leave no less. Two
    characters changed over make pairs of their own. Of each set a few from the middle of the name are enough: names
    begin with places and end with what nearly every name holds.
    """
    wrong = [[*pairs_of(text[:place]), *pairs_of(text[place + 1 :])] for place in range(len(text))]
    changed = [
        pairs_of(text[:place] + text[place + 1] + text[place] + text[place + 2 :])
        for place in range(len(text) - 1)
    ]
    telling = {frozenset(_of_the_middle(pairs)) for pairs in wrong + changed} - {frozenset()}
    return sorted(sorted(pairs) for pairs in telling if not any(other < pairs for other in telling))


def _of_the_middle(pairs: list[str]) -> list[str]:
    telling = [pair for pair in pairs if pair not in COMMON_PAIRS]
    spare = max(len(telling) - PAIRS_ENOUGH, 0)
    return telling[spare // 2 : spare // 2 + PAIRS_ENOUGH]


def slip_pattern(text: str) -> str:
    """A regular expression for the text with one slip: a character wrong, missing, too many, or two changed over."""
    spelled = [re.escape(character) for character in text]
    patterns = []
    for place in range(len(text)):
        before, after = "".join(spelled[:place]), "".join(spelled[place + 1 :])
        patterns.append(f"{before}.{after}")
        patterns.append(f"{before}{after}")
        if place:
            patterns.append(f"{before}.{spelled[place]}{after}")
        if place + 1 < len(text):
            patterns.append(f"{before}{spelled[place + 1]}{spelled[place]}{''.join(spelled[place + 2 :])}")
    return "|".join(patterns)


def _is_slip(code: str, typed: str) -> bool:
    places = [place for place in range(len(code)) if code[place] != typed[place]]
    if len(places) == 1:
        return True
    return len(places) == 2 and places[1] - places[0] == 1 and code[places[0]] == typed[places[1]]


def _code(entity: Entity) -> str:
    return entity.credit_code


def _name(entity: Entity) -> str:
    return entity.name_zh


def _initials(entity: Entity) -> str:
    return entity.initials
