"""Who sees, answers and settles a prior notice, and who sets its term: the only place that says so."""

from django.db.models import Q
from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities.policies import (
    NOBODY,
    OFFICER,
    REVIEWING,
    acts_for_an_association,
    bodies_of,
    entities_of,
    is_lead,
    may_act_for_entity,
    on_no_side_of_ones_own,
)

ANSWERING = REVIEWING | {OFFICER}


def prior_notices_visible_to(user) -> Q:
    if is_lead(user):
        return Q()
    bodies, entities = bodies_of(user), entities_of(user)
    return Q(body__in=bodies) | Q(entity__in=entities) if bodies or entities else NOBODY


def gives_notice(user) -> bool:
    """Whether the user's own body tells members before it records something, or the user watches over that."""
    return is_lead(user) or acts_for_an_association(user)


def may_settle(user, notice) -> Decision:
    """Note that it was delivered, confirm that it is put right, or take it back: whoever works for the association."""
    if notice.body_id not in bodies_of(user, ANSWERING):
        return deny(_("Only %(body)s, which gave the notice, does this.") % {"body": notice.body})
    return on_no_side_of_ones_own(user, notice)


def may_claim(user, notice) -> Decision:
    """Say that it is put right: whoever acts for the member."""
    return may_act_for_entity(user, notice.entity)


def may_set_term(user) -> Decision:
    if not is_lead(user):
        return deny(_("Only the lead office sets how long members have."))
    return ALLOW
