"""Who connects other systems to the platform: who answers for a body, and the lead office for all."""

from django.db.models import Q
from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities import policies

#: A department's supervisor, an association's officer.
MANAGING = frozenset({policies.SUPERVISOR, policies.OFFICER})


def manages_systems(user) -> bool:
    """Whether there is any body whose systems the user manages."""
    return policies.is_lead(user) or bool(policies.bodies_of(user, MANAGING))


def systems_visible_to(user) -> Q:
    if policies.is_lead(user):
        return Q()
    bodies = policies.bodies_of(user, MANAGING)
    return Q(body__in=bodies) if bodies else policies.NOBODY


def may_manage_systems(user, body) -> Decision:
    """May connect, renew and disconnect systems of the body; a system itself never may."""
    if hasattr(user, "system") or (
        not policies.is_lead(user) and body.pk not in policies.bodies_of(user, MANAGING)
    ):
        return deny(
            _("Only who answers for %(body)s, or the lead office, connects systems to it.") % {"body": body}
        )
    if not body.is_active:
        return deny(_("%(body)s no longer submits records.") % {"body": body})
    return ALLOW
