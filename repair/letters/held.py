"""How papers of closed cases go when their time is over: what was handed in, and the letters that were written.

What was asked, decided and said on the way stays with the case. Registered when the apps are loaded.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from entities.models import Document
from entities.retention.others import Other, register_other
from entities.services import documents
from repair.letters import papers
from repair.letters.models import Letter
from repair.models import Case, CaseDocument, CaseStep
from repair.proof.models import Effect
from repair.rules import APPEALABLE

GONE = "—"


def over(day: date) -> QuerySet[Case]:
    """Closed cases with papers in which nothing happened after the day, and nothing can happen any more.

    One stays while a place has not confirmed what it did to the record, and while its decision can be appealed.
    """
    after = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    appeals_until = timezone.now() - timedelta(days=settings.REPAIR_APPEAL_WITHIN_DAYS + 1)
    of_case = {"case": OuterRef("pk")}
    return (
        Case.objects.filter(papers_deleted_on=None, opened_at__lt=after)
        .exclude(state__in=Case.OPEN)
        .exclude(state__in=APPEALABLE, decided_at__gt=appeals_until)
        .filter(
            Exists(CaseDocument.objects.filter(**of_case)) | Exists(Letter.objects.filter(**of_case)),
            ~Exists(CaseStep.objects.filter(**of_case, at__gte=after)),
            ~Exists(Effect.objects.filter(**of_case, closed_at=None)),
            ~Exists(Letter.objects.filter(Q(issued_at__gte=after) | Q(document=None), **of_case)),
        )
        .order_by("pk")
    )


def delete(cases: Sequence[Case], day: date) -> None:
    """Delete their papers; a document that a case filed together with them still needs stays for that one."""
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(papers_deleted_on=day)
    needed = CaseDocument.objects.filter(document=OuterRef("pk"), case__papers_deleted_on=None)
    going = Document.objects.filter(~Exists(needed), case_documents__case__in=cases).distinct()
    for document in going:
        documents.forget_file(document, name=GONE)
    for letter in (
        Letter.objects.select_for_update(of=("self",)).filter(case__in=cases).select_related("document")
    ):
        papers.forget(letter, on=day)


register_other(
    Other(
        code="case-papers",
        label=_("Papers of closed cases"),
        counts_from=_("Counted from the last step of the case."),
        left=_("Files that were handed in and letters go; what was asked and decided, and digests, stay."),
        over=over,
        delete=delete,
    )
)
