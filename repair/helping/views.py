"""Pages of leaves: parse, call, render."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credit_platform.common.errors import InvalidInput, Missing
from entities.forms import show_problems
from repair import services as cases
from repair.helping import policies, selectors, services
from repair.helping.forms import LeaveForm


@login_required
@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """What the members of the reader's association let it do, and how each repair stands."""
    leaves = selectors.held_leaves(request.user)
    return render(request, "repair/helping/asked.html", {"leaves": leaves})


@login_required
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Begin or take up the application for a member's record."""
    if not policies.may_help(request.user):
        raise Missing
    record = request.POST.get("record", "")
    if not record.isdecimal():
        raise Missing
    case = cases.open_case(by=request.user, record_id=int(record))
    return redirect("repair:case-detail", number=case.number)


@login_required
@require_safe
def own(request: HttpRequest, credit_code: str) -> HttpResponse:
    """The leaves that an entity gave, and what was done by them."""
    entity = selectors.own_entity(request.user, credit_code)
    context = {"entity": entity, "page": selectors.own_leaves(entity)}
    return render(request, "repair/helping/own.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest, credit_code: str) -> HttpResponse:
    """Let an association file."""
    entity = selectors.own_entity(request.user, credit_code)
    form = LeaveForm(
        request.POST if request.method == "POST" else None,
        entity=entity,
        record=request.GET.get("record", ""),
    )
    if form.is_valid():
        try:
            services.give_leave(by=request.user, entity=entity, **form.to_give())
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("Allowed. The association is told."))
            return redirect("helping:own", credit_code=credit_code)
    context = {"entity": entity, "form": form}
    return render(request, "repair/helping/give.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, credit_code: str, leave_id: int) -> HttpResponse:
    """End a leave; asks first."""
    entity = selectors.own_entity(request.user, credit_code)
    leave = selectors.leaves_of(entity).filter(pk=leave_id).first()
    if leave is None:
        raise Missing
    back_url = reverse("helping:own", args=(credit_code,))
    if request.method == "POST":
        services.end_leave(by=request.user, entity=entity, leave_id=leave_id)
        messages.success(request, _("Ended. The association no longer reads these cases."))
        return redirect(back_url)
    context = {
        "title": _("End the leave of %(association)s?") % {"association": leave.association},
        "consequence": _(
            "From now on it neither acts in these cases nor reads them. What it has prepared stays with you."
        ),
        "action": request.path,
        "verb": _("End it"),
        "back_url": back_url,
        "form": None,
        "danger": True,
        "shell": "base_portal.html",
    }
    return render(request, "ui/confirm.html", context)
