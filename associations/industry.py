"""An association's members beside their industry and the city, in figures of what is on public record.

Counted at night, for the city is large. Only numbers are kept: nobody learns from them who is meant, and a group of
few is not shown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from associations.models import Association, IndustryCount, Member
from credit_platform.common.working_days import months_after
from entities.models import CreditRecord, Entity, RecordType

Scope = IndustryCount.Scope
#: Of fewer than so many, a figure would tell of each.
FEWEST = 5
YEAR = 12


def count_industries(*, today: date) -> int:
    """Count the figures of every active association anew; returns for how many. Safe to run again."""
    active = Entity.objects.filter(status=Entity.Status.ACTIVE)
    city = _count(active, today)
    associations = list(Association.objects.filter(body__is_active=True).order_by("pk"))
    for association in associations:
        members = Member.objects.filter(association=association).current_on(today).values("entity")
        found: dict[str, dict[str, int]] = {
            Scope.MEMBERS: _count(Entity.objects.filter(pk__in=members), today),
            Scope.CITY: city,
        }
        if association.industry_codes:
            found[Scope.INDUSTRY] = _count(active.filter(_in_industries(association.industry_codes)), today)
        _keep(association, found, today)
    return len(associations)


def _in_industries(codes: list[str]) -> Q:
    found = Q()
    for code in codes:
        found |= Q(industry_code__startswith=code)
    return found


def _count(entities: QuerySet[Entity], today: date) -> dict[str, int]:
    public = CreditRecord.objects.public_on(today).filter(entity=OuterRef("pk"))
    negative = public.filter(record_type__polarity=RecordType.Polarity.NEGATIVE)
    since = months_after(today, -YEAR)
    return {
        "entities": entities.count(),
        "with_violation": entities.filter(Exists(negative)).count(),
        "with_new_violation": entities.filter(Exists(negative.filter(published_on__gte=since))).count(),
        "with_commendation": entities.filter(
            Exists(public.filter(record_type__polarity=RecordType.Polarity.POSITIVE))
        ).count(),
    }


@transaction.atomic
def _keep(association: Association, found: dict[str, dict[str, int]], today: date) -> None:
    IndustryCount.objects.filter(association=association).exclude(scope__in=found).delete()
    for scope, counts in found.items():
        IndustryCount.objects.update_or_create(
            association=association, scope=scope, defaults=counts | {"counted_on": today}
        )


@dataclass(frozen=True, slots=True)
class Share:
    """How many of a group have something. `value` is None where the group is too small to be shown."""

    group: str
    count: int
    value: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """The groups beside each other, each measure a row; None before the first night."""

    counted_on: date
    scopes: list[IndustryCount]
    with_violation: list[Share]
    with_new_violation: list[Share]
    with_commendation: list[Share]


def figures_of(association: Association) -> Figures | None:
    """What was counted last, the members first."""
    order = list(Scope)
    scopes = sorted(
        IndustryCount.objects.filter(association=association), key=lambda one: order.index(Scope(one.scope))
    )
    if not scopes:
        return None

    def row(of: Callable[[IndustryCount], int]) -> list[Share]:
        return [
            Share(
                one.get_scope_display(), of(one), of(one) / one.entities if one.entities >= FEWEST else None
            )
            for one in scopes
        ]

    return Figures(
        counted_on=min(one.counted_on for one in scopes),
        scopes=scopes,
        with_violation=row(lambda one: one.with_violation),
        with_new_violation=row(lambda one: one.with_new_violation),
        with_commendation=row(lambda one: one.with_commendation),
    )
