"""Who was drawn, as a list: the page and the files made of it take the same."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.db.models import F, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from agencies.supervision import selectors
from agencies.supervision.models import DrawnEntity, InspectionDraw, LastInspection
from credit_platform.accounts.models import User
from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from credit_platform.ui.formats import listed
from entities.policies import who_answers_for
from entities.sharing import exports

SORTS = {"number": "number", "name": "entity__name_key", "grade": "grade", "district": "entity__district"}
ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One drawn entity with those who inspect it, and the day on which the department was there since."""

    drawn: DrawnEntity
    inspectors: str
    inspected_on: date | None


def drawn_of(draw: InspectionDraw, sort: str) -> QuerySet[DrawnEntity]:
    """Those drawn, in the order of the draw unless another is asked for."""
    column = F(SORTS.get(sort.removeprefix("-"), "number"))
    order = column.desc() if sort.startswith("-") else column.asc()
    return draw.drawn.select_related("entity", "rule").order_by(order, "number")


def rows_of(drawn: Iterable[DrawnEntity], draw: InspectionDraw) -> Iterator[Row]:
    """The rows, some at a time, so that a long list needs few queries and little memory."""
    names = {one.pk: str(one) for one in User.objects.filter(pk__in=draw.inspectors.values("pk"))}
    rest = iter(drawn)
    while some := list(islice(rest, ROWS_AT_ONCE)):
        since = LastInspection.objects.filter(
            entity__in=[one.entity_id for one in some],
            body=who_answers_for(draw.body).pk,
            day__gte=draw.drawn_on,
        )
        days = dict(since.values_list("entity_id", "day"))
        for one in some:
            people = listed(names[pk] for pk in one.inspectors)
            yield Row(one, people, days.get(one.entity_id))


def inspected_of(draw: InspectionDraw) -> int:
    """How many of those drawn the department inspected since."""
    since = LastInspection.objects.filter(
        entity__in=draw.drawn.values("entity"), body=who_answers_for(draw.body).pk, day__gte=draw.drawn_on
    )
    return since.count()


def offer() -> None:
    """Offer the list as a file; called once, when the apps are loaded."""
    exports.register(
        exports.Export(
            code="drawn-entities",
            title=gettext_lazy("Drawn entities"),
            rows=lambda user, params: drawn_of(_asked(user, params), params.get("sort", "")),
            columns=_columns,
            shaped=lambda drawn, user, params: rows_of(drawn, _asked(user, params)),
        )
    )


def _asked(user, params: QueryDict) -> InspectionDraw:
    key = params.get("draw", "")
    if not key.isdecimal():
        raise Missing
    return selectors.draw_for(user=user, draw_id=int(key))


def _columns() -> list[Column]:
    def of(name: str) -> Any:
        return lambda row: getattr(row.drawn.entity, name)

    return [
        Column("number", _("Number"), lambda row: row.drawn.number, Kind.WHOLE),
        Column("credit_code", _("Unified social credit code"), of("credit_code")),
        Column("entity", _("Entity"), of("name")),
        Column("grade", _("Grade"), lambda row: row.drawn.grade),
        Column("rule", _("Supervision rule"), lambda row: str(row.drawn.rule)),
        Column("district", _("District"), of("district")),
        Column("inspectors", _("Inspectors"), lambda row: row.inspectors),
        Column("inspected", _("Inspected on"), lambda row: row.inspected_on, Kind.DAY),
    ]
