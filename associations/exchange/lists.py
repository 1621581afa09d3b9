"""Opinions and observations as a file."""

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from associations.exchange import policies, selectors
from associations.exchange.models import Exchange
from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from entities.sharing import exports


def offer() -> None:
    """Offer them; called once, when the apps are loaded."""
    exports.register(
        exports.Export(
            code="exchanges",
            title=gettext_lazy("Opinions and observations"),
            rows=exchanges_asked,
            columns=_columns,
        )
    )


def view_asked(params: QueryDict) -> str:
    """The view that the address names; what waits for the reader's side without one."""
    asked = params.get("view", "")
    return asked if asked in (selectors.OURS, selectors.OPEN, selectors.CLOSED) else selectors.OURS


def exchanges_asked(user, params: QueryDict) -> QuerySet[Exchange]:
    """The exchanges of that view or consultation; `Missing` for who takes no part in any, or did not ask in it."""
    if not policies.takes_part(user):
        raise Missing
    asked = params.get("consultation", "")
    if asked:
        return selectors.exchanges_of(
            user=user, consultation_id=int(asked) if asked.isascii() and asked.isdigit() else 0
        )
    return selectors.exchanges_for_list(user=user, view=view_asked(params))


def _columns() -> list[Column]:
    return [
        Column("subject", _("Subject"), lambda one: one.subject),
        Column("kind", _("Kind"), lambda one: one.get_kind_display()),
        Column("association", _("Association"), lambda one: str(one.association)),
        Column("department", _("Department"), lambda one: str(one.department)),
        Column(
            "credit_code",
            _("Unified social credit code"),
            lambda one: one.entity.credit_code if one.entity else "",
        ),
        Column("member", _("Member"), lambda one: one.entity.name if one.entity else ""),
        Column("state", _("State"), lambda one: one.get_state_display()),
        Column("sent_at", _("Sent"), lambda one: one.sent_at, Kind.MOMENT),
        Column("due_on", _("Answer by"), lambda one: one.due_on, Kind.DAY),
        Column("answered_at", _("Answered"), lambda one: one.answered_at, Kind.MOMENT),
        Column("stance", _("Position"), lambda one: one.get_stance_display()),
        Column("answer", _("Answer"), lambda one: one.answer),
        Column("outcome", _("What came of it"), lambda one: one.get_outcome_display()),
    ]
