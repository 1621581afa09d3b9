"""The list of members as its address asks for it: the page and the files made of it take the same."""

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from associations import forms, selectors
from associations.models import Member
from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from entities.sharing import exports


def members(user, params: QueryDict) -> QuerySet[Member]:
    """The members of the user's associations, of the view and by the words asked for."""
    view, query = forms.FilterForm(params).chosen()
    return selectors.members_for_list(user=user, day=timezone.localdate(), view=view, query=query)


def offer() -> None:
    """Offer the list as a file; called once, when the apps are loaded."""
    exports.register(
        exports.Export(code="members", title=gettext_lazy("Our members"), rows=_own_members, columns=_columns)
    )


def _own_members(user, params: QueryDict) -> QuerySet[Member]:
    if not selectors.associations_of(user):
        raise Missing
    return members(user, params)


def _columns() -> list[Column]:
    return [
        Column("credit_code", _("Unified social credit code"), lambda member: member.entity.credit_code),
        Column("entity", _("Entity"), lambda member: member.entity.name),
        Column("association", _("Association"), lambda member: str(member.association)),
        Column("member_number", _("Member number"), lambda member: member.member_number),
        Column("joined_on", _("Joined on"), lambda member: member.joined_on, Kind.DAY),
        Column("left_on", _("Left on"), lambda member: member.left_on, Kind.DAY),
        Column("basis", _("Basis for keeping its data"), lambda member: member.get_basis_display()),
    ]
