"""How credit reports that were given out go when their time is over. Registered when the apps are loaded."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from credit_platform.portal.credit_reports.models import CreditReport
from entities.retention.others import Other, register_other
from repair.letters import papers


def over(day: date) -> QuerySet[CreditReport]:
    """Reports issued on the day or before; one stays while the code by which it was opened is good."""
    after = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    opens = Q(code__isnull=False, code__revoked_at=None, code__expires_at__gt=timezone.now())
    return CreditReport.objects.filter(deleted_on=None, document__isnull=False, issued_at__lt=after).exclude(
        opens
    )


def delete(reports: Sequence[CreditReport], day: date) -> None:
    for report in reports:
        papers.forget(report, on=day)
    CreditReport.objects.filter(pk__in=[report.pk for report in reports]).update(record_ids=[])


register_other(
    Other(
        code="credit-reports",
        label=_("Credit reports that were given out"),
        counts_from=_("Counted from the day of issue; not before the code that opened it is over."),
        left=_("What it says and its PDF go; number, day and digests stay, and who read it with a code."),
        over=over,
        delete=delete,
    )
)
