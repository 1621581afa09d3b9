"""Who sees, gives and excuses confirmations: the only place that says so. Imports no models."""

from django.db.models import Q
from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities.policies import NOBODY, SUPERVISOR, bodies_of, is_lead, roles_of
from repair.policies import HANDLING


def confirmations_visible_to(user) -> Q:
    """A body its own, whoever decided those of its cases, the lead office all but those between associations and members."""
    if not user.is_authenticated or not user.is_active or not roles_of(user):
        return NOBODY
    if is_lead(user):
        return confirmations_asked_of(user) | ~Q(effect__case__record__record_type__family="market")
    return confirmations_asked_of(user) | Q(effect__case__deciding_body__in=bodies_of(user, HANDLING))


def confirmations_asked_of(user) -> Q:
    """Those that the user may give: of the bodies that they act for."""
    bodies = bodies_of(user)
    return Q(body__in=bodies) if bodies else NOBODY


def may_confirm(user, confirmation) -> Decision:
    """Says that the body has taken the record out: whoever acts for the body, a connected system of it included."""
    if confirmation.body_id is None:
        return deny(_("The platform looks at its own places itself; nobody confirms them by hand."))
    if confirmation.body_id not in bodies_of(user):
        return deny(_("Only %(body)s confirms for itself.") % {"body": confirmation.body})
    return ALLOW


def may_excuse(user, confirmation) -> Decision:
    """Lets the case be closed without this confirmation: a supervisor of the department that decided, or the lead office."""
    if confirmation.body_id is None:
        return deny(_("A place of this platform is not excused: what it still shows has to be taken out."))
    if confirmation.effect.case.deciding_body_id not in bodies_of(user, {SUPERVISOR}) and not is_lead(user):
        return deny(
            _("Only a supervisor of %(body)s or the lead office excuses a confirmation.")
            % {"body": confirmation.effect.case.deciding_body}
        )
    return ALLOW


def watches_over_all(user) -> bool:
    """Sees what waits everywhere: the lead office."""
    return user.is_authenticated and is_lead(user)
