"""The list of inspections due as its address asks for it: the page and the files made of it take the same."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.expressions import Combinable
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from agencies.supervision import policies, selectors
from agencies.supervision.beforehand import kept
from agencies.supervision.forms import DueForm, When
from agencies.supervision.models import DueCell, DueInspection, DueTerms, SupervisionRule
from agencies.supervision.rules import rules_on
from agencies.supervision.selectors import Plan
from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from entities.models import SubmittingBody
from entities.naming import name_key
from entities.sharing import exports
from evaluation.boards.models import CountedRating
from evaluation.industries import SECTIONS
from evaluation.selectors import districts

#: What the list may be sorted by; those alike stand as they came into the registry.
SORTS = {
    "due": ("due_on",),
    "grade": ("place", "due_on"),
    "name": ("name_key",),
    "last": ("last_on",),
    "district": ("district", "due_on"),
}
NAME = "name"
#: Never inspected comes before all days, and after them where the newest stand first.
MAY_LACK = {"last_on"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; without a plan there is nothing that could be due."""

    body: SubmittingBody
    bodies: list[SubmittingBody]
    plans: list[Plan]
    plan: Plan | None
    form: DueForm | None
    today: date
    #: Under which its inspections are worked out beforehand; None where they are counted when they are asked for.
    kept: DueTerms | None = None


def asked(user, params: QueryDict) -> Asked:
    """Raises `Missing` for whom the list is not: it is of departments and of the lead office."""
    bodies = selectors.departments_for(user)
    if not policies.may_see_rules(user) or not bodies:
        raise Missing
    today, book = timezone.localdate(), rules_on(timezone.localdate())
    body = next((one for one in bodies if one.code == params.get("body")), None)
    if body is None:
        # The first that inspects by any rule at all.
        body = next((one for one in bodies if book.schemes_of_inspections(one.pk)), bodies[0])
    plans = selectors.plans_for(body, today, book)
    plan = next((one for one in plans if one.scheme.scheme.code == params.get("scheme")), None)
    plan = plan or next((one for one in plans if one.with_term), plans[0] if plans else None)
    form = DueForm(params, plan=plan, districts=districts()) if plan else None
    return Asked(body, bodies, plans, plan, form, today, kept(plan) if plan and plan.with_term else None)


def narrowed(found: QuerySet[Any], one: Asked) -> QuerySet[Any]:
    """The inspections of the part of the city that is asked for, whenever they are due."""
    form, letters = one.form, one.plan.scheme.compiled.letters
    if grade := form.asked("grade"):
        found = found.filter(place=letters.index(grade))
    for name in ("district", "section"):
        if wanted := form.asked(name):
            found = found.filter(**{name: wanted})
    if words := form.asked("q").strip():
        found = found.filter(
            Q(entity__credit_code__startswith=words.upper()) | Q(entity__name_key__contains=name_key(words))
        )
    return found


def due_within(when: str, today: date) -> Q:
    """The days that a word means."""
    match when:
        case When.OVERDUE:
            return Q(due_on__lt=today)
        case When.SOON:
            return Q(due_on__gte=today, due_on__lte=selectors.soon(today))
        case When.LATER:
            return Q(due_on__gt=selectors.soon(today))
    return Q()


def listed(user, one: Asked, sort: str) -> QuerySet[CountedRating]:
    """The inspections in their order: what is overdue longest first, unless another is asked for."""
    found = narrowed(selectors.inspections_due(user=user, plan=one.plan), one)
    return found.filter(due_within(one.form.asked("when"), one.today)).order_by(*_order(sort))


def _order(sort: str) -> list[Combinable | str]:
    down = sort.startswith("-")
    columns = SORTS.get(sort.removeprefix("-"), SORTS["due"])
    first, lacks = F(columns[0]), True if columns[0] in MAY_LACK else None
    return [
        # An index serves the others only where nothing is said of what none of them lacks.
        first.desc(nulls_last=lacks) if down else first.asc(nulls_first=lacks),
        *columns[1:],
        "-entity" if down else "entity",
    ]


