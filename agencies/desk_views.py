"""My desk: what is to be done, due first."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from agencies import desk as desks, lists, policies, selectors
from credit_platform.ui.charts import deadline_month
from entities.models import Submission

ROWS_ON_A_PAGE = 25


@login_required
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """All that waits for the reader, from every lane, with the deadlines as a calendar."""
    policies.may_see_desk(request.user).require()
    user, today = request.user, timezone.localdate()
    calendar = selectors.calendar_for(user)
    board, order = lists.desk_asked(user, request.GET), lists.order_asked(request.GET)
    context = {
        "board": board,
        "title": board.chosen.label if board.current else _("Due first"),
        "lanes": [
            {"lane": lane, "url": _desk_url(lane.code, order), "current": lane.code == board.current}
            for lane in (board.everything, *board.lanes)
        ],
        "orders": [
            {"label": label, "url": _desk_url(board.current, code), "current": code == order}
            for code, label in (
                (desks.BY_DEADLINE, _("By deadline")),
                (desks.BY_ENTITY, _("By entity")),
                (desks.BY_TYPE, _("By type")),
            )
        ],
        "page": Paginator(board.rows, ROWS_ON_A_PAGE).get_page(request.GET.get("page")),
        "today": today,
        "month": deadline_month(today, board.due, is_working_day=calendar.is_working_day),
        "provisional": not calendar.knows(today),
        "offers": selectors.offers_for(user),
        "uploads": _with_progress(selectors.uploads_of(user)),
        "may_enter": policies.may_enter(user),
    }
    return render(request, "agencies/desk.html", context)


@login_required
@require_GET
def desk_punctuality(request: HttpRequest) -> HttpResponse:
    """How punctual the reader's departments are this month; the desk fetches it, because it counts many records."""
    policies.may_see_desk(request.user).require()
    today = timezone.localdate()
    figures = selectors.punctuality(request.user, today, selectors.calendar_for(request.user))
    template = "agencies/_punctuality.html" if request.htmx else "agencies/punctuality.html"
    return render(request, template, {"punctuality": figures})


@login_required
@require_GET
def desk_uploads(request: HttpRequest) -> HttpResponse:
    """The card "My uploads" as it now stands; it asks again by itself while a file is in work."""
    policies.may_enter(request.user).require()
    return render(
        request, "agencies/_uploads.html", {"uploads": _with_progress(selectors.uploads_of(request.user))}
    )


def _desk_url(lane: str, order: str) -> str:
    chosen = {"lane": lane, "order": order if order != desks.BY_DEADLINE else ""}
    query = urlencode({name: value for name, value in chosen.items() if value})
    return f"{reverse('agencies:desk')}?{query}" if query else reverse("agencies:desk")


def _with_progress(uploads) -> dict:
    """The uploads with how far each has come, in percent, and whether any of them is still in work."""
    rows = [
        {
            "submission": upload,
            "percent": round(100 * upload.rows_worked / upload.rows_total) if upload.rows_total else 0,
            "working": upload.state in Submission.IN_WORK,
        }
        for upload in uploads
    ]
    return {"rows": rows, "working": any(row["working"] for row in rows)}
