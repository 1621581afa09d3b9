"""Who lets an association file, and who files by such a leave: the only place that says so. Imports no models."""

from django.db.models import F, Q
from django.utils import timezone

from credit_platform.common.decisions import Decision
from entities.policies import OFFICER, acts_for_an_association, bodies_of, has_role, may_act_for_entity

NOBODY = Q(pk__in=())


def may_give_leave(user, entity) -> Decision:
    """Who acts for the entity lets its association file, and ends that."""
    return may_act_for_entity(user, entity)


def may_help(user) -> bool:
    """Whether the user may be asked for help: an officer of an association."""
    return acts_for_an_association(user) and has_role(user, OFFICER)


def leaves_held_by(user) -> Q:
    """The leaves by which this officer acts today; none from the day on which the entity is no member any more.

    A leave is given to one association and does not pass to its successor.
    """
    if not may_help(user):
        return NOBODY
    today = timezone.localdate()
    is_member = Q(member__left_on=None) | Q(member__left_on__gt=today)
    return is_member & Q(
        member__association__body__in=bodies_of(user, {OFFICER}),
        member__association__body__is_active=True,
        member__entity=F("entity"),
        revoked_at=None,
        expires_on__gte=today,
    )
