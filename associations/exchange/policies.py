"""Who asks, tells, answers and reads: the only place that says so."""

from django.db.models import Q
from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities.policies import (
    CLERK,
    LEAD,
    NOBODY,
    OFFICER,
    REVIEWING,
    SUPERVISOR,
    acts_for_an_association,
    bodies_of,
    has_role,
    is_lead,
    is_official,
)

#: Who speaks for a body: its clerks and reviewers, an association's officer, the lead office.
SPEAKING = REVIEWING | {CLERK, OFFICER, LEAD}


def exchanges_visible_to(user) -> Q:
    if is_lead(user):
        return Q()
    bodies = bodies_of(user)
    return Q(association__body__in=bodies) | Q(department__in=bodies) if bodies else NOBODY


def consultations_visible_to(user) -> Q:
    if is_lead(user):
        return Q()
    bodies = bodies_of(user)
    return Q(department__in=bodies) if bodies else NOBODY


def takes_part(user) -> bool:
    """Whether the user's body may ask or tell anything here."""
    return is_official(user) or acts_for_an_association(user)


def is_offered(user) -> bool:
    """Whether it stands in the bar: for associations, and for who leads in a department; clerks come by their inbox."""
    return acts_for_an_association(user) or has_role(user, SUPERVISOR, LEAD)


def may_ask(user) -> Decision:
    """A department asks an association."""
    if not is_official(user):
        return deny(_("Only departments ask associations for an opinion."))
    return ALLOW


def may_observe(user, association) -> Decision:
    """An association tells a department."""
    if association.body_id not in bodies_of(user, REVIEWING | {OFFICER}):
        return deny(
            _("Only an officer of %(association)s writes on its behalf.") % {"association": association}
        )
    if not association.body.is_active:
        return deny(_("%(association)s is no longer active.") % {"association": association})
    return ALLOW


def may_speak_for(user, body) -> Decision:
    if body.pk not in bodies_of(user, SPEAKING):
        return deny(_("Only %(body)s does this.") % {"body": body})
    return ALLOW


def may_answer(user, exchange) -> Decision:
    return may_speak_for(user, exchange.answers)


def may_close(user, exchange) -> Decision:
    """What came of it, the department says."""
    return may_speak_for(user, exchange.department)


def may_promise(user, exchange) -> Decision:
    """By when it answers an observation, the department before which it lies says."""
    return may_speak_for(user, exchange.department)


def may_settle(user, consultation) -> Decision:
    """Closing or withdrawing what was asked of several is for who asked."""
    return may_speak_for(user, consultation.department)


def may_pass_on(user, exchange) -> Decision:
    """The department before which an observation lies puts it before the one in charge."""
    return may_speak_for(user, exchange.department)


def may_withdraw(user, exchange) -> Decision:
    return may_speak_for(user, exchange.asks)
