"""What members were told before it counts, as a file."""

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from associations.forewarning import policies, selectors
from associations.forewarning.models import PriorNotice
from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from entities.sharing import exports


def offer() -> None:
    """Offer them; called once, when the apps are loaded."""
    exports.register(
        exports.Export(
            code="prior-notices",
            title=gettext_lazy("Notices to members"),
            rows=notices_asked,
            columns=_columns,
        )
    )


def view_asked(params: QueryDict) -> str:
    """The view that the address names; what is open without one."""
    asked = params.get("view", "")
    return asked if asked in selectors.VIEWS else selectors.OPEN


def notices_asked(user, params: QueryDict) -> QuerySet[PriorNotice]:
    """The notices of that view; `Missing` for who gives none."""
    if not policies.gives_notice(user):
        raise Missing
    return selectors.notices_for_list(user=user, view=view_asked(params))


def _columns() -> list[Column]:
    return [
        Column("title", _("What it is about"), lambda one: one.title),
        Column("record_type", _("Record type"), lambda one: str(one.record_type)),
        Column("document_number", _("Document number"), lambda one: one.document_number),
        Column("credit_code", _("Unified social credit code"), lambda one: one.entity.credit_code),
        Column("member", _("Member"), lambda one: one.entity.name),
        Column("body", _("Association"), lambda one: str(one.body)),
        Column("state", _("State"), lambda one: one.get_state_display()),
        Column("told_on", _("The member was told"), lambda one: one.told_on, Kind.DAY),
        Column("due_on", _("Until"), lambda one: one.due_on, Kind.DAY),
        Column("settled_on", _("Settled on"), lambda one: one.settled_on, Kind.DAY),
    ]
