"""Which entity a row means: certain, to be confirmed, or not to be found. Reads the registry, never writes.

Certain is only what a number with a right check character says together with a name that does not contradict it,
or what a person of the same body has decided before about a row that said the very same. A name alone, a
branch and its head office, an organisation code under another name: these are proposed and never guessed.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from entities import codes, naming
from entities.intake.rows import EntityClues
from entities.models import Entity, EntityIdentifier, FormerName, SubmissionRow

MOST_CANDIDATES = 8
_BRANCHES = "分行|支行|分公司|营业部|营业所|分理处|储蓄所|信用社|办事处|分社|分店|门市部|专营店"
#: How names of branches are built: a company with something behind it; else a bank or a union of co-operatives.
BRANCH_OF = (
    re.compile(f"(?P<office>.+?公司).+(?:{_BRANCHES})"),
    re.compile(f"(?P<office>.+?(?:银行|联合社|联社|合作社)).+(?:{_BRANCHES})"),
)


class How(StrEnum):
    """How the entity of a row was found."""

    NONE = ""
    CODE = "code"
    IDENTIFIER = "identifier"
    ORGANISATION_CODE = "organisation_code"
    REMEMBERED = "remembered"
    CHOSEN = "chosen"
    REGISTERED = "registered"
    LEFT_OUT = "left_out"


class Question(StrEnum):
    """What a person has to decide about a row: which entity it means, or whether it is right as it stands."""

    NONE = ""
    #: The code is in the registry, but under another name.
    CODE_OTHER_NAME = "code_other_name"
    #: An older number whose organisation code is in the registry, but under another name or twice.
    ORGANISATION_CODE = "organisation_code"
    #: There are entities of this name, and no good code says anything else.
    NAME = "name"
    #: A good code that the registry does not have, but it has the name under another code.
    NAME_OTHER_CODE = "name_other_code"
    #: There is only the head office of this branch.
    HEAD_OFFICE = "head_office"
    #: A good code that the registry does not have.
    UNREGISTERED = "unregistered"
    #: Nothing fits.
    UNKNOWN = "unknown"
    #: Two things in the row contradict each other. Asked before all else.
    AS_IT_STANDS = "as_it_stands"


@dataclass(frozen=True, slots=True)
class Found:
    """An entity as matching sees it."""

    pk: int
    code: str
    name: str
    keys: frozenset[str]

    def is_called(self, key: str) -> bool:
        """Whether the name is one that the entity has or had; a row that gives no name contradicts nothing."""
        return not key or key in self.keys


@dataclass(frozen=True, slots=True)
class Match:
    """What was found for one row.

    Args:
        entity: where it is certain.
        how: why it is.
        question: what is to be decided where it is not.
        candidates: the entities proposed, the likeliest first.
    """

    entity: Found | None = None
    how: How = How.NONE
    question: Question = Question.NONE
    candidates: tuple[Found, ...] = ()


@dataclass(slots=True)
class _Index:
    """All of the registry that a batch of rows could mean."""

    by_code: dict[str, Found] = field(default_factory=dict)
    by_inner: dict[str, list[Found]] = field(default_factory=lambda: defaultdict(list))
    by_number: dict[str, list[Found]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[str, list[Found]] = field(default_factory=lambda: defaultdict(list))
    #: By what a row says of its entity: (key of the row, entity that a person chose), the latest last.
    decided: dict[str, list[tuple[str, Found]]] = field(default_factory=lambda: defaultdict(list))


def clue_digest(clues: EntityClues) -> str:
    """What the row says of its entity, as one short text; equal for rows that say the same."""
    said = (
        codes.normalise(clues.code),
        naming.name_key(clues.name),
        *clues.numbers,
        naming.name_key(clues.head_office),
    )
    return hashlib.sha256("\0".join(said).encode()).hexdigest()[:32]


def match_rows(rows: Sequence[tuple[EntityClues, str]], *, body, format_code: str) -> list[Match]:
    """The match of each row, given its clues and its key, in a handful of queries for all of them."""
    index = _read_registry([clues for clues, _key in rows], body, format_code)
    return [_decide(clues, key, index) for clues, key in rows]


def found_by_key(pks: Iterable[int]) -> dict[int, Found]:
    """Entities by their keys, as matching sees them; under the key of one that was merged, the one that stays."""
    wanted = set(pks)
    found = {one.pk: one for one in _found(Entity.objects.filter(pk__in=wanted))}
    if missing := wanted - found.keys():
        merged = Entity.everything.filter(pk__in=missing, merged_into__merged_into=None)
        stays = dict(merged.values_list("pk", "merged_into"))
        those = {one.pk: one for one in _found(Entity.objects.filter(pk__in=set(stays.values())))}
        found |= {pk: those[into] for pk, into in stays.items() if into in those}
    return found


def _read_registry(clues: Sequence[EntityClues], body, format_code: str) -> _Index:
    numbers = {number for one in clues for number in (one.code, *one.numbers) if number}
    inner = {code for number in numbers if (code := codes.organisation_code_of(number))}
    keys = {
        naming.name_key(name)
        for one in clues
        for name in (one.name, one.head_office, head_office_in(one.name))
        if name
    }
    identifiers = list(EntityIdentifier.objects.filter(value__in=numbers).values_list("value", "entity_id"))
    former = list(FormerName.objects.filter(name_key__in=keys).values_list("name_key", "entity_id"))
    decided = _decided(clues, body, format_code)
    pks = {pk for _value, pk in (*identifiers, *former)} | {pk for _clue, _key, pk in decided}
    pks |= set(Entity.objects.filter(credit_code__in=numbers).values_list("pk", flat=True))
    pks |= set(Entity.objects.filter(organisation_code__in=inner).values_list("pk", flat=True))
    pks |= set(Entity.objects.filter(name_key__in=keys).values_list("pk", flat=True))
    entities = found_by_key(pks)
    index = _Index()
    for found in {one.pk: one for one in entities.values()}.values():
        index.by_code[found.code] = found
        index.by_inner[found.code[8:17]].append(found)
        for key in found.keys & keys:
            index.by_name[key].append(found)
    for value, pk in identifiers:
        index.by_number[value].append(entities[pk])
    for clue, row_key, pk in decided:
        index.decided[clue].append((row_key, entities[pk]))
    return index


def _found(entities) -> list[Found]:
    rows = list(entities.values_list("pk", "credit_code", "name_zh", "name_key"))
    former: dict[int, set[str]] = defaultdict(set)
    for pk, key in FormerName.objects.filter(entity_id__in=[row[0] for row in rows]).values_list(
        "entity_id", "name_key"
    ):
        former[pk].add(key)
    return [Found(pk, code, name, frozenset({key, *former[pk]})) for pk, code, name, key in sorted(rows)]


def remembered(clues: Sequence[EntityClues], body, format_code: str) -> frozenset[int]:
    """The places of those for which a person of the body has decided before, whatever that was."""
    decided = _decisions(body, format_code)
    if not decided.exists():
        return frozenset()
    digests = [clue_digest(one) for one in clues]
    known = set(decided.filter(clue__in=set(digests)).values_list("clue", flat=True))
    return frozenset(place for place, digest in enumerate(digests) if digest in known)


def _decided(clues: Sequence[EntityClues], body, format_code: str) -> list[tuple[str, str, int]]:
    """What people of the body chose for saved rows that said the same of their entity."""
    rows = _decisions(body, format_code).filter(clue__in={clue_digest(one) for one in clues})
    return list(rows.order_by("pk").values_list("clue", "key", "entity_id"))


def _decisions(body, format_code: str):
    return SubmissionRow.objects.filter(
        is_saved=True,
        match=How.CHOSEN,
        submission__body=body,
        submission__format_code=format_code,
        entity__isnull=False,
    )


def _decide(clues: EntityClues, row_key: str, index: _Index) -> Match:
    key = naming.name_key(clues.name)
    numbers = [number for number in (clues.code, *clues.numbers) if number]
    decided = index.decided.get(clue_digest(clues), [])
    # A number and a name that a person has put together once stay together; a bare name only for the same thing.
    if certain := [found for chosen_key, found in decided if numbers or chosen_key == row_key]:
        return Match(certain[-1], How.REMEMBERED)
    for number in numbers:
        if match := _by_number(number, key, index):
            return match
    namesakes = _unique([*(found for _key, found in reversed(decided)), *index.by_name.get(key, ())])
    kin = _by_inner_code(numbers, index)
    if codes.is_valid(clues.code) and key:
        if kin:
            return Match(question=Question.ORGANISATION_CODE, candidates=_first(_unique(kin)))
        question = Question.NAME_OTHER_CODE if namesakes else Question.UNREGISTERED
        return Match(question=question, candidates=_first(namesakes))
    if namesakes:
        return Match(question=Question.NAME, candidates=_first(_unique([*namesakes, *kin])))
    if kin:
        return Match(question=Question.ORGANISATION_CODE, candidates=_first(_unique(kin)))
    if offices := index.by_name.get(naming.name_key(clues.head_office or head_office_in(clues.name))):
        return Match(question=Question.HEAD_OFFICE, candidates=_first(offices))
    return Match(question=Question.UNKNOWN)


def head_office_in(name: str) -> str:
    """The part of a branch's name that is the name of its head office, as far as names tell; "" for no branch."""
    key = naming.name_key(name)
    found = (pattern.fullmatch(key) for pattern in BRANCH_OF)
    return next((one["office"] for one in found if one), "")


