"""Who reads what the nights of retention did, and what is archived. Imports no models."""

from django.db.models import Q
from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities.policies import NOBODY, is_lead


def nights_visible_to(user) -> Q:
    return Q() if is_lead(user) else NOBODY


def archive_visible_to(user) -> Q:
    """What is archived is out of every body's hands; the lead office answers for it."""
    return Q(archived_on__isnull=False, deleted_on=None) if is_lead(user) else NOBODY


def may_see_retention(user) -> bool:
    return is_lead(user)


def may_set_period(user) -> Decision:
    if not is_lead(user):
        return deny(_("Only the lead office sets how long papers are kept."))
    return ALLOW
