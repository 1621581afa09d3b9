"""Reads of measures by whoever stands above them."""

from django.db.models import QuerySet

from agencies.measures.models import Measure
from entities.models import CreditRecord


def fallen_with(record: CreditRecord) -> QuerySet[Measure]:
    """The measures that the end of this record lifted; what people had lifted before is not among them."""
    fallen = Measure.objects.filter(record=record, lifted_at__isnull=False, lifted_by=None)
    return fallen.select_related("body__successor").order_by("pk")
