"""Who reads and keeps the sections of a body: the only place that says so. Imports no models."""

from django.db.models import Q
from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities.policies import (
    NOBODY,
    SUPERVISOR,
    bodies_of,
    on_no_side_of_ones_own,
    who_answers_for,
)
from repair.policies import HANDLING


def sections_visible_to(user) -> Q:
    """Those of the bodies in which the user works on cases."""
    bodies = bodies_of(user, HANDLING)
    return Q(body__in=bodies) if bodies else NOBODY


def may_keep_sections(user, body) -> Decision:
    """Opens, fills and closes the sections of the body: a supervisor of it."""
    if body.pk not in bodies_of(user, {SUPERVISOR}):
        return deny(_("Only a supervisor of %(body)s keeps its sections.") % {"body": body})
    return ALLOW


def may_move(user, case) -> Decision:
    """Gives a case to another section of its body: a supervisor of it who does not act for the entity."""
    body = who_answers_for(case.deciding_body)
    if body.pk not in bodies_of(user, {SUPERVISOR}):
        return deny(_("Only a supervisor of %(body)s moves a case between its sections.") % {"body": body})
    return on_no_side_of_ones_own(user, case)


def works_in_a_body(user) -> bool:
    """Whether the user works on cases in any body, and so has sections to read of."""
    return bool(bodies_of(user, HANDLING))
