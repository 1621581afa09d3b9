"""The board's list as its address asks for it: the page and the files made of it take the same."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import F, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from entities.sharing import exports
from evaluation import pages, policies, selectors
from evaluation.board import Board, Period, Row, View
from evaluation.forms import NarrowingForm
from evaluation.industries import SECTIONS
from evaluation.models import CurrentRating
from evaluation.schemes.in_force import scheme_for, schemes_for

#: What the list may be sorted by; unrated entities stand at the end.
SORTS: dict[str, Any] = {
    "name": F("entity__name_key"),
    "grade": F("place"),
    "points": F("points"),
    "move": F("points") - F("was_points"),
    "district": F("entity__district"),
    "day": F("as_of"),
}
DEFAULT_SORTS = {View.FELL: "move", View.ROSE: "-move", View.ALL: "grade"}


def asked(user, params: QueryDict) -> pages.Asked:
    """What the address asks for; `Missing` for whom the board is not."""
    if not policies.may_see_board(user):
        raise Missing
    today = timezone.localdate()
    schemes = schemes_for(user, today)
    scheme = scheme_for(user, today, params.get("scheme", ""))
    form = NarrowingForm(params, districts=selectors.districts(), scale=scheme.compiled.letters)
    period = _word(Period, params.get("period"), Period.WEEK)
    board = Board(user, scheme, today, period.begins(today), form.narrowing)
    return pages.Asked(board, form, period, _word(View, params.get("show"), View.FELL), schemes)


def _word(words, asked: str | None, default):
    return words(asked) if asked in set(words) else default


def listed(asked: pages.Asked, sort: str) -> QuerySet[CurrentRating]:
    """The ratings of the list in their order."""
    if sort.removeprefix("-") not in SORTS:
        sort = DEFAULT_SORTS[asked.view]
    column = SORTS[sort.removeprefix("-")]
    order = column.desc(nulls_last=True) if sort.startswith("-") else column.asc(nulls_last=True)
    # With the key behind it, so that pages neither repeat nor lose a row.
    return asked.board.rows(asked.view, asked.form.chosen_grade).order_by(order, "pk")


def offer() -> None:
    """Offer the list as a file; called once, when the apps are loaded."""
    exports.register(
        exports.Export(
            code="ratings",
            title=gettext_lazy("Ratings"),
            rows=lambda user, params: listed(asked(user, params), params.get("sort", "")),
            columns=_columns,
            shaped=_shaped,
        )
    )


def _shaped(ratings: Iterable[CurrentRating], user, params: QueryDict) -> Iterator[Row]:
    return asked(user, params).board.listed(ratings)


def _columns() -> list[Column]:
    return [
        Column("credit_code", _("Unified social credit code"), lambda row: row.rating.entity.credit_code),
        Column("entity", _("Entity"), lambda row: row.rating.entity.name),
        Column("grade_before", _("Grade before"), lambda row: row.was),
        Column("grade_now", _("Grade now"), lambda row: row.now),
        Column("points", _("Points"), lambda row: row.points, Kind.AMOUNT),
        Column("move", _("Move"), lambda row: row.moved, Kind.AMOUNT),
        Column("records", _("Records counted"), lambda row: row.rating.records_counted, Kind.WHOLE),
        Column("reason", _("Main reason"), lambda row: row.reason.text if row.reason else ""),
        Column("department", _("Department"), lambda row: row.reason.body if row.reason else ""),
        Column("district", _("District"), lambda row: row.rating.entity.district),
        Column("industry", _("Industry"), _industry),
        Column("since", _("Since"), lambda row: row.rating.as_of, Kind.DAY),
    ]


def _industry(row: Row) -> str:
    return str(SECTIONS.get(row.rating.entity.industry_code[:1], ""))
