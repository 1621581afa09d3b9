"""What becomes of a measure when its record is deleted. Registered when the apps are loaded."""

from collections.abc import Sequence

from agencies.measures.models import Measure
from entities.retention.hanging import Fate, register_hanging


def _erase(records: Sequence[int]) -> None:
    Measure.objects.filter(record__in=records).delete()


register_hanging("measures.Measure.record", Fate.ERASED, erase=_erase)
