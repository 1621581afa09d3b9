"""Who reads of missing records, asks for them and answers: the only place that says so. Imports no models."""

from django.db.models import Q
from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities.policies import (
    LEAD,
    NOBODY,
    REVIEWING,
    bodies_of,
    entities_of,
    is_lead,
    may_act_for_entity,
    on_no_side_of_ones_own,
    who_answers_for,
)
from repair.independence import not_independent_of_missing, why_not_independent_of_missing
from repair.policies import HANDLING, independent, who_may


def missing_visible_to(user) -> Q:
    """The entity's own, what names the reader's body, and for the lead office all but what associations are asked."""
    if not user.is_authenticated or not user.is_active:
        return NOBODY
    seen = Q(entity__in=entities_of(user)) | Q(body__in=bodies_of(user, HANDLING))
    return seen | Q(record_type__family="public") if is_lead(user) else seen


def waiting_for(user) -> Q:
    """What the user is to answer, to be put before `visible_to`."""
    turn = Q(state="filed", body__in=bodies_of(user, REVIEWING)) & ~Q(entity__in=entities_of(user))
    if is_lead(user):
        turn |= Q(state="appealed", record_type__family="public") & ~Q(entity__in=entities_of(user))
    return turn & ~not_independent_of_missing(user)


def may_file(user, entity) -> Decision:
    """Says that a record about the entity is missing: who acts for it."""
    return may_act_for_entity(user, entity)


def is_applicant(user, missing) -> Decision:
    """Takes it back or appeals: who acts for the entity."""
    return may_act_for_entity(user, missing.entity)


def may_answer(user, missing) -> Decision:
    """Answers for the body that is named: a reviewer or supervisor of neither side and with no answer given before."""
    if missing.body_id not in bodies_of(user, REVIEWING):
        return deny(
            _("Only a reviewer or supervisor of %(body)s answers this.") % {"body": missing.body}
            + _who_may(missing)
        )
    if not (own_side := on_no_side_of_ones_own(user, missing)):
        return own_side
    why_not = why_not_independent_of_missing(user.pk, missing)
    return deny(why_not + _who_may(missing)) if why_not else ALLOW


def may_hear(user, missing) -> Decision:
    """Decides on an appeal: the lead office, by someone who neither answered before nor acts for the entity."""
    if not is_lead(user):
        return deny(_("Only the lead office decides an appeal."))
    if not (own_side := on_no_side_of_ones_own(user, missing)):
        return own_side
    why_not = why_not_independent_of_missing(user.pk, missing)
    if why_not:
        leads = missing.body.memberships.model.objects.filter(role=LEAD)
        return deny(why_not + who_may(_independent(missing, leads)))
    return ALLOW


def _independent(missing, memberships) -> list:
    return independent(missing.entity, memberships, lambda key: why_not_independent_of_missing(key, missing))


def _who_may(missing) -> str:
    members = who_answers_for(missing.body).memberships.filter(role__in=REVIEWING)
    return who_may(_independent(missing, members))
