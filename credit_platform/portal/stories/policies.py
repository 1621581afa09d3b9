"""Who proposes stories, consents to them, publishes and takes them down, and of whom none is told. Imports no models."""

from django.db.models import Q
from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities.codes import SELF_EMPLOYED
from entities.policies import (
    ENTERING,
    LEAD,
    NOBODY,
    REVIEWING,
    bodies_of,
    entities_of,
    is_lead,
    may_act_for_entity,
)

PROPOSING = ENTERING | REVIEWING | {LEAD}
#: Kinds of records that list an entity under misconduct, and those that praise it.
MISCONDUCT = ("serious-violation-listing", "abnormal-listing")
PRAISE = ("commendation",)


def may_be_told_of() -> Q:
    """Organisations in business. The name of a household is a person's, and nobody may leaf through persons."""
    return ~Q(entity__credit_code__startswith=SELF_EMPLOYED) & Q(
        entity__status="active", entity__merged_into=None
    )


def records_against_a_story() -> Q:
    """Records for which nothing good is told of their entity while they are in force."""
    return Q(record_type__code__in=MISCONDUCT) | Q(severity_class="serious")


def proposes_stories(user) -> bool:
    """Whether the user acts for a department, an association or the lead office."""
    return bool(bodies_of(user, PROPOSING))


def stories_visible_to(user) -> Q:
    """All for the lead office, a body's own for its members, those about its entities for an agent."""
    if is_lead(user):
        return Q()
    bodies, mine = bodies_of(user, PROPOSING), entities_of(user)
    return Q(body__in=bodies) | Q(entity__in=mine) if bodies or mine else NOBODY


def may_propose(user, body) -> Decision:
    """Whoever enters or reviews for a department or an association, and the lead office."""
    if body.pk not in bodies_of(user, PROPOSING):
        return deny(_("You propose no stories on behalf of %(body)s.") % {"body": body})
    return ALLOW


def may_consent(user, story) -> Decision:
    """Who acts for the entity; also for taking the consent back."""
    return may_act_for_entity(user, story.entity)


def may_note_consent(user, story) -> Decision:
    """Who proposed it notes the consent that the entity signed on paper."""
    if story.body_id not in bodies_of(user, PROPOSING):
        return deny(
            _("Only %(body)s, which proposed it, notes what was signed for it.") % {"body": story.body}
        )
    return ALLOW


def may_decide(user, story) -> Decision:
    """Four eyes: a colleague in the lead office, and never who proposed it or noted the consent."""
    if not is_lead(user):
        return deny(_("Only the lead office publishes stories."))
    if user.pk in (story.proposed_by_id, story.consent_noted_by_id):
        return deny(_("You had a hand in this story yourself; a colleague must decide on it."))
    return ALLOW


def may_take_down(user, story) -> Decision:
    """The body that proposed it, and the lead office."""
    if not is_lead(user) and story.body_id not in bodies_of(user, PROPOSING):
        return deny(_("Only %(body)s and the lead office take this story down.") % {"body": story.body})
    return ALLOW
