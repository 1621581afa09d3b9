"""Who works on reports from the public: the only place that says so. Imports no models."""

from django.db.models import Q
from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities.policies import (
    CLERK,
    LEAD,
    NOBODY,
    REVIEWER,
    SUPERVISOR,
    bodies_of,
    is_lead,
    on_no_side_of_ones_own,
)

WORKING = frozenset({CLERK, REVIEWER, SUPERVISOR, LEAD})


def may_see_reports(user) -> bool:
    """Whoever acts for a department or the lead office has the list."""
    return bool(bodies_of(user, WORKING))


def reports_visible_to(user) -> Q:
    """Those of the user's own bodies; the lead office, which watches over the answers, sees all."""
    if is_lead(user):
        return Q()
    bodies = bodies_of(user, WORKING)
    return Q(body__in=bodies) if bodies else NOBODY


def may_work_on(user, report) -> Decision:
    """The body in charge, and nobody else, passes on and answers."""
    if report.body_id not in bodies_of(user, WORKING):
        return deny(_("Only %(body)s, which is in charge, works on this report.") % {"body": report.body})
    return on_no_side_of_ones_own(user, report)


def may_keep_topics(user) -> Decision:
    """What a report can be about, and who is in charge, says the lead office."""
    if not is_lead(user):
        return deny(_("Only the lead office keeps the topics of reports."))
    return ALLOW


def may_read_sender(user, report) -> bool:
    """Who reported it is for the body in charge alone."""
    return bool(may_work_on(user, report))
