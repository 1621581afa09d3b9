"""Who reads, writes and puts in force what a grade leads to: the only place that says so. Imports no models."""

from django.db.models import Q
from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities.policies import ASSOCIATION, NOBODY, REVIEWING, bodies_of, entities_of, is_lead, is_official

RESTRICTION = "restriction"


def may_see_rules(user) -> bool:
    """The rules and the lists that follow from them are the officials'."""
    return is_official(user)


def rules_visible_to(user) -> Q:
    """All for officials. For an agent, those of grades that the scheme shows to the entity: never of a risk class."""
    if is_official(user):
        return Q()
    shown = Q(scheme__shown_to_entity=True, state="approved") & ~Q(scheme__family="risk")
    return shown if entities_of(user) else NOBODY


def rules_anybody_may_read() -> Q:
    """What is given or refused by a grade that is public itself. How often somebody is inspected is the officials'."""
    return Q(scheme__is_public=True, state="approved", kind__in=("incentive", RESTRICTION))


def may_see_what_follows(user) -> bool:
    """On an entity's page: officials, and who acts for an entity."""
    return is_official(user) or bool(entities_of(user))


def may_write_rules(user) -> Decision:
    """The lead office, and the reviewers and supervisors of departments for their own."""
    if is_lead(user) or (is_official(user) and bodies_of(user, REVIEWING)):
        return ALLOW
    return deny(_("Rules are written by the lead office, or by a department's reviewers and supervisors."))


def may_keep_rule(user, *, body, kind: str) -> Decision:
    """The lead office keeps all. A department keeps what it applies itself, but no restriction."""
    if is_lead(user):
        return ALLOW
    if kind == RESTRICTION:
        return deny(
            _("Restrictions are kept by the lead office, which holds them against the national list.")
        )
    if body is None or body.kind == ASSOCIATION or body.pk not in bodies_of(user, REVIEWING):
        return deny(_("Choose a department for which you decide; rules for all are the lead office's."))
    return ALLOW


def may_approve(user, rule) -> Decision:
    """Four eyes: somebody who may keep the rule and did not write it."""
    keeps = may_keep_rule(user, body=rule.body, kind=rule.kind)
    if not keeps:
        return keeps
    if rule.written_by_id == user.pk:
        return deny(_("You wrote this; another person puts it in force."))
    return ALLOW


def departments_to_look_at(user) -> Q:
    """Whose inspections a reader may look at, asked of bodies: one's own departments, for the lead office all."""
    departments = Q(kind="department", is_active=True)
    if is_lead(user):
        return departments
    return departments & Q(pk__in=bodies_of(user)) if is_official(user) else NOBODY


def due_inspections_visible_to(user) -> Q:
    """Of the departments that one may look at, asked of inspections that are worked out beforehand."""
    if is_lead(user):
        return Q()
    return Q(terms__body__in=bodies_of(user)) if is_official(user) else NOBODY


def draws_visible_to(user) -> Q:
    """Those of one's own departments, with the bodies that they succeed; for the lead office all."""
    if is_lead(user):
        return Q()
    return Q(body__in=bodies_of(user)) if is_official(user) else NOBODY


def may_draw(user, body) -> Decision:
    """Whom a department inspects, its reviewers and supervisors draw."""
    if body.pk not in bodies_of(user, REVIEWING):
        return deny(_("Only a reviewer or supervisor of %(body)s draws whom it inspects.") % {"body": body})
    return ALLOW
