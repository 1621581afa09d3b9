"""Reads of measures by whoever stands above them."""

from django.db.models import QuerySet

from agencies.measures.models import Measure
from entities.models import CreditRecord, Entity


def standing_for(user, entity: Entity) -> list[Measure]:
    """What stands on the records of the entity today, as far as the user may read it; with body and record."""
    standing = Measure.objects.visible_to(user).standing().filter(record__entity=entity)
    return list(standing.select_related("body", "record"))


def fallen_with(record: CreditRecord) -> QuerySet[Measure]:
    """The measures that the end of this record lifted; what people had lifted before is not among them."""
    fallen = Measure.objects.filter(record=record, lifted_at__isnull=False, lifted_by=None)
    return fallen.select_related("body__successor").order_by("pk")
