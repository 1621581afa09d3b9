"""What cases say of the quality of a body's data."""

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from entities.models import SubmittingBody
from entities.quality import measures
from repair.models import Case, CaseStep
from repair.workflow import Action


def offer() -> None:
    """Add the figures to the boards; called once, when the apps are loaded."""
    measures.register(
        measures.Figure(code="objections-upheld", title=_("Objections upheld"), records=_objections_upheld)
    )
    measures.register(
        measures.Figure(
            code="changed-on-appeal", title=_("Decisions changed on appeal"), records=_changed_on_appeal
        )
    )
    measures.leave_out(_repaired)


def _repaired() -> Q:
    """What says since a repair was granted when it was corrected: the entity made good, and the body erred in nothing."""
    granted = Case.objects.filter(kind=Case.Kind.REPAIR, state=Case.State.GRANTED)
    return Q(replaces__in=granted.values("record"))


def _changed_on_appeal(body: SubmittingBody, since: date, until: date) -> Q:
    """Records about which the body had decided otherwise than the lead office on appeal, or was made to decide anew."""
    changed = CaseStep.objects.filter(
        case__deciding_body=body,
        action__in=(Action.UPHOLD_APPEAL, Action.REMIT),
        at__date__gte=since,
        at__date__lt=until,
    )
    return Q(pk__in=changed.values("case__record"))


def _objections_upheld(body: SubmittingBody, since: date, until: date) -> Q:
    """Records to which an objection was upheld, by the body itself or on appeal: what it had sent was wrong.

    One that the body withdrew while it was objected to is among them: to withdraw it in time hides nothing.
    """
    upheld = Case.objects.filter(deciding_body=body, kind=Case.Kind.OBJECTION, state=Case.State.UPHELD)
    in_time = Q(appeal_decided_at__date__gte=since, appeal_decided_at__date__lt=until) | Q(
        appeal_decided_at=None, decided_at__date__gte=since, decided_at__date__lt=until
    )
    withdrawn = CaseStep.objects.filter(
        case__deciding_body=body,
        case__kind=Case.Kind.OBJECTION,
        action=Action.END_WITH_RECORD,
        at__date__gte=since,
        at__date__lt=until,
    )
    return Q(pk__in=upheld.filter(in_time).values("record")) | Q(pk__in=withdrawn.values("case__record"))
