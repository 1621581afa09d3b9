"""What cases say of the quality of a body's data."""

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from entities.models import SubmittingBody
from entities.quality import measures
from repair.models import Case


def offer() -> None:
    """Add the figure to the boards; called once, when the apps are loaded."""
    measures.register(
        measures.Figure(
            code="changed-on-appeal", title=_("Decisions changed on appeal"), records=_changed_on_appeal
        )
    )


def _changed_on_appeal(body: SubmittingBody, since: date, until: date) -> Q:
    """Records about which the body had refused what the lead office granted on appeal."""
    granted = Case.objects.filter(
        deciding_body=body,
        state=Case.State.GRANTED,
        appeal_decided_at__date__gte=since,
        appeal_decided_at__date__lt=until,
    )
    return Q(pk__in=granted.values("record"))
