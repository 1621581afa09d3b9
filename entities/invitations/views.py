"""Pages of invitations: parse, call, render."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from credit_platform.common.errors import InvalidInput, Missing
from credit_platform.common.limits import Limit
from entities.forms import show_problems
from entities.invitations import selectors, services
from entities.invitations.forms import AskForm, InviteAgentForm, NewAccountForm
from entities.invitations.models import Invitation
from entities.models import Entity
from entities.policies import entities_of
from entities.views import shell_for

GONE, TOO_MANY_REQUESTS = 410, 429
#: Of one address; the mails to one business have a limit of their own, which is not told.
ASKING = Limit("invitations", amount=10, seconds=3600)


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


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Have an invitation sent to the registered contact of one's business. The answer tells nothing of it."""
    form = AskForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if not ASKING.allows(request):
            return render(request, "429.html", status=TOO_MANY_REQUESTS)
        services.ask_for_invitation(credit_code=form.cleaned_data["credit_code"])
        return render(request, "entities/invitations/asked.html")
    return render(
        request, "entities/invitations/ask.html", {"form": form}, status=422 if form.errors else 200
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def agents(request: HttpRequest, credit_code: str) -> HttpResponse:
    """Who acts for a business and who is invited to; POST invites somebody."""
    entity = selectors.entity_to_keep(request.user, credit_code)
    acts_for_it = entity.pk in entities_of(request.user)
    form = InviteAgentForm(request.POST if request.method == "POST" else None, acts_for_it=acts_for_it)
    if form.is_valid():
        try:
            services.invite_agent(by=request.user, entity=entity, **form.cleaned_data)
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("The invitation is on its way."))
            return redirect("invitations:agents", credit_code=entity.credit_code)
    context = {
        "entity": entity,
        "agents": selectors.agents_of(entity),
        "invitations": selectors.open_to_entity(user=request.user, entity=entity),
        "form": form,
        "acts_for_it": acts_for_it,
        "shell": shell_for(request.user),
    }
    return render(request, "entities/invitations/agents.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, credit_code: str, agent_id: int) -> HttpResponse:
    """End that somebody acts for a business; asks first."""
    entity = selectors.entity_to_keep(request.user, credit_code)
    agent = selectors.agents_of(entity).filter(pk=agent_id).first()
    if agent is None:
        raise Missing
    if request.method == "POST":
        services.revoke_agent(by=request.user, entity=entity, agent_id=agent_id)
        messages.success(request, _("%(person)s no longer acts for the business.") % {"person": agent.user})
        return _back(request, entity, left=agent.user_id == request.user.pk)
    context = {
        "title": _("Shall %(person)s act for %(entity)s no longer?")
        % {"person": agent.user, "entity": entity},
        "consequence": _(
            "It holds at once: nothing of the business is seen any more, and nothing is filed for it. "
            "Whoever is to act for it again is invited again."
        ),
        "action": request.path,
        "verb": _("End it"),
        "back_url": reverse("invitations:agents", args=[entity.credit_code]),
        "form": None,
        "danger": True,
        "shell": shell_for(request.user),
    }
    return render(request, "ui/confirm.html", context)


@login_required
@require_POST
def withdraw(request: HttpRequest, credit_code: str, invitation_id: int) -> HttpResponse:
    """Take back an invitation to act for the business."""
    entity, invitation = _open_to(request, credit_code, invitation_id)
    services.withdraw(by=request.user, invitation_id=invitation.pk)
    messages.success(request, _("The invitation is withdrawn."))
    return redirect("invitations:agents", credit_code=entity.credit_code)


@login_required
@require_POST
def send_again(request: HttpRequest, credit_code: str, invitation_id: int) -> HttpResponse:
    """Send the mail of an invitation to act for the business once more."""
    entity, invitation = _open_to(request, credit_code, invitation_id)
    services.send_again(by=request.user, invitation_id=invitation.pk)
    said = _("The invitation goes to %(email)s again; only the newest mail can be used.")
    messages.success(request, said % {"email": invitation.email})
    return redirect("invitations:agents", credit_code=entity.credit_code)


def _open_to(request: HttpRequest, credit_code: str, invitation_id: int) -> tuple[Entity, Invitation]:
    entity = selectors.entity_to_keep(request.user, credit_code)
    invitation = selectors.open_to_entity(user=request.user, entity=entity).filter(pk=invitation_id).first()
    if invitation is None:
        raise Missing
    return entity, invitation


def _back(request: HttpRequest, entity: Entity, *, left: bool) -> HttpResponse:
    """To the people of the business, or, for who has just left it, to the first page."""
    if left:
        return redirect("home")
    return redirect("invitations:agents", credit_code=entity.credit_code)


def _private(response: HttpResponse) -> HttpResponse:
    """A page at an address that only one person has: found by no search, and told to no other site."""
    response["X-Robots-Tag"] = "noindex, noarchive"
    # Not "no-referrer": with that a browser sends its form without saying whence, and is refused for it.
    response["Referrer-Policy"] = "same-origin"
    return response
