"""What becomes of a statement when its record is deleted. Registered when the apps are loaded."""

from collections.abc import Sequence

from entities.retention.hanging import Fate, register_hanging
from entities.statements.models import Statement


def _erase(records: Sequence[int]) -> None:
    Statement.objects.filter(record__in=records).delete()


register_hanging("statements.Statement.record", Fate.ERASED, erase=_erase)
