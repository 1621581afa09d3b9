"""Who may see the city as a whole: the only place that says so."""

from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities.policies import is_lead


def may_see_city(user) -> Decision:
    if not is_lead(user):
        return deny(_("Only the lead credit office sees the city as a whole."))
    return ALLOW
