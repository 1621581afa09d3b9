"""What the registry itself knows of things that hang on records, and of files that were handed in.

Registered when the apps are loaded.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from entities.models import CreditRecord, Submission, SubmissionRow
from entities.retention.dates import DateKind
from entities.retention.hanging import Fate, register_hanging, register_hold
from entities.retention.others import Other, register_other
from entities.services import documents

#: What nothing more happens to by itself. A file that waits for somebody waits with all that it says.
OVER = (
    Submission.State.DONE,
    Submission.State.REFUSED,
    Submission.State.CANCELLED,
    Submission.State.TAKEN_BACK,
)
NOT_TAKEN = (SubmissionRow.Outcome.REFUSED, SubmissionRow.Outcome.ASKED)


def _objected(kind: str) -> Q:
    return Q(objected=True)


def _corrected(kind: str) -> Q:
    """What was corrected explains its correction, and goes when that goes."""
    done = "archived_on" if kind == DateKind.ARCHIVE else "deleted_on"
    return Q(Exists(CreditRecord.objects.filter(replaces=OuterRef("pk"), **{done: None})))


register_hold("objection", _("an objection to it runs"), _objected)
register_hold("correction", _("its correction is still kept"), _corrected)
register_hanging("entities.CreditRecord.replaces", Fate.STAYS, why=_("the chain of corrections, as keys"))


def files_over(day: date) -> QuerySet[Submission]:
    """Files whose work ended on the day or before and that are still kept as they came."""
    after = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    ended = Submission.objects.annotate(ended=Coalesce("finished_at", "uploaded_at"))
    return ended.filter(state__in=OVER, ended__lt=after).exclude(document__file="")


def forget_files(files: Sequence[Submission], day: date) -> None:
    """The file as it came, and what stood in the rows that were not taken; what was wrong with each stays."""
    keys = [one.pk for one in files]
    for submission in Submission.objects.select_related("document").filter(pk__in=keys):
        documents.forget_file(submission.document)
    SubmissionRow.objects.filter(submission__in=keys, outcome__in=NOT_TAKEN).update(
        cells=[], draft={}, key="", clue=""
    )


register_other(
    Other(
        code="handed-in-files",
        label=_("Files that bodies handed in"),
        counts_from=_("Counted from the day on which the file was saved, refused, given up or taken back."),
        left=_(
            "The file as it came goes, and what stood in rows that were not taken; name, size, digest and what was "
            "wrong with each row stay. Rows that became records go with their records."
        ),
        over=files_over,
        delete=forget_files,
    )
)
