"""Who sees who acts for a body, and who gives and ends that."""

from django.db.models import Q
from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities import policies
from entities.invitations.policies import GIVEN_BY_SUPERVISORS
from entities.policies import LEAD, NOBODY, OFFICER, SUPERVISOR

#: Who sees the people of their own body; of these a supervisor also gives and ends roles there.
ANSWERING = frozenset({SUPERVISOR, OFFICER})


def sees_people(user) -> bool:
    """Whether there is any body whose people this reader sees. Asked for the bar of every page, so without a query."""
    return policies.is_lead(user) or bool(policies.bodies_of(user, ANSWERING))


def keeps_people(user) -> bool:
    """Whether there is any body in which this reader gives and ends roles."""
    return policies.has_role(user, LEAD, SUPERVISOR)


def roles_visible_to(user) -> Q:
    """Of whatever has a `body`: roles now and past."""
    if not sees_people(user):
        return NOBODY
    return Q() if policies.is_lead(user) else Q(body__in=policies.bodies_of(user, ANSWERING))


def may_keep_role(user, *, person, body, role: str) -> Decision:
    """Give or end this role of the person in the body: the lead office every one, a supervisor those below."""
    if person.pk == user.pk:
        return deny(_("Nobody gives, changes or ends a role of their own; a colleague does it."))
    if policies.is_lead(user):
        return ALLOW
    if body.pk not in policies.bodies_of(user, {SUPERVISOR}):
        return deny(
            _("Only a supervisor of %(body)s, or the lead office, says who acts for it.") % {"body": body}
        )
    if role not in GIVEN_BY_SUPERVISORS:
        return deny(_("Only the lead office gives and ends this role."))
    return ALLOW


def may_send_link(user, person) -> Decision:
    """Send a person a link for a new password: to anybody the lead office, a supervisor to who acts for their body."""
    if person.pk == user.pk:
        return deny(_("You change your own password under your account."))
    if policies.is_lead(user):
        return ALLOW
    mine = policies.bodies_of(user, {SUPERVISOR})
    if mine and any(role.body_id in mine for role in person.memberships.all()):
        return ALLOW
    return deny(_("Only a supervisor of a body for which they act, or the lead office, sends them a link."))


def may_close_account(user, person) -> Decision:
    """Close and reopen the account of a person."""
    if not policies.is_lead(user):
        return deny(_("Only the lead office closes and reopens accounts."))
    if person.pk == user.pk:
        return deny(_("Nobody closes their own account; a colleague does it."))
    return ALLOW
