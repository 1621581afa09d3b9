"""Who drafts and publishes schemes and reads simulations: the only place that says so.

Imports no models.
"""

from django.db.models import Q
from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities.policies import NOBODY, is_lead, is_official


def may_keep_schemes(user) -> Decision:
    """Draft, change, simulate and discard versions of schemes."""
    if not is_lead(user):
        return deny(_("Only the lead office drafts and simulates schemes."))
    return ALLOW


def may_decide_draft(user, draft) -> Decision:
    """Four eyes: a colleague in the lead office, and never who wrote the draft."""
    if not is_lead(user):
        return deny(_("Only the lead office publishes schemes."))
    if draft.drafted_by_id == user.pk:
        return deny(_("You wrote this draft yourself; a colleague must publish it."))
    return ALLOW


def drafts_visible_to(user) -> Q:
    """What is only being thought about is the lead office's."""
    return Q() if is_lead(user) else NOBODY


def simulations_visible_to(user) -> Q:
    """The lead office sees every simulation; officials of departments those that were shared with them."""
    if is_lead(user):
        return Q()
    return Q(is_shared=True) if is_official(user) else NOBODY


def may_see_simulations(user) -> bool:
    """Whether there may be any simulation for this user; for what a bar offers."""
    return is_official(user)
