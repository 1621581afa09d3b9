"""Pages of invitations: parse, call, render."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from credit_platform.common.errors import InvalidInput
from entities.forms import show_problems
from entities.invitations import selectors, services
from entities.invitations.forms import NewAccountForm

GONE = 410


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, invitation_code: str) -> HttpResponse:
    """What one is invited to; POST accepts it, signed in or with an account that is made by it."""
    invitation = selectors.by_code(invitation_code)
    if refusal := services.why_not(invitation):
        is_own = request.user.is_authenticated and invitation.accepted_by_id == request.user.pk
        context = {"invitation": invitation, "refusal": refusal, "is_own": is_own}
        return _private(render(request, "entities/invitations/over.html", context, status=GONE))
    form = NewAccountForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and request.user.is_authenticated:
        services.accept(by=request.user, code=invitation_code)
        messages.success(request, _("Accepted."))
        return redirect("home")
    if form.is_valid():
        try:
            services.accept_with_new_account(code=invitation_code, account=form.account())
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("Your account is made. Sign in with it."))
            return redirect("account_login")
    context = {"invitation": invitation, "form": form, "path": request.path}
    status = 422 if form.errors else 200
    return _private(render(request, "entities/invitations/accept.html", context, status=status))


def _private(response: HttpResponse) -> HttpResponse:
    """A page at an address that only one person has: found by no search, and told to no other site."""
    response["X-Robots-Tag"] = "noindex, noarchive"
    response["Referrer-Policy"] = "no-referrer"
    return response
