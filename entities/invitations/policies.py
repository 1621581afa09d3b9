"""Who invites whom, and who ends that somebody acts for a business: the only place that says so. Imports no models."""

from django.db.models import Q
from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities.policies import (
    CLERK,
    LEAD,
    NOBODY,
    OFFICER,
    REVIEWER,
    SUPERVISOR,
    bodies_of,
    entities_of,
    is_lead,
)

#: The roles that there are in each kind of body.
ROLES_IN = {
    "department": (CLERK, REVIEWER, SUPERVISOR),
    "association": (OFFICER, REVIEWER, SUPERVISOR),
    "lead_office": (CLERK, REVIEWER, SUPERVISOR, LEAD),
}
#: Those that a supervisor gives to others.
GIVEN_BY_SUPERVISORS = frozenset({CLERK, OFFICER, REVIEWER})


def may_keep_agents(user, entity) -> Decision:
    """Invite people to act for the entity, and end that they do: who acts for it, and the lead office, which has seen
    licence and letter of authorisation."""
    if entity.pk in entities_of(user) or is_lead(user):
        return ALLOW
    return deny(_("You do not act for %(entity)s.") % {"entity": entity})


def may_invite_member(user, body, role: str) -> Decision:
    """The lead office for any body; a supervisor for those of the own body who enter and review."""
    if is_lead(user):
        return ALLOW
    if body.pk in bodies_of(user, {SUPERVISOR}) and role in GIVEN_BY_SUPERVISORS:
        return ALLOW
    return deny(_("You do not give this role in %(body)s.") % {"body": body})


def roles_to_give(user, body) -> tuple[str, ...]:
    """The roles in the body that the user may invite to."""
    return tuple(role for role in ROLES_IN[body.kind] if may_invite_member(user, body, role))


def may_withdraw(user, invitation) -> Decision:
    """Whoever might send the same invitation takes it back, or sends it again."""
    if invitation.entity_id:
        return may_keep_agents(user, invitation.entity)
    return may_invite_member(user, invitation.body, invitation.role)


def invitations_visible_to(user) -> Q:
    """All for the lead office; for an agent those of its entities, for a supervisor those of the body."""
    if is_lead(user):
        return Q()
    mine, bodies = entities_of(user), bodies_of(user, {SUPERVISOR})
    return Q(entity__in=mine) | Q(body__in=bodies) if mine or bodies else NOBODY
