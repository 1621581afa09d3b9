"""An entity's own reports, the codes that it lends, and who used them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from credit_platform.common.errors import InvalidInput
from credit_platform.portal import own as own_credit
from credit_platform.portal.credit_reports import selectors, services
from credit_platform.portal.credit_reports.forms import LendForm
from entities.forms import show_problems


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest, credit_code: str) -> HttpResponse:
    """What the entity has handed out; POST makes its report of today."""
    entity = own_credit.own_entity(request.user, credit_code)
    if request.method == "POST":
        issued = services.issue_own_report(by=request.user, entity=entity)
        return redirect("credit_reports:report", number=issued.number)
    context = {"entity": entity, "page": selectors.own_reports(user=request.user, entity=entity)}
    return render(request, "portal/credit_reports/own.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lend(request: HttpRequest, credit_code: str) -> HttpResponse:
    """A new code; the answer shows it, once."""
    entity = own_credit.own_entity(request.user, credit_code)
    form = LendForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            lent = services.lend_code(by=request.user, entity=entity, **form.cleaned_data)
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            context = {
                "entity": entity,
                "lent": lent,
                "address": request.build_absolute_uri(reverse("credit_reports:home")),
            }
            return render(request, "portal/credit_reports/lent.html", context)
    context = {"entity": entity, "form": form}
    return render(request, "portal/credit_reports/lend.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, credit_code: str, code_id: int) -> HttpResponse:
    """End a code; asks first."""
    entity = own_credit.own_entity(request.user, credit_code)
    code = selectors.code_of(user=request.user, entity=entity, code_id=code_id)
    back_url = reverse("credit_reports:own", args=(entity.credit_code,))
    if request.method == "POST":
        services.revoke_code(by=request.user, entity=entity, code_id=code_id)
        messages.success(request, _("The code %(code)s opens nothing any more.") % {"code": code})
        return redirect(back_url)
    context = {
        "title": _("End the code for %(whom)s?") % {"whom": code.for_whom},
        "consequence": _(
            "It opens nothing from now on, and reports that were opened with it are no longer shown. A PDF that "
            "somebody has taken stays with them."
        ),
        "action": request.path,
        "verb": _("End the code"),
        "back_url": back_url,
        "form": None,
        "danger": True,
        "shell": "base_portal.html",
    }
    return render(request, "ui/confirm.html", context)
