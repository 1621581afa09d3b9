"""Who reads, notes and lifts measures: the only place that says so."""

from django.db.models import Q
from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities.policies import (
    ASSOCIATION,
    REVIEWING,
    bodies_of,
    entities_of,
    has_role,
    is_official,
    on_no_side_of_ones_own,
)


def may_read_measures(user) -> bool:
    """Officials, and who acts for an entity."""
    return is_official(user) or bool(entities_of(user))


def may_see_list(user) -> bool:
    """The list of what departments keep up: officials. An entity reads what concerns it on its own page."""
    return is_official(user)


def measures_visible_to(user) -> Q:
    """All for officials, who keep them up; for anybody else those of the own entity."""
    return Q() if is_official(user) else Q(record__entity__in=entities_of(user))


def may_note(user, record) -> Decision:
    """A reviewer or supervisor of a department, because of a public negative record that is in force."""
    if not (is_official(user) and has_role(user, *REVIEWING)):
        return deny(_("Measures are noted by a department's reviewers and supervisors."))
    if record.status != "published":
        return deny(_("The record is not in force, so no measure can stand on it."))
    if record.record_type.polarity != "negative" or record.record_type.family != "public":
        return deny(_("Measures stand on negative records of departments only."))
    return on_no_side_of_ones_own(user, record)


def may_note_for(user, body) -> Decision:
    """For one's own department."""
    if not body.is_active or body.kind == ASSOCIATION or body.pk not in bodies_of(user, REVIEWING):
        return deny(_("Choose a department for which you decide."))
    return ALLOW


def may_lift(user, measure) -> Decision:
    """A reviewer or supervisor of the department that keeps it up, or of its successor."""
    if measure.body_id not in bodies_of(user, REVIEWING):
        return deny(
            _("Only a reviewer or supervisor of %(body)s lifts this measure.") % {"body": measure.body}
        )
    return on_no_side_of_ones_own(user, measure.record)