def _by_number(number: str, key: str, index: _Index) -> Match | None:
    """What one number says by itself, or None when it says nothing."""
    if entity := index.by_code.get(number):
        if entity.is_called(key):
            return Match(entity, How.CODE)
        others = [found for found in index.by_name.get(key, ()) if found != entity]
        return Match(question=Question.CODE_OTHER_NAME, candidates=_first([entity, *others]))
    ways = [(How.IDENTIFIER, index.by_number.get(number, []))]
    # A good code that nobody has now may be the one of an entity merged into another; it is no older number.
    if not codes.is_valid(number):
        ways.append((How.ORGANISATION_CODE, index.by_inner.get(codes.organisation_code_of(number), [])))
    for how, found in ways:
        # A number of fifteen digits can have a right check character by chance, so the name must be there and agree.
        if len(found) == 1 and key and found[0].is_called(key):
            return Match(found[0], how)
    return None


def _by_inner_code(numbers: list[str], index: _Index) -> list[Found]:
    return [
        found
        for number in numbers
        for found in (
            *index.by_number.get(number, ()),
            *index.by_inner.get(codes.organisation_code_of(number), ()),
        )
    ]


def _unique(found: Iterable[Found]) -> list[Found]:
    return list(dict.fromkeys(found))


def _first(found: Sequence[Found]) -> tuple[Found, ...]:
    return tuple(found[:MOST_CANDIDATES])
