"""Who may see and keep an association's members: the only place that says so."""

from django.db.models import Q
from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities.policies import OFFICER, bodies_of, is_lead, is_official

NOBODY = Q(pk__in=())


def members_visible_to(user) -> Q:
    """Whoever acts for an association sees its members, and nobody else does here."""
    bodies = bodies_of(user)
    return Q(association__body__in=bodies) if bodies else NOBODY


def associations_visible_to(user) -> Q:
    bodies = bodies_of(user)
    return Q(body__in=bodies) if bodies else NOBODY


def associations_known_to(user) -> Q:
    """Officials read the charter and the officers of every association; an association its own."""
    return Q() if is_official(user) else associations_visible_to(user)


def may_keep_profile(user, association) -> Decision:
    """May change what is noted of the association itself, and of who holds its offices."""
    if association.body_id not in bodies_of(user, {OFFICER}):
        return deny(_("Only an officer of %(association)s changes this.") % {"association": association})
    return ALLOW


def may_see_industry(user, association) -> Decision:
    """The figures of the members beside the city's: for the association itself and for the lead office."""
    if association.body_id not in bodies_of(user) and not is_lead(user):
        return deny(
            _("Only %(association)s and the lead office see these figures.") % {"association": association}
        )
    return ALLOW


def may_keep_members(user, association) -> Decision:
    """May add members and end memberships on behalf of the association."""
    if association.body_id not in bodies_of(user, {OFFICER}):
        return deny(_("Only an officer of %(association)s keeps its members.") % {"association": association})
    if not association.body.is_active:
        return deny(_("%(association)s is no longer active.") % {"association": association})
    return ALLOW
