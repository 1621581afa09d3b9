"""To whom a rule applies, as its address asks for it: the page and the files made of it take the same."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import F, QuerySet, TextChoices
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from agencies.supervision import selectors
from agencies.supervision.rules import scale_of
from agencies.supervision.selectors import Reach
from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from entities.sharing import exports
from evaluation.boards.models import CountedRating

SORTS = {"name": "name_key", "grade": "place", "district": "district", "since": "as_of"}


class Show(TextChoices):
    """Which entities are listed."""

    NOW = "now", gettext_lazy("Today")
    CAME = "came", gettext_lazy("Came since")
    LEFT = "left", gettext_lazy("Left since")


class SinceForm(forms.Form):
    """The day since which comings and goings are asked for; what is no day before today counts for nothing."""

    since = forms.DateField(
        label=gettext_lazy("Since"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    reach: Reach
    show: Show
    form: SinceForm
    scale: tuple[str, ...]

    def listed(self, show: Show) -> QuerySet[CountedRating]:
        """The entities of one of the views."""
        match show:
            case Show.CAME:
                return self.reach.came()
            case Show.LEFT:
                return self.reach.left()
        return self.reach.today()


def asked(user, rule_id: int, params: QueryDict) -> Asked:
    """Raises `Missing` for who may not read the rule."""
    rule = selectors.rule_for(user=user, rule_id=rule_id)
    today = timezone.localdate()
    since = today - timedelta(days=selectors.SINCE)
    form = SinceForm(params)
    if form.is_valid() and form.cleaned_data["since"] and form.cleaned_data["since"] < today:
        since = form.cleaned_data["since"]
    word = params.get("show", "")
    show = Show(word) if word in Show.values else Show.NOW
    shown = SinceForm(initial={"since": since})
    return Asked(Reach(rule, since, user), show, shown, scale_of(rule.scheme, today))


def in_order(found: QuerySet[CountedRating], sort: str) -> QuerySet[CountedRating]:
    """By name, unless another order is asked for."""
    column = F(SORTS.get(sort.removeprefix("-"), "name_key"))
    down = sort.startswith("-")
    return found.order_by(
        column.desc(nulls_last=True) if down else column.asc(nulls_last=True), "-pk" if down else "pk"
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One entity with its grade today, and the one it had on the day asked for where it moved since."""

    rating: CountedRating
    was: str | None
    now: str


def rows_of(ratings: Iterable[Any], one: Asked) -> Iterator[Row]:
    for rating in ratings:
        now = one.scale[rating.place] if rating.place is not None else ""
        yield Row(rating, getattr(rating, "was", None), now)


def offer() -> None:
    """Offer the list as a file; called once, when the apps are loaded."""
    exports.register(
        exports.Export(
            code="supervised",
            title=gettext_lazy("To whom a rule applies"),
            rows=_rows,
            columns=_columns,
            shaped=lambda ratings, user, params: rows_of(ratings, _asked(user, params)),
        )
    )


def _asked(user, params: QueryDict) -> Asked:
    key = params.get("rule", "")
    if not key.isdecimal():
        raise Missing
    return asked(user, int(key), params)


def _rows(user, params: QueryDict) -> QuerySet[CountedRating]:
    one = _asked(user, params)
    return in_order(one.listed(one.show), params.get("sort", ""))


def _columns() -> list[Column]:
    return [
        Column("credit_code", _("Unified social credit code"), lambda row: row.rating.entity.credit_code),
        Column("entity", _("Entity"), lambda row: row.rating.entity.name),
        Column("grade_before", _("Grade before"), lambda row: row.was or ""),
        Column("grade_now", _("Grade now"), lambda row: row.now),
        Column("since", _("Since"), lambda row: row.rating.as_of, Kind.DAY),
        Column("district", _("District"), lambda row: row.rating.district),
    ]
