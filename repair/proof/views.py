"""Pages of confirmations: parse, call, render."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credit_platform.common.errors import InvalidInput
from entities import looks
from repair.proof import lists, policies, selectors, services
from repair.proof.forms import ExcuseForm

PER_PAGE = 50


@login_required
@require_safe
def confirmation_list(request: HttpRequest) -> HttpResponse:
    """What the reader's bodies are to confirm; what waits everywhere, for whoever may know of it."""
    found = lists.confirmations_asked(request.user, request.GET)
    lead, view = policies.watches_over_all(request.user), lists.view_asked(request.user, request.GET)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": selectors.rows_of(page, user=request.user),
        "ours": not view,
        "everywhere": view == lists.EVERYWHERE,
        "settled": view == lists.SETTLED,
        "figures": selectors.figures() if lead else None,
        "differences": sum(count for _kind, _label, count in selectors.difference_counts()) if lead else 0,
    }
    return render(request, "repair/proof/list.html", context)


@login_required
@require_POST
def confirm(request: HttpRequest, key) -> HttpResponse:
    """Say that one's body has taken the record out."""
    confirmed = services.confirm(by=request.user, key=key)
    messages.success(request, _("Confirmed for %(body)s.") % {"body": confirmed.body})
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """To the page on which the button stood: a case's, or the list."""
    onwards = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        onwards, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(onwards if safe else "proof:list")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def excuse(request: HttpRequest, key) -> HttpResponse:
    """Ask why the case may be closed without this confirmation, and excuse it."""
    confirmation = selectors.confirmation_for(user=request.user, key=key)
    policies.may_excuse(request.user, confirmation).require()
    form, status = ExcuseForm(), 200
    if request.method == "POST":
        form, status = ExcuseForm(request.POST), 422
        if form.is_valid():
            try:
                services.excuse(by=request.user, key=key, because=form.cleaned_data["because"])
            except InvalidInput as refusal:
                form.take(refusal)
            else:
                messages.success(request, _("Excused; the case no longer waits for it."))
                return redirect("repair:case-detail", number=confirmation.effect.case.number)
    context = {"confirmation": confirmation, "form": form, "name": selectors.name_of(confirmation)}
    return render(request, "repair/proof/excuse.html", context, status=status)


@login_required
@require_safe
def differences(request: HttpRequest) -> HttpResponse:
    """What is public otherwise than it may be, as the last daily comparison found it."""
    kind = request.GET.get("kind", "")
    found = selectors.differences_for_list(user=request.user, kind=kind)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    looks.note([row.record for row in page])
    context = {"page": page, "counts": selectors.difference_counts(), "kind": kind}
    return render(request, "repair/proof/differences.html", context)
