"""Reads of measures by whoever stands above them."""

from django.db.models import QuerySet

from agencies.measures.models import Measure
from entities.models import CreditRecord, Entity
from entities.policies import bodies_of, is_lead


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


def fallen_with(record: CreditRecord) -> QuerySet[Measure]:
    """The measures that the end of this record lifted; what people had lifted before is not among them."""
    fallen = Measure.objects.filter(record=record, lifted_at__isnull=False, lifted_by=None)
    return fallen.select_related("body__successor").order_by("pk")
