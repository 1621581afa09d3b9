"""Who reads which looks, follows which entities and sends changes where: the only place that says so.

Imports no models.
"""

from django.db.models import Q
from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities.policies import (
    LEAD,
    NOBODY,
    OFFICER,
    SUPERVISOR,
    UNDER_PREPARATION,
    bodies_of,
    entities_of,
    is_lead,
    records_of_bodies,
    roles_of,
    shared_by_others,
)

KEEPING_RECEIVERS = frozenset({SUPERVISOR, OFFICER, LEAD})


def looks_visible_to(user) -> Q:
    """The lead office reads every look, a body those of its own people, an agent those at its entities.

    An entity hears of no look at what it may not know of (a draft about it, a record that is its sender's
    alone), and not of those that its own agents took.
    """
    if is_lead(user):
        return Q()
    if bodies := bodies_of(user):
        return Q(body_id__in=bodies)
    if mine := entities_of(user):
        return Q(subject_id__in=mine | _absorbed_by_those_of(user)) & told_to_its_entity()
    return NOBODY


def _absorbed_by_those_of(user) -> frozenset[int]:
    """The entities that were merged into those of the agent: looks keep the key of when they were taken."""
    merged = user.agencies.filter(revoked_at=None, entity__absorbed__isnull=False)
    return frozenset(merged.values_list("entity__absorbed", flat=True))


def told_to_its_entity() -> Q:
    """Of the looks at an entity those of which its agents hear."""
    return Q(open_to_subject=True, body_id__isnull=False)


def may_see_looks(user) -> bool:
    """Whether the page of looks is theirs: for whoever acts for a body."""
    return bool(roles_of(user))


def sees_who_looked(user) -> bool:
    """The name of the person is for the body and the lead office; the entity is told which body."""
    return bool(roles_of(user))


def watch_lists_visible_to(user) -> Q:
    """A body's lists are its own people's; nobody else learns whom it watches."""
    bodies = bodies_of(user)
    return Q(body__in=bodies) if bodies else NOBODY


def webhooks_visible_to(user) -> Q:
    """Who answers for a body's systems: its supervisors, officers of an association, the lead office."""
    bodies = bodies_of(user, KEEPING_RECEIVERS)
    return Q(body__in=bodies) if bodies else NOBODY


def may_watch(user, body) -> Decision:
    """May keep watch lists on behalf of the body: whoever works there."""
    if body.pk not in bodies_of(user):
        return deny(_("You do not work for %(body)s.") % {"body": body})
    if not body.is_active:
        return deny(_("%(body)s is no longer active.") % {"body": body})
    return ALLOW


def may_keep_receivers(user, body) -> Decision:
    """May say where the body's changes are sent, and with which secret."""
    if body.pk not in bodies_of(user, KEEPING_RECEIVERS):
        return deny(_("Only a supervisor of %(body)s says where its changes are sent.") % {"body": body})
    if not body.is_active:
        return deny(_("%(body)s is no longer active.") % {"body": body})
    return ALLOW


def keeps_receivers(user) -> bool:
    return bool(bodies_of(user, KEEPING_RECEIVERS))


def once_shared_with(body) -> Q:
    """Records that are or were shared with the body: of these it is told, also that they are over."""
    officials = body.kind != "association"
    entered = ~Q(status__in=UNDER_PREPARATION)
    return entered & (Q(submitted_by=body.pk) | shared_by_others(officials=officials))


def once_public() -> Q:
    """Records that may have been public; of one that is withheld everybody who could read it is told."""
    entered = ~Q(status__in=UNDER_PREPARATION)
    return entered & Q(record_type__family="public", type_version__disclosure="public")


def shared_now_with(body) -> Q:
    """Records whose content the body may see today."""
    return ~Q(status__in=UNDER_PREPARATION) & records_of_bodies(
        [body.pk], officials=body.kind != "association"
    )
