"""What becomes of the link from a report to a record when the record is deleted. Registered when the apps are loaded."""

from collections.abc import Sequence

from credit_platform.portal.public_reports.models import PublicReport
from entities.retention.hanging import Fate, register_hanging


def _let_go(keys: Sequence[int]) -> None:
    PublicReport.led_to.through.objects.filter(creditrecord__in=keys).delete()


register_hanging("public_reports.PublicReport.led_to", Fate.ERASED, erase=_let_go)
