"""What becomes of a member's notice when the record it came before is deleted. Registered when the apps are loaded."""

from collections.abc import Sequence

from associations.forewarning.models import PriorNotice
from entities.retention.erasing import GONE, number_left
from entities.retention.hanging import Fate, register_hanging


def _erase(records: Sequence[int]) -> None:
    """It says itself what the record says; that the member was told, and when, stays."""
    notices = list(PriorNotice.objects.filter(record__in=records))
    for notice in notices:
        notice.document_number, notice.title = number_left(notice.document_number), GONE
        notice.facts = notice.legal_basis = ""
    PriorNotice.objects.bulk_update(notices, ("document_number", "title", "facts", "legal_basis"))


register_hanging("forewarning.PriorNotice.record", Fate.ERASED, erase=_erase)
