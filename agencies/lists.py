"""The review queue as a file."""

from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from agencies import policies, review_views
from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from entities.sharing import exports
from entities.sharing.lists import record_columns
from entities.statements.selectors import with_statement


def offer() -> None:
    """Offer the queue; called once, when the apps are loaded."""
    exports.register(
        exports.Export(
            code="review",
            title=gettext_lazy("Review"),
            rows=_queue,
            columns=_columns,
            records=lambda record: (record,),
        )
    )


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
