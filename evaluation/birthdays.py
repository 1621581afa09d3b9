"""Whom a day touches by itself: records begin to count, cease to, or grow into another age band at midnight."""

import calendar
from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Q

from entities.models import CreditRecord
from evaluation.models import SchemeVersion
from evaluation.schemes.in_force import SchemeInForce


def entities_touched_by(day: date, schemes: Iterable[SchemeInForce]) -> set[int]:
    """The entities whose grade may differ from the day before with no change in the registry, and no others."""
    records = CreditRecord.Status
    ended = Q(status__in=(records.PUBLISHED, records.EXPIRED), publish_until=day - timedelta(days=1))
    began = Q(status=records.PUBLISHED, decided_on=day)
    touched = ended | began
    for one in schemes:
        for indicator in one.compiled.indicators:
            for months in indicator.birthdays:
                touched |= _reaches(day, months, indicator.types)
    return set(CreditRecord.objects.filter(touched).order_by().values_list("entity_id", flat=True).distinct())


def a_scheme_began(days: Iterable[date]) -> bool:
    """Whether a version of any scheme came into force on one of the days, so that it touches everybody."""
    return SchemeVersion.objects.filter(
        state=SchemeVersion.State.PUBLISHED, effective_from__in=list(days)
    ).exists()


def _reaches(day: date, months: int, types: Iterable[str]) -> Q:
    """Records in force of these types that are so many whole months old on that day and were not on the day before."""
    born = decided_on_for(day, months)
    if born is None:
        return Q(pk__in=())
    return Q(
        Q(publish_until=None) | Q(publish_until__gte=day),
        status=CreditRecord.Status.PUBLISHED,
        record_type__code__in=list(types),
        decided_on__range=born,
    )


def decided_on_for(day: date, months: int) -> tuple[date, date] | None:
    """The first and the last day that lie exactly so many months before `day`; None where no day does.

    Several days may share the day on which they grow a month older: 29, 30 and 31 January and
    28 February all reach the end of February together.
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    length = calendar.monthrange(year, month + 1)[1]
    if day.day > length:
        return None
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(year, month + 1, day.day), date(year, month + 1, length if is_last else day.day)
