"""What the public pages show. Nothing here knows a user: what these return, anybody may read."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    DateField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _

from credit_platform.common.errors import Missing
from credit_platform.common.prepared import Given, Prepared
from entities import codes
from entities.models import CreditRecord, Entity, PublicityRule, RecordType
from entities.statements.selectors import with_statement
from evaluation.methods import rungs_of
from evaluation.schemes.in_force import SchemeInForce, schemes_for

#: How many records of one section stand on the entity page before "all of them" is a page of its own.
SHOWN_AT_ONCE = 10
FIGURES_KEPT_FOR = 600


@dataclass(frozen=True, slots=True)
class Kind:
    """A section of the public page: a group of record types under a title."""

    code: str
    title: str | Promise
    types: tuple[str, ...]
    #: Whether its records end by themselves, so that their last day is worth a column.
    ends: bool = False

    @property
    def is_mixed(self) -> bool:
        """Whether its records are of several types, so that each says of which it is."""
        return len(self.types) != 1


KINDS = (
    Kind("penalties", _("Penalties"), ("administrative-penalty",), ends=True),
    Kind("lists", _("On a list"), ("serious-violation-listing", "abnormal-listing"), ends=True),
    Kind("commendations", _("Commendations"), ("commendation",)),
    Kind("licences", _("Licences"), ("administrative-licence",)),
    Kind("inspections", _("Inspections"), ("inspection-result",)),
    # Shared within government until a basis for publishing stands in the catalogue; never among the sectors' grades.
    Kind(
        "evaluations",
        _("Evaluations by the nation or the province"),
        ("national-credit-evaluation", "provincial-credit-evaluation"),
    ),
    Kind("announced", _("Grades that departments announced"), ("tax-credit-grade", "customs-credit-status")),
)
NAMED_TYPES = frozenset(code for kind in KINDS for code in kind.types)
#: Public types of the catalogue that no section above names.
OTHER = Kind("other", _("Other public records"), (), ends=True)
#: By the code of a type.
KIND_OF = {code: kind.code for kind in KINDS for code in kind.types}
SECTIONS = {kind.code: kind for kind in (*KINDS, OTHER)}


@dataclass(frozen=True, slots=True)
class Section:
    """Public records of one kind, newest first: the first few, and how many there are."""

    kind: Kind
    records: list[CreditRecord]
    total: int

    @property
    def hidden(self) -> int:
        return self.total - len(self.records)


def entity_by_code(credit_code: str) -> Entity:
    """The entity of that code; `Missing` where there is none."""
    found = _entities_by_code(code=credit_code.strip().upper())
    if not found:
        raise Missing
    return found[0]


_entities_by_code = Prepared(lambda: Entity.objects.filter(credit_code=Given("code", CharField())))


def public_records_of(entity: Entity | Given, day: date | Given) -> QuerySet[CreditRecord]:
    """The entity's records that anybody may read on that day, newest first."""
    records = CreditRecord.objects.filter(entity=entity).public_on(day)
    return (
        with_statement(records).select_related("record_type", "submitted_by").order_by("-decided_on", "-pk")
    )


def of_kind(records: QuerySet[CreditRecord], kind: Kind) -> QuerySet[CreditRecord]:
    if kind is OTHER:
        return records.exclude(record_type__code__in=NAMED_TYPES)
    return records.filter(record_type__code__in=kind.types)


def sections_of(entity: Entity, day: date) -> list[Section]:
    """What is on public record, by kind; kinds with nothing are left out. One query, and one more where some are hidden."""
    shown: dict[str, list[CreditRecord]] = {}
    for record in _newest_of_each_kind(entity=entity.pk, day=day):
        shown.setdefault(KIND_OF.get(record.record_type.code, OTHER.code), []).append(record)
    has_more = any(len(records) == SHOWN_AT_ONCE for records in shown.values())
    totals = _how_many_of_each_kind(entity, day) if has_more else Counter()
    return [
        Section(SECTIONS[code], shown[code], max(totals[code], len(shown[code])))
        for code in SECTIONS
        if code in shown
    ]


