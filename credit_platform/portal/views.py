from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from entities.policies import CLERK, LEAD, OFFICER, REVIEWER, SUPERVISOR, has_role

#: Where each role's day begins. Of several roles the first listed decides.
FIRST_PAGES = (
    (LEAD, "governance:city"),
    (SUPERVISOR, "evaluation:board"),
    (REVIEWER, "agencies:review"),
    (CLERK, "agencies:desk"),
    (OFFICER, "associations:member-list"),
)


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Send each to their work: the first page of their role, or their business's own page."""
    for role, page in FIRST_PAGES:
        if has_role(request.user, role):
            return redirect(page)
    return redirect("portal:my-credit")
