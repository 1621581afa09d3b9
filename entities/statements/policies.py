"""Who may write, hide and read statements: the only place that says so."""

from django.db.models import Q
from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities.policies import REVIEWING, bodies_of, entities_of, is_lead, may_act_for_entity

IN_FORCE = "published"


def statements_visible_to(user) -> Q:
    """Shown ones for all readers of the record; hidden ones for the entity itself, the body and the lead office."""
    shown = Q(state="shown")
    if is_lead(user):
        return ~Q(state="withdrawn")
    concerned = Q(record__entity__in=entities_of(user)) | Q(record__submitted_by__in=bodies_of(user))
    return shown | (Q(state="hidden") & concerned)


def may_write_statement(user, record) -> Decision:
    """An agent of the entity, beside a record that is in force."""
    if not (decision := may_act_for_entity(user, record.entity)):
        return decision
    if record.status != IN_FORCE:
        return deny(_("The record is no longer in force, so there is nothing to put a statement beside."))
    return ALLOW


def may_withdraw_statement(user, statement) -> Decision:
    """An agent of the entity, at any time."""
    return may_act_for_entity(user, statement.record.entity)


def may_hide_statement(user, statement) -> Decision:
    """Who answers for the record: a reviewer or supervisor of the body that submitted it, or of its successor."""
    if statement.record.submitted_by_id not in bodies_of(user, REVIEWING):
        return deny(
            _("Only a reviewer of %(body)s hides or shows this statement.")
            % {"body": statement.record.submitted_by}
        )
    return ALLOW
