"""The connected systems as a list to take away."""

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from credit_platform.ui.formats import listed
from entities.sharing import exports
from entities.systems import policies, selectors
from entities.systems.models import ConnectedSystem


def offer() -> None:
    """Offer it; called once, when the apps are loaded."""
    exports.register(
        exports.Export(
            code="connected-systems",
            title=gettext_lazy("Connected systems"),
            rows=_rows,
            columns=_columns,
        )
    )


def _rows(user, params: QueryDict) -> QuerySet[ConnectedSystem]:
    if not policies.manages_systems(user):
        raise Missing
    return selectors.systems_for_list(user=user)


def _columns() -> list[Column]:
    """As the page shows them; a secret is shown to nobody twice."""
    return [
        Column("system", _("System"), lambda one: one.name),
        Column("body", _("Body"), lambda one: str(one.body)),
        Column("client", _("Client"), lambda one: one.application.client_id),
        Column("may", _("It may"), lambda one: listed(one.scopes)),
        Column("connected_at", _("Connected"), lambda one: one.created_at, Kind.MOMENT),
        Column("connected_by", _("Connected by"), lambda one: str(one.created_by)),
        Column("disconnected_at", _("Disconnected"), lambda one: one.revoked_at, Kind.MOMENT),
        Column("disconnected_by", _("Disconnected by"), lambda one: str(one.revoked_by or "")),
    ]