def entities_listed(user, one: Asked, sort: str) -> QuerySet[Any, Any]:
    """The entities of the list in its order, by their keys: from what is worked out beforehand where it is.

    A page is chosen by keys alone: to sort a million entities with their addresses takes three times as long.
    """
    if one.kept is None:
        return listed(user, one, sort).values_list("entity_id", flat=True)
    found = narrowed(DueInspection.objects.visible_to(user).filter(terms=one.kept), one)
    found = found.filter(due_within(one.form.asked("when"), one.today))
    if sort.removeprefix("-") != NAME:
        return found.order_by(*_order(sort)).values_list("entity_id", flat=True)
    # Names stand with the ratings, in their order.
    rated = CountedRating.objects.visible_to(user).filter(
        Exists(found.filter(entity=OuterRef("entity"))), scheme=one.plan.scheme.scheme
    )
    return rated.order_by(*_order(sort)).values_list("entity_id", flat=True)


def with_all(user, one: Asked, keys: Iterable[int]) -> list[CountedRating]:
    """The inspections of these entities with all that a row shows, in this order."""
    wanted = list(keys)
    rows = selectors.inspections_due(user=user, plan=one.plan).filter(entity__in=wanted)
    found = {row.entity_id: row for row in rows}
    return [found[key] for key in wanted if key in found]


def counts(user, one: Asked) -> dict[str, int]:
    """How many of the asked part of the city are due when, and how many were never inspected; one query."""
    if one.kept is None:
        return _counted(narrowed(selectors.inspections_due(user=user, plan=one.plan), one), one)
    if not any(one.form.asked(name) for name in ("district", "section", "q")):
        return _summed(user, one)
    return _counted(narrowed(DueInspection.objects.visible_to(user).filter(terms=one.kept), one), one)


def _counted(found: QuerySet[Any], one: Asked) -> dict[str, int]:
    figures = {str(when): Count("entity", filter=due_within(when, one.today)) for when in When}
    return found.order_by().aggregate(**figures, never=Count("entity", filter=Q(last_on=None)))


def _summed(user, one: Asked) -> dict[str, int]:
    """The same from the cells, of the whole list or of one grade."""
    cells = DueCell.objects.visible_to(user).filter(terms=one.kept)
    if grade := one.form.asked("grade"):
        cells = cells.filter(place=one.plan.scheme.compiled.letters.index(grade))
    figures = {str(when): Sum("count", filter=due_within(when, one.today), default=0) for when in When}
    return cells.aggregate(**figures, never=Sum("count", filter=Q(never=True), default=0))


@dataclass(frozen=True, slots=True)
class Row:
    """One entity with its inspection due, and the rule that says so."""

    rating: CountedRating
    grade: str
    rule: SupervisionRule
    #: Days until it is due; negative where it is overdue.
    days_left: int


def rows_of(ratings: Iterable[Any], one: Asked) -> Iterator[Row]:
    for rating in ratings:
        grade = one.plan.scheme.compiled.letters[rating.place]
        yield Row(rating, grade, one.plan.rules[grade], (rating.due_on - one.today).days)


def offer() -> None:
    """Offer the list as a file; called once, when the apps are loaded."""
    exports.register(
        exports.Export(
            code="inspections-due",
            title=gettext_lazy("Inspections due"),
            rows=_rows,
            columns=_columns,
            shaped=lambda ratings, user, params: rows_of(ratings, asked(user, params)),
        )
    )


def _rows(user, params: QueryDict) -> QuerySet[CountedRating]:
    one = asked(user, params)
    return listed(user, one, params.get("sort", "")) if one.plan else CountedRating.objects.none()


def _columns() -> list[Column]:
    return [
        Column("credit_code", _("Unified social credit code"), lambda row: row.rating.entity.credit_code),
        Column("entity", _("Entity"), lambda row: row.rating.entity.name),
        Column("scheme", _("Scheme"), lambda row: row.rule.scheme.name),
        Column("family", _("Kind of grade"), lambda row: row.rule.scheme.get_family_display()),
        Column("grade", _("Grade"), lambda row: row.grade),
        Column("last_inspected", _("Last inspected"), lambda row: row.rating.last_on, Kind.DAY),
        Column("due", _("Due by"), lambda row: row.rating.due_on, Kind.DAY),
        Column("days_left", _("Days left"), lambda row: row.days_left, Kind.WHOLE),
        Column("rule", _("Supervision rule"), lambda row: str(row.rule)),
        Column(
            "every_months",
            _("At the latest every so many months"),
            lambda row: row.rule.every_months,
            Kind.WHOLE,
        ),
        Column("legal_basis", _("Legal basis"), lambda row: f"{row.rule.instrument} {row.rule.article}"),
        Column("district", _("District"), lambda row: row.rating.entity.district),
        Column("industry", _("Industry"), lambda row: str(SECTIONS.get(row.rating.section, ""))),
    ]
