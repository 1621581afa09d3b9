"""The desk and the review queue as their addresses ask for them: pages and files take the same."""

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from agencies import desk, policies, review_views, selectors
from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from entities.sharing import exports
from entities.sharing.lists import record_columns
from entities.statements.selectors import with_statement


def offer() -> None:
    """Offer them as files; called once, when the apps are loaded."""
    exports.register(
        exports.Export(code="desk", title=gettext_lazy("My desk"), rows=_desk, columns=_desk_columns)
    )
    exports.register(
        exports.Export(
            code="review",
            title=gettext_lazy("Review"),
            rows=_queue,
            columns=_columns,
            records=lambda record: (record,),
        )
    )


def order_asked(params: QueryDict) -> str:
    """The order of the desk that the address names; that of deadlines without one."""
    asked = params.get("order", "")
    return asked if asked in desk.ORDERS else desk.BY_DEADLINE


def desk_asked(user, params: QueryDict) -> desk.Desk:
    """The user's desk today, in the lane and the order that the address names."""
    return desk.look_at_desk(
        user,
        lane=params.get("lane", ""),
        order=order_asked(params),
        today=timezone.localdate(),
        calendar=selectors.calendar_for(user),
    )


def _desk(user, params: QueryDict) -> tuple[desk.Placed, ...]:
    if not policies.may_see_desk(user):
        raise Missing
    return desk_asked(user, params).rows


def _desk_columns() -> list[Column]:
    return [
        Column("due", _("Deadline"), lambda placed: placed.row.due, Kind.DAY),
        Column("days_left", _("Working days left"), lambda placed: placed.days_left, Kind.WHOLE),
        Column("paused", _("Stands still"), lambda placed: placed.row.paused, Kind.FLAG),
        Column("asked", _("What is asked"), lambda placed: placed.row.asked),
        Column("detail", _("Detail"), lambda placed: placed.row.detail),
        Column("credit_code", _("Unified social credit code"), lambda placed: placed.row.code),
        Column("entity", _("Entity"), lambda placed: placed.row.name),
        Column("reference", _("Reference"), lambda placed: placed.row.reference),
        Column("kind", _("Type"), lambda placed: placed.row.kind),
        Column("since", _("Since"), lambda placed: placed.row.since, Kind.DAY),
    ]


def _queue(user, params: QueryDict):
    if not policies.may_see_review(user).allowed:
        raise Missing
    return with_statement(review_views.filtered(user, params))


def _columns() -> list[Column]:
    return [
        *record_columns(),
        Column("entered_by", _("Entered by"), lambda record: str(record.entered_by)),
        Column("entered_at", _("Entered"), lambda record: record.entered_at, Kind.MOMENT),
    ]
