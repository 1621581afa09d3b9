"""The board's list as its address asks for it: the page and the files made of it take the same."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from entities.sharing import exports
from evaluation import pages, policies, selectors
from evaluation.board import Board, Row, View
from evaluation.boards.counting import counted_day
from evaluation.boards.models import CountedRating, Period
from evaluation.forms import NarrowingForm
from evaluation.industries import SECTIONS
from evaluation.schemes.in_force import scheme_for, schemes_for

#: What the list may be sorted by; unrated entities stand at the end.
SORTS: dict[str, Any] = {
    "name": F("name_key"),
    "grade": F("place"),
    "points": F("points"),
    "move": None,  # Of the period that is asked for.
    "district": F("district"),
    "day": F("as_of"),
}
MAY_LACK = {"grade", "points", "move"}
DEFAULT_SORTS = {View.FELL: "move", View.ROSE: "-move", View.ALL: "grade"}


#: So many rows are rather sorted than looked for in the order of an index.
FEW = 500


class CountedPaginator(Paginator):
    """Pages of a list whose length is known, so that nobody counts a million rows."""

    def __init__(self, *args, count: int, **options) -> None:
        super().__init__(*args, **options)
        self._known = count

    @property
    def count(self) -> int:
        return self._known


def asked(user, params: QueryDict) -> pages.Asked:
    """What the address asks for; `Missing` for whom the board is not."""
    if not policies.may_see_board(user):
        raise Missing
    today = timezone.localdate()
    schemes = schemes_for(user, today)
    scheme = scheme_for(user, today, params.get("scheme", ""))
    form = NarrowingForm(
        params,
        departments=selectors.departments(),
        districts=selectors.districts(),
        scale=scheme.compiled.letters,
    )
    period = _word(Period, params.get("period"), Period.WEEK)
    board = Board(user, scheme, counted_day(), period, form.narrowing)
    return pages.Asked(board, form, period, _word(View, params.get("show"), View.FELL), schemes)


def _word(words, asked: str | None, default):
    return words(asked) if asked in set(words) else default


def listed(asked: pages.Asked, sort: str, count: int | None = None) -> QuerySet[CountedRating]:
    """The ratings of the list in their order; `count` is how many there are, where that is known."""
    # Who moved most is asked of those who moved; of a million who mostly did not, no index tells it.
    if sort.removeprefix("-") not in SORTS or (asked.view == View.ALL and "move" in sort):
        sort = DEFAULT_SORTS[asked.view]
    name = sort.removeprefix("-")
    column = F("points") - F(f"{asked.board.period}_points") if name == "move" else SORTS[name]
    # Only where there can be none is it said where they stand: else an index gives either order.
    last = {"nulls_last": True} if name in MAY_LACK else {}
    if asked.view != View.ALL and name != "move" and count is not None and count <= FEW:
        # The database takes a third of everybody to have moved, and would walk the index of the column to its end to
        # find these few. An expression has no index: they are found by that of the movers, and sorted.
        column = Coalesce(column, column)
    order = column.desc(**last) if sort.startswith("-") else column.asc(**last)
    # With the key behind it, so that pages neither repeat nor lose a row.
    return asked.board.rows(asked.view, asked.form.chosen_grade).order_by(
        order, "-pk" if sort.startswith("-") else "pk"
    )


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


def _shaped(ratings: Iterable[CountedRating], user, params: QueryDict) -> Iterator[Row]:
    return asked(user, params).board.listed(ratings)


def _columns() -> list[Column]:
    return [
        Column("credit_code", _("Unified social credit code"), lambda row: row.rating.entity.credit_code),
        Column("entity", _("Entity"), lambda row: row.rating.entity.name),
        Column("scheme", _("Scheme"), lambda row: row.rating.scheme.name),
        Column("family", _("Kind of grade"), lambda row: row.rating.scheme.get_family_display()),
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
