"""Who may see and keep an association's members: the only place that says so."""

from django.db.models import Q

from entities.policies import OFFICER, bodies_of

NOBODY = Q(pk__in=())


def members_visible_to(user) -> Q:
    """An officer sees the members of the own association, and nobody else does here."""
    bodies = bodies_of(user, {OFFICER})
    return Q(association__body__in=bodies) if bodies else NOBODY
