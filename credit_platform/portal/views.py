"""The public look-up, and where each who signs in begins."""

from datetime import datetime, time, timedelta
from functools import wraps
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from agencies.supervision.selectors import rules_for_everybody
from credit_platform.common.errors import Missing
from credit_platform.portal import kept, limits, search, seen, selectors
from credit_platform.portal.stories.models import Story
from credit_platform.portal.stories.selectors import public_stories_of
from entities.commitments.models import Commitment
from entities.commitments.selectors import public_commitments_of
from entities.models import CreditRecord
from entities.policies import CLERK, LEAD, OFFICER, REVIEWER, SUPERVISOR, has_role, is_official
from evaluation.models import CurrentRating
from evaluation.selectors import public_grades_of
from repair import figures

#: Where each official's day begins. Of several roles the first listed decides.
FIRST_PAGES = (
    (LEAD, "governance:city"),
    (SUPERVISOR, "evaluation:board"),
    (REVIEWER, "agencies:review"),
    (CLERK, "agencies:desk"),
)
KEPT_SECONDS = 60
RECORDS_PER_PAGE = 50
TOO_MANY_REQUESTS = 429


@require_safe
def first_page(request: HttpRequest) -> HttpResponse:
    """Send each to their work: the first page of their role, their business's own page, or the look-up."""
    if not request.user.is_authenticated:
        return redirect("portal:home")
    if has_role(request.user, OFFICER, REVIEWER, SUPERVISOR) and not is_official(request.user):
        return redirect("associations:member-list")
    for role, page in FIRST_PAGES:
        if has_role(request.user, role):
            return redirect(page)
    return redirect("portal:my-credit")


def public_page(limit: limits.Limit, *, robots: str = ""):
    """A page for everybody: limited by address, and kept by a browser for a minute at most.

    Never beyond midnight, when publicity periods end; and not longer than a minute before, because
    what is repaired or withdrawn has to be gone at once. `robots` keeps search engines from holding
    copies that outlive the record.
    """

    def decorate(view):
        @wraps(view)
        def limited(request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
            if not limit.allows(request):
                return render(request, "429.html", status=TOO_MANY_REQUESTS)
            response = view(request, *args, **kwargs)
            patch_cache_control(response, private=True, max_age=min(KEPT_SECONDS, _seconds_to_midnight()))
            if robots:
                response["X-Robots-Tag"] = robots
            return response

        return require_safe(limited)

    return decorate


def _seconds_to_midnight() -> int:
    now = timezone.localtime()
    midnight = timezone.make_aware(datetime.combine(now.date() + timedelta(days=1), time.min))
    return int((midnight - now).total_seconds())


@public_page(limits.PAGES)
def home(request: HttpRequest) -> HttpResponse:
    """One search box."""
    return render(request, "portal/home.html", {"figures": selectors.city_figures(timezone.localdate())})


@public_page(limits.SEARCH, robots="noindex")
def look_up(request: HttpRequest) -> HttpResponse:
    """What a name, a code or initials find; a whole code leads straight to its entity."""
    query = request.GET.get("q", "").strip()[: search.LONGEST_QUERY]
    found = search.find_public(query)
    if len(found) == 1 and found[0].why == "code":
        return redirect("portal:entity", credit_code=found[0].entity.credit_code)
    context = {
        "query": query,
        "found": found[: search.SHOWN],
        "more": len(found) > search.SHOWN,
        "too_short": search.is_too_short(query),
    }
    return render(request, "portal/search.html", context)


@public_page(limits.PAGES)
def entity(request: HttpRequest, credit_code: str) -> HttpResponse:
    """What is on public record about an entity today; `kept.KeptPages` keeps it for the next who asks."""
    response = render(request, "portal/entity.html", _entity_context(request, credit_code))
    response["X-Robots-Tag"] = seen.robots_for(credit_code)
    # A browser asks each time whether its copy still holds: that costs one statement, and what is repaired is gone at once.
    patch_cache_control(response, max_age=0, must_revalidate=True)
    return response


def _entity_context(request: HttpRequest, credit_code: str) -> dict[str, Any]:
    today = timezone.localdate()
    shown = selectors.entity_by_code(credit_code)
    return {
        "entity": shown,
        "is_self_employed": selectors.is_self_employed(shown),
        "today": today,
        "sections": [] if kept.is_empty(request, CreditRecord) else selectors.sections_of(shown, today),
        "list_lines": selectors.list_lines(shown, today),
        "grades": [] if kept.is_empty(request, CurrentRating) else public_grades_of(shown),
        "commitments": [] if kept.is_empty(request, Commitment) else public_commitments_of(shown, today),
        "stories": [] if kept.is_empty(request, Story) else public_stories_of(shown, today),
    }


@public_page(limits.PAGES, robots="noindex, noarchive")
def entity_records(request: HttpRequest, credit_code: str, kind: str) -> HttpResponse:
    """All public records of one kind, page by page, where the entity's page shows only the newest."""
    today = timezone.localdate()
    shown = selectors.entity_by_code(credit_code)
    if kind not in selectors.SECTIONS:
        raise Missing
    records = selectors.of_kind(selectors.public_records_of(shown, today), selectors.SECTIONS[kind])
    page = Paginator(records, RECORDS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"entity": shown, "kind": selectors.SECTIONS[kind], "page": page, "today": today}
    return render(request, "portal/entity_records.html", context)


@public_page(limits.PAGES)
def cases(request: HttpRequest) -> HttpResponse:
    """How long departments take for cases, how these end and what is overdue: in aggregate, for everybody."""
    found = figures.figures(today=timezone.localdate())
    return render(request, "portal/cases.html", {"figures": found})


@public_page(limits.PAGES)
def methods(request: HttpRequest) -> HttpResponse:
    """How grades come about and how long records are public, printed from the schemes and rules in force."""
    today = timezone.localdate()
    context = {
        "today": today,
        "schemes": selectors.public_schemes(today),
        "rules": selectors.publicity_rules_on(today),
    }
    return render(request, "portal/methods.html", context)


@public_page(limits.PAGES)
def consequences(request: HttpRequest) -> HttpResponse:
    """What is given or refused by grades that are public, each with its law."""
    today = timezone.localdate()
    context = {"today": today, "rules": rules_for_everybody(today)}
    return render(request, "portal/consequences.html", context)
