"""The page of a market entity's own agent."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from credit_platform.portal import own


@login_required
@require_safe
def my_credit(request: HttpRequest) -> HttpResponse:
    """The page of the user's entity; of several, the first by name."""
    entities = own.entities_of_agent(request.user)
    if not entities:
        return render(request, "portal/no_entity.html")
    return redirect("portal:my-credit-of", credit_code=entities[0].credit_code)


@login_required
@require_safe
def my_credit_of(request: HttpRequest, credit_code: str) -> HttpResponse:
    """One entity's own credit: its grade in plain words, what stands on record, what can be repaired."""
    today = timezone.localdate()
    entity = own.own_entity(request.user, credit_code)
    context = {
        "page": own.own_credit(user=request.user, entity=entity, today=today),
        "entity": entity,
        "entities": own.entities_of_agent(request.user),
        "today": today,
    }
    return render(request, "portal/my_credit.html", context)
