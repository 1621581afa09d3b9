"""Who may see and keep an association's members: the only place that says so."""

from django.db.models import Q
from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities.policies import OFFICER, bodies_of

NOBODY = Q(pk__in=())


def members_visible_to(user) -> Q:
    """Whoever acts for an association sees its members, and nobody else does here."""
    bodies = bodies_of(user)
    return Q(association__body__in=bodies) if bodies else NOBODY


def associations_visible_to(user) -> Q:
    bodies = bodies_of(user)
    return Q(body__in=bodies) if bodies else NOBODY


def may_keep_members(user, association) -> Decision:
    """May add members and end memberships on behalf of the association."""
    if association.body_id not in bodies_of(user, {OFFICER}):
        return deny(_("Only an officer of %(association)s keeps its members.") % {"association": association})
    if not association.body.is_active:
        return deny(_("%(association)s is no longer active.") % {"association": association})
    return ALLOW
