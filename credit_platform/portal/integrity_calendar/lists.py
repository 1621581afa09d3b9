"""The kept days of the calendar as a file."""

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from credit_platform.portal.integrity_calendar import policies, selectors
from credit_platform.portal.integrity_calendar.models import CalendarEntry
from entities.sharing import exports


def offer() -> None:
    """Offer it; called once, when the apps are loaded."""
    exports.register(
        exports.Export(
            code="calendar", title=gettext_lazy("Integrity calendar"), rows=entries_asked, columns=_columns
        )
    )


def entries_asked(user, params: QueryDict) -> QuerySet[CalendarEntry]:
    """All kept days; `Missing` for who does not keep them."""
    if not policies.may_keep(user):
        raise Missing
    return selectors.entries()


def _columns() -> list[Column]:
    return [
        Column("kind", _("Kind"), lambda one: one.get_kind_display()),
        Column("name", _("What"), lambda one: one.name),
        Column("starts_on", _("First day"), lambda one: one.starts_on, Kind.DAY),
        Column("ends_on", _("Last day"), lambda one: one.ends_on, Kind.DAY),
        Column("yearly", _("Every year"), lambda one: one.is_yearly, Kind.FLAG),
        Column("place", _("Place"), lambda one: one.place),
        Column("source", _("Source"), lambda one: one.source),
        Column("taken_out", _("Taken out"), lambda one: one.taken_out_at, Kind.MOMENT),
    ]
