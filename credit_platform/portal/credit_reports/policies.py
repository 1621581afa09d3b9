"""Who may have which credit report, and lend codes for it: the only place that says so. Imports no models."""

from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities.policies import entities_of, may_act_for_entity


def may_have_full_report(user, entity) -> Decision:
    """Everything on record about an entity is in the hands of who acts for it."""
    return may_act_for_entity(user, entity)


def may_lend_code(user, entity) -> Decision:
    """Who acts for the entity decides who else reads its report."""
    return may_act_for_entity(user, entity)


def may_read_report(user, report, *, held: bool) -> Decision:
    """An extract is for everybody, a full report for the entity; one by code also for whoever opened it with the code.

    Args:
        held: whether the reader has opened this report with a code that is still good.
    """
    if report.kind == "extract" or report.entity_id in entities_of(user):
        return ALLOW
    if report.kind == "authorised" and held:
        return ALLOW
    return deny(_("This report is not yours to read."))
