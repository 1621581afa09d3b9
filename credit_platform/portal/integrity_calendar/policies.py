"""Who keeps the calendar: the only place that says so. Everybody reads it. Imports no models."""

from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities.policies import is_lead


def may_keep(user) -> Decision:
    """The lead office puts days in and takes them out."""
    if not is_lead(user):
        return deny(_("Only the lead office keeps the calendar."))
    return ALLOW