@Prepared
def _newest_of_each_kind() -> QuerySet[CreditRecord]:
    """The first few public records of each kind.

    Chosen by their keys first: whole records of an entity with very many would be sorted as they are.
    """
    kind = Case(
        *(When(record_type__code__in=kind.types, then=Value(kind.code)) for kind in KINDS),
        default=Value(OTHER.code),
    )
    newest_first = (F("decided_on").desc(), F("pk").desc())
    its, day = Given("entity", BigIntegerField()), Given("day", DateField())
    chosen = (
        CreditRecord.objects.filter(entity=its)
        .public_on(day)
        .annotate(place=Window(RowNumber(), partition_by=kind, order_by=newest_first))
        .filter(place__lte=SHOWN_AT_ONCE)
    )
    return public_records_of(its, day).filter(pk__in=chosen.values("pk"))


def _how_many_of_each_kind(entity: Entity, day: date) -> Counter[str]:
    counted = CreditRecord.objects.filter(entity=entity).public_on(day).order_by()
    totals: Counter[str] = Counter()
    for code, count in counted.values_list("record_type__code").annotate(Count("pk")):
        totals[KIND_OF.get(code, OTHER.code)] += count
    return totals


@dataclass(frozen=True, slots=True)
class PublicScheme:
    """A public scheme with its ladder, for the page of methods."""

    in_force: SchemeInForce
    rungs: list[dict]


@dataclass(frozen=True, slots=True)
class ListLine:
    """Whether an entity stands on one of the lists today."""

    record_type: RecordType
    on_it: bool

    @property
    def sentence(self) -> str:
        if self.on_it:
            return gettext("Recorded: %(list)s") % {"list": self.record_type}
        return gettext("Not recorded: %(list)s") % {"list": self.record_type}


def list_lines(entity: Entity, day: date) -> list[ListLine]:
    """One line for each list of the catalogue, the serious one first; said also where the entity is on none."""
    types: dict[str, Any] = {one.code: one for one in _lists(entity=entity.pk, day=day)}
    return [ListLine(types[code], types[code].on_it) for code in SECTIONS["lists"].types if code in types]


@Prepared
def _lists() -> QuerySet[RecordType]:
    """The lists of the catalogue, each with whether the entity stands on it."""
    standing = public_records_of(Given("entity", BigIntegerField()), Given("day", DateField()))
    return RecordType.objects.filter(code__in=SECTIONS["lists"].types).annotate(
        on_it=Exists(standing.filter(record_type=OuterRef("pk")))
    )


@dataclass(frozen=True, slots=True)
class CityFigures:
    """How much is on public record; at most ten minutes old."""

    entities: int
    records: int
    by_type: list[tuple[RecordType, int]]
    day: date


def city_figures(day: date) -> CityFigures:
    """The figures of the first page. Counted at most every ten minutes, for counting a million takes its time."""
    entities, counts = cache.get_or_set(f"portal:figures:{day}", lambda: _count(day), FIGURES_KEPT_FOR)
    types = {record_type.pk: record_type for record_type in RecordType.objects.filter(pk__in=counts)}
    by_type = sorted(
        ((types[pk], count) for pk, count in counts.items() if pk in types), key=lambda row: -row[1]
    )
    return CityFigures(entities, sum(counts.values()), by_type, day)


def _count(day: date) -> tuple[int, dict[int, int]]:
    counts = CreditRecord.objects.public_on(day).order_by().values_list("record_type").annotate(Count("pk"))
    return Entity.objects.count(), dict(counts)


def publicity_rules_on(day: date) -> QuerySet[PublicityRule]:
    """The rules in force that say how long a record is public."""
    return (
        PublicityRule.objects.filter(valid_from__lte=day)
        .filter(Q(valid_to=None) | Q(valid_to__gte=day))
        .select_related("instrument")
        .prefetch_related("record_types")
        .order_by("precedence", "instrument", "max_months", "code")
    )


def is_self_employed(entity: Entity) -> bool:
    return codes.is_self_employed(entity.credit_code)


def public_schemes(day: date) -> list[PublicScheme]:
    """The schemes in force whose method and result anybody may read; empty as long as none is public."""
    return [
        PublicScheme(one, rungs_of(one.document))
        for one in schemes_for(AnonymousUser(), day)
        if one.scheme.is_public
    ]
