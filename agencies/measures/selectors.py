"""Reads of measures by whoever stands above them."""

from django.db.models import Q, QuerySet

from agencies.measures.models import Measure, stands_today
from entities.models import CreditRecord, Entity
from entities.policies import bodies_of, is_lead

#: Lifted by the platform, because the record ended.
_FELL = Q(lifted_at__isnull=False, lifted_by=None)


def measures_for_list(*, user) -> QuerySet[Measure]:
    """Those of the user's bodies and of the bodies that they succeed; of all departments for the lead office."""
    found = Measure.objects.visible_to(user)
    if not is_lead(user):
        found = found.filter(body__in=bodies_of(user))
    return found.select_related(
        "body", "lifted_by", "record__entity", "record__record_type", "record__type_version"
    )


def standing_for(user, entity: Entity) -> list[Measure]:
    """What stands on the records of the entity today, as far as the user may read it; with body and record."""
    standing = Measure.objects.visible_to(user).standing().filter(record__entity=entity)
    return list(standing.select_related("body", "record"))


def bound_to(user, record: CreditRecord) -> list[Measure]:
    """What the end of the record lifts or has lifted, as far as the user may read it; with body, the oldest first."""
    bound = Measure.objects.visible_to(user).filter(stands_today() | _FELL, record=record)
    return list(bound.select_related("body").order_by("pk"))


def lifted_on(record: CreditRecord) -> QuerySet[Measure]:
    """All that was ever lifted of the record's measures, by people or because it ended, in that order."""
    lifted = Measure.objects.filter(record=record, lifted_at__isnull=False)
    return lifted.select_related("body").order_by("lifted_at", "pk")


def fallen_with(record: CreditRecord) -> QuerySet[Measure]:
    """The measures that the end of this record lifted; what people had lifted before is not among them."""
    fallen = Measure.objects.filter(_FELL, record=record)
    return fallen.select_related("body__successor").order_by("pk")
