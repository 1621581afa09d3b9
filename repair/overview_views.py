"""Pages over many cases."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from repair import deadline_calendar, policies


@login_required
@require_GET
def deadlines(request: HttpRequest) -> HttpResponse:
    """What is due in the cases that this reader sees: a calendar, and day by day."""
    today = timezone.localdate()
    context = {
        "shell": "base.html" if policies.works_on_cases(request.user) else "base_portal.html",
        "page": deadline_calendar.deadlines_of(user=request.user, today=today),
        "today": today,
    }
    return render(request, "repair/deadlines.html", context)
