"""Pages of connected systems: which there are, a new one, its secret once, and its end."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credit_platform.common.errors import InvalidInput, Missing
from entities.systems import policies, selectors, services
from entities.systems.forms import SystemForm


def _require_manager(user) -> None:
    if not policies.manages_systems(user):
        raise Missing


@login_required
@require_safe
def system_list(request: HttpRequest) -> HttpResponse:
    """The systems that the reader manages."""
    _require_manager(request.user)
    context = {"systems": list(selectors.systems_for_list(user=request.user))}
    return render(request, "entities/systems/list.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def system_new(request: HttpRequest) -> HttpResponse:
    """Connect a system; the answer shows its secret, once."""
    _require_manager(request.user)
    bodies = selectors.bodies_to_connect(user=request.user)
    form = SystemForm(request.POST if request.method == "POST" else None, bodies=bodies)
    if form.is_valid():
        try:
            credentials = services.connect_system(by=request.user, **form.cleaned_data)
        except InvalidInput as refused:
            for name, sentences in refused.problems.items():
                form.add_error(name, sentences)
        else:
            return _secret_page(request, credentials)
    return render(request, "entities/systems/new.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@never_cache
@require_POST
def system_renew(request: HttpRequest, system_id: int) -> HttpResponse:
    """A new secret, shown once; the old one ends at once."""
    return _secret_page(request, services.renew_secret(by=request.user, system_id=system_id))


def _secret_page(request: HttpRequest, credentials: services.Credentials) -> HttpResponse:
    context = {
        "credentials": credentials,
        "token_url": request.build_absolute_uri(reverse("oauth2-token")),
        "api_url": request.build_absolute_uri("/api/v1/"),
    }
    return render(request, "entities/systems/secret.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def system_revoke(request: HttpRequest, system_id: int) -> HttpResponse:
    """Disconnect a system; asks first."""
    system = selectors.systems_for_list(user=request.user).filter(pk=system_id, revoked_at=None).first()
    if system is None:
        raise Missing
    if request.method == "POST":
        services.revoke_system(by=request.user, system_id=system_id)
        messages.success(request, _("%(system)s is disconnected.") % {"system": system.name})
        return redirect("systems:list")
    context = {
        "title": _("Disconnect %(system)s?") % {"system": system.name},
        "consequence": _(
            "Its secret and its tokens end at once, and it can no longer send or read anything. What it has sent stays."
        ),
        "action": request.path,
        "verb": _("Disconnect it"),
        "keep": _("Keep it"),
        "back_url": reverse("systems:list"),
        "form": None,
        "danger": True,
    }
    return render(request, "ui/confirm.html", context)
