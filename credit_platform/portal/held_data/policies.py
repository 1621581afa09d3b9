"""Who has what is held about an entity put into a file: the only place that says so. Imports no models."""

from django.db.models import Q

from credit_platform.common.decisions import Decision
from entities.policies import NOBODY, entities_of, may_act_for_entity


def files_visible_to(user) -> Q:
    mine = entities_of(user)
    return Q(entity__in=mine) if mine else NOBODY


def may_have_everything(user, entity) -> Decision:
    """Access to what is held (PIPL arts 44 to 46) is of the entity itself: of whoever acts for it."""
    return may_act_for_entity(user, entity)
