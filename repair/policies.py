"""Who may see and move cases: the only place that says so."""

from django.db.models import Q

from entities.policies import CLERK, REVIEWER, SUPERVISOR, bodies_of, entities_of, is_lead

NOBODY = Q(pk__in=())


def cases_visible_to(user) -> Q:
    """The applicant's own, the deciding body's once they are filed, and for the lead office what was filed."""
    filed = ~Q(state="draft")
    seen = Q(entity__in=entities_of(user)) | (
        Q(deciding_body__in=bodies_of(user, {CLERK, REVIEWER, SUPERVISOR})) & filed
    )
    if is_lead(user):
        seen |= filed
    return seen if user.is_authenticated else NOBODY
