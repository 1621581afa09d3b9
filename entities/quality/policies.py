"""Who reads whose quality: the only place that says so. Imports no models."""

from django.db.models import Q

from entities.policies import NOBODY, bodies_of, is_lead, roles_of


def figures_visible_to(user) -> Q:
    """The lead office compares all bodies; a body reads its own figures."""
    if is_lead(user):
        return Q()
    bodies = bodies_of(user)
    return Q(body__in=bodies) if bodies else NOBODY


def bodies_visible_to(user) -> Q:
    """The bodies whose boards the user opens. The lead office submits nothing and has none."""
    if is_lead(user):
        return ~Q(kind="lead_office")
    return Q(pk__in=bodies_of(user)) & ~Q(kind="lead_office")


def may_see_quality(user) -> bool:
    return bool(roles_of(user))
