"""Pages of the access log: for bodies and the lead office, and for the entity itself."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from credit_platform.common.errors import Missing
from entities import policies as registry
from entities.sharing import lists, policies, selectors

ROWS = 50


@login_required
@require_safe
def look_list(request: HttpRequest) -> HttpResponse:
    """What one's own people looked at; for the lead office, what everybody did."""
    if not policies.may_see_looks(request.user):
        raise Missing
    everything = registry.is_lead(request.user)
    found = lists.looks_asked(request.user, request.GET)
    page = Paginator(found.qs, ROWS).get_page(request.GET.get("page"))
    context = {
        "filter": found,
        "page": page,
        "looks": selectors.as_looks(page, user=request.user),
        "everything": everything,
        "keeps_receivers": policies.keeps_receivers(request.user),
    }
    return render(request, "entities/sharing/look_list.html", context)


@login_required
@require_safe
def who_looked(request: HttpRequest) -> HttpResponse:
    """Who looked at the user's entity; of several, the first by name."""
    mine = selectors.own_entities(request.user)
    if not mine:
        raise Missing
    return redirect("sharing:who-looked-at", credit_code=mine[0].credit_code)


@login_required
@require_safe
def who_looked_at(request: HttpRequest, credit_code: str) -> HttpResponse:
    """Which bodies were shown what is not public about one's own entity, when, and by what way."""
    entity = selectors.own_entity(request.user, credit_code)
    looks = selectors.looks_at_entity(user=request.user, entity=entity)
    page = Paginator(looks, ROWS).get_page(request.GET.get("page"))
    context = {
        "entity": entity,
        "entities": selectors.own_entities(request.user),
        "page": page,
        "looks": selectors.as_looks(page, user=request.user),
        "short": selectors.looks_in_short(looks),
    }
    return render(request, "entities/sharing/who_looked.html", context)
