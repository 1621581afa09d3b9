"""Who keeps templates, gives commitments and checks them: the only place that says so. Imports no models."""

from django.db.models import Q
from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities.policies import (
    CLERK,
    NOBODY,
    REVIEWER,
    SUPERVISOR,
    bodies_of,
    entities_of,
    is_lead,
    is_official,
    may_act_for_entity,
    on_no_side_of_ones_own,
)

CHECKING = frozenset({CLERK, REVIEWER, SUPERVISOR})


def may_see_register(user) -> bool:
    """Officials read all commitments: who inspects has to know what was promised."""
    return is_official(user)


def commitments_visible_to(user) -> Q:
    """All for officials; for an agent those of its own entities."""
    if is_official(user):
        return Q()
    mine = entities_of(user)
    return Q(entity__in=mine) if mine else NOBODY


def may_keep_templates(user) -> Decision:
    """The library of templates is the lead office's."""
    if not is_lead(user):
        return deny(_("Only the lead office keeps the templates of commitments."))
    return ALLOW


def may_give(user, entity) -> Decision:
    """Who acts for the entity binds it."""
    return may_act_for_entity(user, entity)


def may_take_in(user, body) -> Decision:
    """A department hands in what an entity signed at its window."""
    if body.kind != "department" or body.pk not in bodies_of(user, CHECKING):
        return deny(_("You hand in no commitments on behalf of %(body)s.") % {"body": body})
    return ALLOW


def may_take_back(user, commitment) -> Decision:
    """What was handed in by mistake, the department that handed it in takes back."""
    if commitment.through_id is None or commitment.through_id not in bodies_of(user, CHECKING):
        return deny(_("Only the department that handed in this commitment takes it back."))
    return on_no_side_of_ones_own(user, commitment)


def may_check(user, commitment) -> Decision:
    """The department that the template names, or its successor."""
    if commitment.template.checked_by_id not in bodies_of(user, CHECKING):
        return deny(
            _("Only %(body)s checks whether this commitment was kept.")
            % {"body": commitment.template.checked_by}
        )
    return on_no_side_of_ones_own(user, commitment)
