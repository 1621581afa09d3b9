"""The boards by district, industry and department, of watch lists, and of what is to come."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evaluation.boards import pages
from evaluation.lists import CountedPaginator

ROWS = 25


@login_required
@require_safe
def districts(request: HttpRequest) -> HttpResponse:
    """How grades are spread and moved in each district."""
    return render(request, "evaluation/boards/parts.html", pages.parts(request.user, request.GET, "district"))


@login_required
@require_safe
def industries(request: HttpRequest) -> HttpResponse:
    """The same by section of industry."""
    return render(request, "evaluation/boards/parts.html", pages.parts(request.user, request.GET, "section"))


@login_required
@require_safe
def departments(request: HttpRequest) -> HttpResponse:
    """Whose records weigh, and on how many."""
    return render(request, "evaluation/boards/departments.html", pages.departments(request.user, request.GET))


@login_required
@require_safe
def watched(request: HttpRequest) -> HttpResponse:
    """How those stand whom the reader's bodies watch."""
    return render(request, "evaluation/boards/watched.html", pages.watched(request.user, request.GET))


@login_required
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Who moves by themselves in the weeks ahead."""
    shown = pages.calendar(request.user, request.GET)
    page = CountedPaginator(shown["moves"], ROWS, count=shown["count"]).get_page(request.GET.get("page"))
    rows = [pages.move_line(move, shown["board"]) for move in page]
    return render(request, "evaluation/boards/calendar.html", shown | {"page": page, "rows": rows})
