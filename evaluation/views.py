"""The board, an entity's rating, and the method of each scheme."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from entities.panels import GRADE, panels_for
from entities.policies import roles_of
from evaluation import lists, pages, selectors
from evaluation.any_day import day_page
from evaluation.boards.counting import marks_waiting, nothing_counted
from evaluation.boards.pages import board_tabs
from evaluation.boards.views import board_view
from evaluation.imported import imported_grades
from evaluation.methods import method_of
from evaluation.models import Scheme
from evaluation.schemes.scales import scales
from evaluation.whatif_pages import what_if_page

ROWS = 25


def shell_for(user) -> str:
    """The dark bar for those who work here, the white one for market entities."""
    return "base.html" if roles_of(user) else "base_portal.html"


@board_view("evaluation:board")
def board(request: HttpRequest) -> HttpResponse:
    """The city's grades: how they are spread, who moved, where, and why."""
    asked = lists.asked(request.user, request.GET)
    figures = asked.board.figures()
    count = figures.listed(asked.view, asked.form.chosen_grade)
    found = lists.listed(asked, request.GET.get("sort", ""), count)
    page = lists.CountedPaginator(found, ROWS, count=count).get_page(request.GET.get("page"))
    counting = marks_waiting()
    context = {
        "asked": asked,
        "scheme": asked.board.scheme,
        "is_evaluation": asked.board.scheme.scheme.family == Scheme.Family.EVALUATION,
        "schemes": asked.schemes,
        "figures": figures,
        "classes": pages.class_lanes(figures, asked.board.scheme),
        "pictures": pages.board_pictures(asked.board, figures, asked.period),
        "tabs": pages.board_tabs(request.GET, figures, asked.view),
        "boards": board_tabs(request.GET, "evaluation:board"),
        "periods": pages.period_tabs(request.GET, asked.period),
        "scheme_tabs": pages.scheme_tabs(request.GET, asked.schemes, asked.board.scheme),
        "heat": pages.heat_table(asked.board.heat(), request.GET, asked.board.scale),
        "page": page,
        "rows": list(asked.board.listed(page)),
        "waiting": selectors.entities_waiting(),
        "counting": counting,
        "nothing_counted": counting and nothing_counted(),
    }
    return render(request, "evaluation/board.html", context)


@login_required
@require_safe
def entity_rating(request: HttpRequest, credit_code: str) -> HttpResponse:
    """One entity's grade under one scheme: what it is, why, what moved it, what moves it next."""
    today = timezone.localdate()
    page = pages.rating_page(
        user=request.user,
        credit_code=credit_code,
        scheme_code=request.GET.get("scheme", ""),
        today=today,
        params=request.GET,
    )
    context = {
        "page": page,
        "panels": panels_for(request.user, GRADE),
        "shell": shell_for(request.user),
    }
    return render(request, "evaluation/entity_rating.html", context)


@login_required
@require_safe
def entity_what_if(request: HttpRequest, credit_code: str) -> HttpResponse:
    """What the grade would be with records repaired and another one come; only the answer for htmx. Saves nothing."""
    page = what_if_page(
        user=request.user, credit_code=credit_code, params=request.GET, today=timezone.localdate()
    )
    template = "evaluation/_what_if.html" if request.htmx else "evaluation/what_if.html"
    return render(request, template, {"page": page, "shell": shell_for(request.user)})


@login_required
@require_safe
def entity_any_day(request: HttpRequest, credit_code: str) -> HttpResponse:
    """The grade of a past day worked out again, as known then or later, beside what was given on it."""
    page = day_page(
        user=request.user, credit_code=credit_code, params=request.GET, today=timezone.localdate()
    )
    status = 422 if page.form.errors else 200
    context = {"page": page, "shell": shell_for(request.user)}
    return render(request, "evaluation/on_a_day.html", context, status=status)


@login_required
@require_safe
def entity_panel(request: HttpRequest, credit_code: str) -> HttpResponse:
    """The grade on the registry's page of the entity: a fragment for htmx, a whole page otherwise."""
    today = timezone.localdate()
    entity = selectors.entity_to_be_graded(request.user, credit_code)
    panel = pages.rating_panel(user=request.user, entity=entity, today=today)
    template = "evaluation/_entity_panel.html" if request.htmx else "evaluation/entity_panel.html"
    context = {
        "entity": entity,
        "panel": panel,
        "imported": imported_grades(request.user, entity, today),
        "shell": shell_for(request.user),
    }
    return render(request, template, context)


@require_safe
def scheme(request: HttpRequest, code: str) -> HttpResponse:
    """The method of a scheme, printed from its document and from the kinds of indicator that it uses.

    As it is in force, or, before the scheme begins, as it will be; `?version=` asks for another published one.
    """
    one = selectors.scheme_to_read(request.user, code, request.GET.get("version", ""), timezone.localdate())
    context = {
        "scheme": one.in_force,
        "versions": one.versions,
        "standing": one.standing,
        "method": method_of(one.in_force.document),
        "is_evaluation": one.in_force.scheme.family == Scheme.Family.EVALUATION,
        "shell": shell_for(request.user),
    }
    return render(request, "evaluation/scheme.html", context)


@require_safe
def grade_scales(request: HttpRequest) -> HttpResponse:
    """The scales of grades that others give, from which day to which, and what a grade of one means on another."""
    known, day = scales(), timezone.localdate()
    context = {
        "scales": [
            {"scale": one, "grades": [one.called(letter) for letter in one.letters], "holds": one.holds(day)}
            for one in known.scales
        ],
        "mappings": [
            {
                "mapping": one,
                "before": known.scale(one.scale),
                "onto": known.scale(one.onto),
                "holds": one.holds(day),
                "pairs": [
                    (known.scale(one.scale).called(before), known.scale(one.onto).called(after))
                    for before, after in one.letters.items()
                ],
            }
            for one in known.mappings
        ],
        "shell": shell_for(request.user),
    }
    return render(request, "evaluation/scales.html", context)


@require_safe
def scheme_document(request: HttpRequest, code: str) -> JsonResponse:
    """The document itself, as the kernel reads it; of the same versions as the page."""
    one = selectors.scheme_to_read(request.user, code, request.GET.get("version", ""), timezone.localdate())
    return JsonResponse(one.in_force.version.document, json_dumps_params={"ensure_ascii": False, "indent": 2})
