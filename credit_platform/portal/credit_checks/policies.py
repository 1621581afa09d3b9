"""Who has a list of entities checked: the only place that says so. Imports no models."""

from django.db.models import Q
from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities.policies import NOBODY, is_official


def checks_visible_to(user) -> Q:
    """What was found is for whoever asked and said what for, as long as they are in office."""
    return Q(asked_by=user.pk) if is_official(user) else NOBODY


def may_check(user) -> Decision:
    """Officials ask about many at once in the exercise of their office; nobody else does here."""
    if not is_official(user):
        return deny(_("Only officials have a list of entities checked."))
    return ALLOW
