"""Who offers courses, signs up and confirms attendance: the only place that says so. Imports no models."""

from django.db.models import Q
from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities.policies import (
    OFFICER,
    acts_for_an_association,
    bodies_of,
    entities_of,
    has_role,
    may_act_for_entity,
)

NOBODY = Q(pk__in=())


def keeps_courses(user) -> bool:
    """Whether the user keeps the courses of an association."""
    return acts_for_an_association(user) and has_role(user, OFFICER)


def courses_kept_by(user) -> Q:
    """The courses of the associations whose officer the user is."""
    bodies = bodies_of(user, {OFFICER})
    return Q(association__body__in=bodies) if bodies else NOBODY


def sign_ups_visible_to(user) -> Q:
    """An entity's own, and those for the courses of the association."""
    return Q(entity__in=entities_of(user)) | Q(course__association__body__in=bodies_of(user, {OFFICER}))


def may_keep_courses(user, association) -> Decision:
    """Offers courses of the association, calls them off and says who was there."""
    if association.body_id not in bodies_of(user, {OFFICER}):
        return deny(_("Only an officer of %(association)s keeps its courses.") % {"association": association})
    return ALLOW


def may_sign_up(user, entity) -> Decision:
    """Who acts for an entity signs its people up; it need not be a member."""
    return may_act_for_entity(user, entity)
