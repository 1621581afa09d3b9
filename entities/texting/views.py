"""The page of one's own number: parse, call, render. Whoever signs in has one, and only their own."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from credit_platform.common.errors import InvalidInput
from entities.forms import show_problems
from entities.texting import selectors, services
from entities.texting.forms import CodeForm, NumberForm


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own_number(request: HttpRequest) -> HttpResponse:
    """Where texts go, or the form to name a number."""
    if request.method != "POST":
        return _show(request)
    form = NumberForm(request.POST)
    if not form.is_valid():
        return _show(request, form=form)
    try:
        services.give_number(by=request.user, typed=form.cleaned_data["number"])
    except InvalidInput as refusal:
        show_problems(form, refusal)
        return _show(request, form=form)
    return redirect("texting:number")


@login_required
@require_POST
def another_code(request: HttpRequest) -> HttpResponse:
    """Send a new code."""
    try:
        services.send_another_code(by=request.user)
    except InvalidInput as refusal:
        form = CodeForm({})
        form.errors.clear()
        form.add_error(None, refusal.problems["number"])
        return _show(request, code_form=form)
    messages.success(request, _("A new code is on its way."))
    return redirect("texting:number")


@login_required
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Take the code."""
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _show(request, code_form=form)
    try:
        services.confirm_number(by=request.user, code=form.cleaned_data["code"])
    except InvalidInput as refusal:
        show_problems(form, refusal)
        return _show(request, code_form=form)
    messages.success(request, _("Confirmed. Urgent notices go to this number from now on."))
    return redirect("texting:number")


@login_required
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """Send no more texts and forget the number."""
    services.remove_number(by=request.user)
    messages.success(request, _("No text messages are sent any more, and the number is forgotten."))
    return redirect("texting:number")


def _show(
    request: HttpRequest, *, form: forms.Form | None = None, code_form: forms.Form | None = None
) -> HttpResponse:
    context = {
        "own": selectors.own_number(user=request.user),
        "form": form or NumberForm(),
        "code_form": code_form or CodeForm(),
    }
    refused = form is not None or code_form is not None
    return render(request, "account/texts.html", context, status=422 if refused else 200)
