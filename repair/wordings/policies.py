"""Who writes wordings and puts them in force: the only place that says so. Imports no models."""

from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities.policies import is_lead


def may_keep_wordings(user) -> Decision:
    """Writes, ends and throws away: the lead office."""
    if not is_lead(user):
        return deny(_("Only the lead office keeps the wordings of decisions."))
    return ALLOW


def may_approve(user, wording) -> Decision:
    """Puts a draft in force: somebody of the lead office who did not write it."""
    keeps = may_keep_wordings(user)
    if not keeps:
        return keeps
    if wording.written_by_id == user.pk:
        return deny(_("You wrote this; another person of the lead office puts it in force."))
    return ALLOW
