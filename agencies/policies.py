"""Who works at a department's desk, who enters and who reviews. Row scope stays with `entities.policies`."""

from django.db.models import Q
from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities import policies as registry


def may_see_desk(user) -> Decision:
    """Officials have a desk; what lies on it follows from their roles."""
    if not registry.is_official(user):
        return deny(_("The desk is for those who work in a department or in the lead office."))
    return ALLOW


def may_enter(user) -> Decision:
    """May enter records by form for at least one department."""
    if not registry.has_role(user, registry.CLERK):
        return deny(_("Records are entered by a department's clerks."))
    return ALLOW


def may_see_review(user) -> Decision:
    """May review what colleagues of at least one department entered."""
    if not registry.has_role(user, *registry.REVIEWING):
        return deny(_("Records are reviewed by a department's reviewers and supervisors."))
    return ALLOW


def to_review_by(user) -> Q:
    """What waits for a reviewer of the bodies for which this user reviews; own entries included, to be shown.

    Which of them are the user's own says `entities.policies.written_by`.
    """
    bodies = registry.bodies_of(user, registry.REVIEWING)
    return Q(status="waiting", submitted_by__in=bodies) if bodies else registry.NOBODY


def in_preparation_for(user) -> Q:
    """What the bodies for which this user enters records have in preparation."""
    bodies = registry.bodies_of(user, {registry.CLERK})
    return Q(status__in=registry.UNDER_PREPARATION, submitted_by__in=bodies) if bodies else registry.NOBODY
