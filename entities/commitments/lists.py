"""The register of commitments as a file."""

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from entities.commitments import policies, selectors
from entities.commitments.models import Commitment
from entities.sharing import exports


def offer() -> None:
    """Offer it; called once, when the apps are loaded."""
    exports.register(
        exports.Export(
            code="commitments", title=gettext_lazy("Commitments"), rows=register_asked, columns=_columns
        )
    )


def state_asked(params: QueryDict) -> str:
    """The state that the address names; those to be kept without one."""
    asked = params.get("state", "")
    return asked if asked in Commitment.State.values else Commitment.State.GIVEN


def register_asked(user, params: QueryDict) -> QuerySet[Commitment]:
    """The commitments in the state that is asked for; `Missing` for who does not see the register."""
    if not policies.may_see_register(user):
        raise Missing
    return selectors.register_for(user=user, state=state_asked(params))


def _columns() -> list[Column]:
    return [
        Column("number", _("Number"), lambda one: one.number),
        Column("commitment", _("Commitment"), lambda one: one.template.name),
        Column("matter", _("What it is about"), lambda one: one.template.matter),
        Column("credit_code", _("Unified social credit code"), lambda one: one.entity.credit_code),
        Column("entity", _("Entity"), lambda one: one.entity.name),
        Column("checked_by", _("Checked by"), lambda one: str(one.template.checked_by)),
        Column("given_on", _("Given on"), lambda one: one.given_on, Kind.DAY),
        Column("due_on", _("To be checked by"), lambda one: one.due_on, Kind.DAY),
        Column("checked_on", _("Checked on"), lambda one: one.checked_on, Kind.DAY),
        Column("state", _("State"), lambda one: one.get_state_display()),
    ]
