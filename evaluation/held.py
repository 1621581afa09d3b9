"""What becomes of the past of a record when it is deleted. Registered when the apps are loaded."""

from collections.abc import Sequence

import pgtrigger

from entities.retention.erasing import figures_of, number_left
from entities.retention.hanging import Fate, register_hanging
from evaluation.models import RecordPast


def _erase(records: Sequence[int]) -> None:
    """Its words go; its figures stay, so that grades of the past are worked out from them as before."""
    rows = list(RecordPast.objects.filter(record__in=records).select_related("type_version"))
    for row in rows:
        row.document_number = number_left(row.document_number)
        row.details = figures_of(row.details, row.type_version)
    with pgtrigger.ignore("evaluation.RecordPast:the_past_of_records_is_append_only"):
        RecordPast.objects.bulk_update(rows, ("document_number", "details"))


register_hanging("evaluation.RecordPast.record", Fate.ERASED, erase=_erase)
