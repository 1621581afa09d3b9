"""The board, an entity's rating, and the method of each scheme."""

from collections.abc import Iterator

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from credit_platform.common.errors import Missing
from credit_platform.common.spreadsheets import csv_response
from entities.policies import roles_of
from evaluation import pages, policies, selectors
from evaluation.board import Board, Period, Row, View
from evaluation.forms import NarrowingForm
from evaluation.industries import SECTIONS
from evaluation.methods import method_of
from evaluation.models import CurrentRating, Scheme
from evaluation.schemes.in_force import scheme_for, schemes_for

ROWS = 25
#: What the list may be sorted by; unrated entities stand at the end.
SORTS = {
    "name": F("entity__name_key"),
    "grade": F("place"),
    "points": F("points"),
    "move": F("points") - F("was_points"),
    "district": F("entity__district"),
    "day": F("as_of"),
}
DEFAULT_SORTS = {View.FELL: "move", View.ROSE: "-move", View.ALL: "grade"}


def shell_for(user) -> str:
    """The dark bar for those who work here, the white one for market entities."""
    return "base.html" if roles_of(user) else "base_portal.html"


@login_required
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The city's grades: how they are spread, who moved, where, and why."""
    asked = _asked(request)
    figures = asked.board.figures()
    found = _listed(asked, request.GET.get("sort", ""))
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    context = {
        "asked": asked,
        "scheme": asked.board.scheme,
        "is_evaluation": asked.board.scheme.scheme.family == Scheme.Family.EVALUATION,
        "schemes": asked.schemes,
        "figures": figures,
        "classes": pages.class_lanes(figures, asked.board.scheme),
        "pictures": pages.board_pictures(asked.board, figures, asked.period),
        "tabs": pages.board_tabs(request.GET, figures, asked.view),
        "periods": pages.period_tabs(request.GET, asked.period),
        "scheme_tabs": pages.scheme_tabs(request.GET, asked.schemes, asked.board.scheme),
        "heat": pages.heat_table(asked.board.heat(), request.GET, asked.board.scale),
        "page": page,
        "rows": list(asked.board.listed(page)),
        "waiting": selectors.entities_waiting(),
        "export_url": f"{reverse('evaluation:board-export')}?{request.GET.urlencode()}",
    }
    return render(request, "evaluation/board.html", context)


@login_required
@require_safe
def board_export(request: HttpRequest) -> HttpResponseBase:
    """The list of the board as it is narrowed and sorted, all of it, as a file for a spreadsheet."""
    asked = _asked(request)
    found = _listed(asked, request.GET.get("sort", ""))
    name = f"ratings-{asked.board.scheme.scheme.code}-{asked.board.today:%Y-%m-%d}.csv"
    rows = asked.board.listed(found.iterator(chunk_size=500))
    return csv_response(name, _export_head(), _export_lines(rows))


def _asked(request: HttpRequest) -> "pages.Asked":
    """What the address asks for; `Missing` for whom the board is not."""
    if not policies.may_see_board(request.user):
        raise Missing
    today = timezone.localdate()
    schemes = schemes_for(request.user, today)
    scheme = scheme_for(request.user, today, request.GET.get("scheme", ""))
    form = NarrowingForm(request.GET, districts=selectors.districts(), scale=scheme.compiled.letters)
    period = _word(Period, request.GET.get("period"), Period.WEEK)
    board = Board(request.user, scheme, today, period.begins(today), form.narrowing)
    return pages.Asked(board, form, period, _word(View, request.GET.get("show"), View.FELL), schemes)


def _word(words, asked: str | None, default):
    return words(asked) if asked in set(words) else default


def _listed(asked: "pages.Asked", sort: str) -> QuerySet[CurrentRating]:
    if sort.removeprefix("-") not in SORTS:
        sort = DEFAULT_SORTS[asked.view]
    column = SORTS[sort.removeprefix("-")]
    order = column.desc(nulls_last=True) if sort.startswith("-") else column.asc(nulls_last=True)
    # With the key behind it, so that pages neither repeat nor lose a row.
    return asked.board.rows(asked.view, asked.form.chosen_grade).order_by(order, "pk")


def _export_head() -> list[str]:
    return [
        _("Unified social credit code"), _("Entity"), _("Grade before"), _("Grade now"), _("Points"), _("Move"),
        _("Records counted"), _("Main reason"), _("Department"), _("District"), _("Industry"), _("Since"),
    ]  # fmt: skip


def _export_lines(rows: Iterator[Row]) -> Iterator[list]:
    for row in rows:
        entity = row.rating.entity
        yield [
            entity.credit_code,
            entity.name,
            row.was,
            row.now,
            "" if row.points is None else row.points,
            "" if row.moved is None else row.moved,
            row.rating.records_counted,
            row.reason.text if row.reason else "",
            row.reason.body if row.reason else "",
            entity.district,
            str(SECTIONS.get(entity.industry_code[:1], "")),
            row.rating.as_of.isoformat(),
        ]


@login_required
@require_safe
def entity_rating(request: HttpRequest, credit_code: str) -> HttpResponse:
    """One entity's grade under one scheme: what it is, why, what moved it, what moves it next."""
    today = timezone.localdate()
    page = pages.rating_page(
        user=request.user, credit_code=credit_code, scheme_code=request.GET.get("scheme", ""), today=today
    )
    return render(request, "evaluation/entity_rating.html", {"page": page, "shell": shell_for(request.user)})


@login_required
@require_safe
def entity_panel(request: HttpRequest, credit_code: str) -> HttpResponse:
    """The grade on the registry's page of the entity: a fragment for htmx, a whole page otherwise."""
    today = timezone.localdate()
    entity = selectors.entity_to_be_graded(request.user, credit_code)
    panel = pages.rating_panel(user=request.user, entity=entity, today=today)
    template = "evaluation/_entity_panel.html" if request.htmx else "evaluation/entity_panel.html"
    return render(request, template, {"entity": entity, "panel": panel, "shell": shell_for(request.user)})


@require_safe
def scheme(request: HttpRequest, code: str) -> HttpResponse:
    """The method of a scheme, printed from its document and from the kinds of indicator that it uses."""
    one = scheme_for(request.user, timezone.localdate(), code)
    context = {
        "scheme": one,
        "method": method_of(one.document),
        "is_evaluation": one.scheme.family == Scheme.Family.EVALUATION,
        "shell": shell_for(request.user),
    }
    return render(request, "evaluation/scheme.html", context)


@require_safe
def scheme_document(request: HttpRequest, code: str) -> JsonResponse:
    """The document itself, as the kernel reads it."""
    one = scheme_for(request.user, timezone.localdate(), code)
    return JsonResponse(one.version.document, json_dumps_params={"ensure_ascii": False, "indent": 2})
