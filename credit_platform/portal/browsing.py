"""Public records that are leafed through rather than looked up: lists, and what departments announce."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from credit_platform.common.errors import InvalidInput, Missing
from credit_platform.portal import policies
from credit_platform.portal.selectors import city_figures, publicity_rules_on
from entities.models import CreditRecord, PublicityRule, RecordType, RecordTypeVersion
from entities.models.catalogue import in_force_on
from entities.statements.selectors import with_statement

PER_PAGE = 50
#: Licences and penalties, which every department publishes: double publicity, 双公示.
ANNOUNCED = ("administrative-penalty", "administrative-licence")


@dataclass(frozen=True, slots=True)
class Group:
    """Lists that do the same to those who stand on them."""

    code: str
    title: str | Promise
    types: tuple[str, ...]


GROUPS = (
    Group("misconduct", _("Lists of misconduct"), ("serious-violation-listing", "abnormal-listing")),
    Group("incentive", _("Lists of good conduct"), ("commendation",)),
)
LISTS = tuple(code for group in GROUPS for code in group.types)


def leafed_through(day: date, types: Sequence[str]) -> QuerySet[CreditRecord]:
    """What anybody may leaf through of these types on that day, newest first."""
    records = CreditRecord.objects.filter(
        policies.records_anybody_may_leaf_through(),
        record_type__in=RecordType.objects.filter(code__in=types),
    ).public_on(day)
    return (
        with_statement(records)
        .select_related("entity", "record_type", "submitted_by")
        .order_by("-decided_on", "-pk")
    )


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some records of a long list, newest first. It is not counted: a city has millions.

    Args:
        before: how to ask for the older ones; empty behind the oldest.
        is_newest: whether the list begins here.
    """

    records: list[CreditRecord]
    before: str
    is_newest: bool


def stretch_of(records: QuerySet[CreditRecord], before: str = "") -> Stretch:
    """The newest records, or those older than a place that an earlier stretch named.

    Raises:
        InvalidInput: no stretch named that place.
    """
    if before:
        day, key = _place_from(before)
        records = records.filter(Q(decided_on__lt=day) | Q(decided_on=day, pk__lt=key), decided_on__lte=day)
    found = list(records[: PER_PAGE + 1])
    shown = found[:PER_PAGE]
    more = f"{shown[-1].decided_on}.{shown[-1].pk}" if len(found) > PER_PAGE else ""
    return Stretch(shown, more, is_newest=not before)


def _place_from(text: str) -> tuple[date, int]:
    day, _dot, key = text.partition(".")
    try:
        if not (key.isascii() and key.isdecimal() and len(key) < 19):
            raise ValueError(text)
        return date.fromisoformat(day), int(key)
    except ValueError:
        raise InvalidInput({"before": [str(_("Follow the links: this place is on no page."))]}) from None


@dataclass(frozen=True, slots=True)
class PublicList:
    """A list with what it stands on and how one leaves it.

    Args:
        version: what the catalogue says of it on the day; None where it says nothing of that day.
        rules: how long one stands on it, the rule that governs first.
        count: how many stand on it; at most ten minutes old, self-employed households included.
    """

    record_type: RecordType
    version: RecordTypeVersion | None
    rules: list[PublicityRule]
    count: int


def public_lists(day: date, types: Sequence[str] = LISTS) -> dict[str, PublicList]:
    """The lists by code, in the order asked for. A type that is public on no basis that day is left out."""
    counts = {record_type.code: count for record_type, count in city_figures(day).by_type}
    versions = {
        version.record_type.code: version
        for version in RecordTypeVersion.objects.filter(
            in_force_on(day),
            record_type__code__in=types,
            disclosure=RecordTypeVersion.Disclosure.PUBLIC,
        ).select_related("record_type", "instrument")
    }
    rules: dict[str, list[PublicityRule]] = {code: [] for code in types}
    for rule in publicity_rules_on(day).filter(record_types__code__in=types).distinct():
        for record_type in rule.record_types.all():
            if record_type.code in rules:
                rules[record_type.code].append(rule)
    return {
        code: PublicList(versions[code].record_type, versions[code], rules[code], counts.get(code, 0))
        for code in types
        if code in versions
    }


def public_list(day: date, code: str) -> PublicList:
    """One list; `Missing` where there is none of that code."""
    if code not in LISTS:
        raise Missing
    found = public_lists(day, (code,))
    if code not in found:
        raise Missing
    return found[code]
