"""The boards by district, industry and department, of watch lists, and of what is to come."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evaluation.boards import pages
from evaluation.lists import CountedPaginator
from evaluation.schemes.in_force import NoScheme

ROWS = 25


def board_view(name: str) -> Callable[[Callable], Callable]:
    """A board of that URL name: signed in, read only, and told what to do instead while no scheme is in force."""

    def decorate(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
        @login_required
        @require_safe
        @wraps(view)
        def shown(request: HttpRequest) -> HttpResponse:
            try:
                return view(request)
            except NoScheme:
                instead = pages.without_a_scheme(request.user, request.GET, name)
                return render(request, "evaluation/boards/no_scheme.html", instead)

        return shown

    return decorate


@board_view("evaluation:boards:districts")
def districts(request: HttpRequest) -> HttpResponse:
    """How grades are spread and moved in each district."""
    return render(request, "evaluation/boards/parts.html", pages.parts(request.user, request.GET, "district"))


@board_view("evaluation:boards:industries")
def industries(request: HttpRequest) -> HttpResponse:
    """The same by section of industry."""
    return render(request, "evaluation/boards/parts.html", pages.parts(request.user, request.GET, "section"))


@board_view("evaluation:boards:departments")
def departments(request: HttpRequest) -> HttpResponse:
    """Whose records weigh, and on how many."""
    return render(request, "evaluation/boards/departments.html", pages.departments(request.user, request.GET))


@board_view("evaluation:boards:watched")
def watched(request: HttpRequest) -> HttpResponse:
    """How those stand whom the reader's bodies watch."""
    return render(request, "evaluation/boards/watched.html", pages.watched(request.user, request.GET))


@board_view("evaluation:boards:calendar")
def calendar(request: HttpRequest) -> HttpResponse:
    """Who moves by themselves in the weeks ahead."""
    shown = pages.calendar(request.user, request.GET)
    page = CountedPaginator(shown["moves"], ROWS, count=shown["count"]).get_page(request.GET.get("page"))
    rows = [pages.move_line(move, shown["board"]) for move in page]
    return render(request, "evaluation/boards/calendar.html", shown | {"page": page, "rows": rows})
