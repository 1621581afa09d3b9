from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from credit_platform.common.errors import Missing
from credit_platform.common.services import current_calendar
from credit_platform.governance import policies, selectors
from repair.selectors import rows_of

DISTRICTS_SHOWN = 12


@login_required
@require_safe
def city(request: HttpRequest) -> HttpResponse:
    """The whole city for the lead office: who submits what and how well, which cases are late, which appeals wait."""
    if not policies.may_see_city(request.user):
        raise Missing
    today = timezone.localdate()
    entities = selectors.entity_figures(day=today)
    context = {
        "today": today,
        "period_days": selectors.PERIOD.days,
        "bodies": selectors.figures_of_bodies(day=today),
        "cases": selectors.case_figures(user=request.user, day=today),
        "appeals": rows_of(
            selectors.appeals_waiting(user=request.user)[: selectors.APPEALS_SHOWN], user=request.user
        ),
        "overdue": rows_of(
            selectors.overdue_cases(user=request.user, day=today)[: selectors.APPEALS_SHOWN],
            user=request.user,
        ),
        "entities": entities,
        "districts": entities.by_district[:DISTRICTS_SHOWN],
        "calendar_is_known": current_calendar().knows(today),
    }
    return render(request, "governance/city.html", context)
