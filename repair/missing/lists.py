"""Missing records as a file."""

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.common.exporting import Column, Kind
from entities.sharing import exports
from repair.missing import selectors
from repair.missing.models import MissingRecord


def offer() -> None:
    """Offer them; called once, when the apps are loaded."""
    exports.register(
        exports.Export(
            code="missing-records",
            title=gettext_lazy("Missing records"),
            rows=missing_asked,
            columns=_columns,
        )
    )


def only_waiting(params: QueryDict) -> bool:
    """Whether the address asks only for what waits for the reader's answer."""
    return params.get("show") == "waiting"


def missing_asked(user, params: QueryDict) -> QuerySet[MissingRecord]:
    """What the reader may read of, narrowed as the address says."""
    return selectors.missing_for_list(user=user, waiting=only_waiting(params))


def _columns() -> list[Column]:
    return [
        Column("number", _("Number"), lambda one: one.number),
        Column("credit_code", _("Unified social credit code"), lambda one: one.entity.credit_code),
        Column("entity", _("Entity"), lambda one: one.entity.name),
        Column("record_type", _("Record type"), lambda one: str(one.record_type)),
        Column("body", _("Body"), lambda one: str(one.body)),
        Column("state", _("State"), lambda one: one.get_state_display()),
        Column("filed_at", _("Filed"), lambda one: one.filed_at, Kind.MOMENT),
        Column("due_on", _("Answer by"), lambda one: one.due_on, Kind.DAY),
    ]
