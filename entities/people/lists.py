"""The list of people as its address asks for it: its page and the files made of it take the same."""

from django.db.models import F, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy, pgettext

from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from entities.people import policies, selectors
from entities.people.forms import PeopleFilter
from entities.sharing import exports

#: What `show` says in the address for roles that are over.
PAST = "past"
SORTS = {
    "name": "user__name_zh",
    "body": "body__code",
    "role": "role",
    "since": "since",
    "signed_in": "user__last_login",
    "ended": "ended_at",
}


def offer() -> None:
    """Offer it; called once, when the apps are loaded."""
    exports.register(
        exports.Export(
            code="people",
            title=gettext_lazy("People"),
            rows=lambda user, params: people(user, params)[1],
            columns=_columns,
        )
    )


def shows_past(params: QueryDict) -> bool:
    """Whether roles are asked for that are over."""
    return params.get("show") == PAST


def people(user, params: QueryDict) -> tuple[PeopleFilter, QuerySet]:
    """The filter and the roles, now or past; `Missing` for who answers for no body. Shows all where the filter is amiss."""
    if not policies.sees_people(user):
        raise Missing
    past = shows_past(params)
    found = selectors.past_roles_for_list(user=user) if past else selectors.roles_for_list(user=user)
    filters = PeopleFilter(params, bodies=selectors.bodies_seen(user=user))
    if filters.is_valid():
        asked = filters.cleaned_data
        if asked["q"]:
            words = asked["q"]
            found = found.filter(
                Q(user__username__icontains=words)
                | Q(user__name_zh__icontains=words)
                | Q(user__name_en__icontains=words)
            )
        if asked.get("body"):
            found = found.filter(body=asked["body"])
        if asked["role"]:
            found = found.filter(role=asked["role"])
    return filters, found.order_by(*_order(params.get("sort", ""), past=past))


def _order(sort: str, *, past: bool) -> tuple:
    name = sort.removeprefix("-")
    if name not in SORTS or (name == "ended" and not past):
        return ("-ended_at", "-pk") if past else ("body__code", "user__name_zh", "pk")
    by = F(SORTS[name])
    return (by.desc(nulls_last=True) if sort.startswith("-") else by.asc(nulls_last=True), "pk")


def _columns() -> list[Column]:
    return [
        Column("username", _("User name"), lambda role: role.user.username),
        Column("name", _("Name of the person"), lambda role: str(role.user)),
        Column("body", _("Body"), lambda role: str(role.body)),
        Column("role", _("Role"), lambda role: role.get_role_display()),
        Column("since", _("Since"), lambda role: role.since, Kind.MOMENT),
        Column("until", _("Until"), lambda role: getattr(role, "ended_at", None), Kind.MOMENT),
        Column("signed_in", _("Last signed in"), lambda role: role.user.last_login, Kind.MOMENT),
        Column("second_factor", _("Second factor"), _second_factor),
        Column("account", _("Account"), _account),
    ]


def _second_factor(role) -> str:
    return pgettext("second factor", "On") if role.second_factor else pgettext("second factor", "Off")


def _account(role) -> str:
    return pgettext("account", "Open") if role.user.is_active else pgettext("account", "Closed")
