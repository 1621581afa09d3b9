"""Pages of random draws: those that were made, one of them, and a new one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from agencies.supervision import draw_lists, drawing, lists, policies, selectors
from agencies.supervision.forms import DrawForm
from credit_platform.common.errors import InvalidInput, WrongState
from credit_platform.ui.formats import number
from entities.forms import show_problems

PER_PAGE = 25


@login_required
@require_safe
def draw_list(request: HttpRequest) -> HttpResponse:
    """The draws of the reader's departments, of all for the lead office; the newest first."""
    found = selectors.draws_for_list(user=request.user)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "agencies/supervision/draws.html", {"page": page})


@login_required
@require_safe
def draw(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Who was drawn, by which seed, and who of them was inspected since; `?again=1` works it out once more."""
    one = selectors.draw_for(user=request.user, draw_id=draw_id)
    page = Paginator(draw_lists.drawn_of(one, request.GET.get("sort", "")), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "draw": one,
        "page": page,
        "rows": list(draw_lists.rows_of(page, one)),
        "pots": sorted(one.pots.items()),
        "inspected": draw_lists.inspected_of(one),
        "drawn": sum(pot["drawn"] for pot in one.pots.values()),
        "again": drawing.draw_again(user=request.user, draw=one) if "again" in request.GET else None,
    }
    return render(request, "agencies/supervision/draw.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_draw(request: HttpRequest) -> HttpResponse:
    """Draw whom a department inspects, by the rules in force; what is drawn is kept for good."""
    asked = lists.asked(request.user, request.GET)
    policies.may_draw(request.user, asked.body).require()
    if asked.plan is None:
        raise WrongState(
            _("No rule in force says how often this department inspects, so there is nothing to draw by.")
        )
    form = DrawForm(
        request.POST if request.method == "POST" else None,
        plan=asked.plan,
        people=selectors.people_of(asked.body),
    )
    if form.is_valid():
        try:
            one = drawing.draw_inspections(by=request.user, wanted=form.wanted())
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            drawn = sum(pot["drawn"] for pot in one.pots.values())
            messages.success(
                request,
                ngettext("%(count)s entity is drawn.", "%(count)s entities are drawn.", drawn)
                % {"count": number(drawn)},
            )
            return redirect("supervision:draw", draw_id=one.pk)
    context = {"asked": asked, "form": form}
    return render(request, "agencies/supervision/new_draw.html", context, status=422 if form.errors else 200)
