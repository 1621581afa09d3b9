"""Pages on which something about a record is filed in one act: an objection, the withdrawal of its basis."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from credit_platform.common.errors import InvalidInput, Missing, WrongState
from repair import policies, selectors, services
from repair.forms import BasisForm, ObjectionForm


@login_required
@require_http_methods(["GET", "POST"])
def objection_new(request: HttpRequest) -> HttpResponse:
    """Object to a record of one's own entity: what is the matter, in words, with papers; or begin a draft of it."""
    prospect = selectors.objection_to(user=request.user, record_id=_record_asked(request))
    if request.method == "GET" and prospect.open_case is not None:
        return redirect("repair:case-detail", number=prospect.open_case.number)
    asked = {paper.rule.paper for paper in prospect.asked}
    form, status, problem = ObjectionForm(asked=asked), 200, ""
    if request.method == "POST":
        form = ObjectionForm(request.POST, request.FILES, asked=asked)
        problem = ""
        if form.is_valid():
            try:
                return _objected(request, prospect.record.pk, form)
            except InvalidInput as refusal:
                form.take(refusal)
            except WrongState as refusal:
                problem = str(refusal)
        status = WrongState.http_status if problem else InvalidInput.http_status
    context = {"prospect": prospect, "form": form, "problem": problem}
    return render(request, "repair/objection_new.html", context, status=status)


def _objected(request: HttpRequest, record_id: int, form: ObjectionForm) -> HttpResponse:
    said = {
        "by": request.user,
        "record_id": record_id,
        "ground": form.cleaned_data["ground"],
        "statement": form.cleaned_data["statement"],
        "uploads": form.cleaned_data["proofs"],
    }
    if request.POST.get("do") == "save":
        case = services.open_objection(**said)
        messages.success(request, _("The draft is saved. You may go on later, on any device."))
    else:
        case = services.file_objection(**said)
        messages.success(request, _("The objection is filed and the record marked. Here you can follow it."))
    return redirect("repair:case-detail", number=case.number)


@login_required
@require_http_methods(["GET", "POST"])
def basis_new(request: HttpRequest) -> HttpResponse:
    """Tell that the decision on which a record stands was revoked, changed or found void, with that decision."""
    prospect = selectors.basis_of(user=request.user, record_id=_record_asked(request))
    if request.method == "GET" and prospect.open_case is not None:
        return redirect("repair:case-detail", number=prospect.open_case.number)
    asked = {paper.rule.paper for paper in prospect.asked}
    form, status, problem = BasisForm(asked=asked), 200, ""
    if request.method == "POST":
        form = BasisForm(request.POST, request.FILES, asked=asked)
        if form.is_valid():
            try:
                return _told_of_the_basis(request, prospect.record.pk, form)
            except InvalidInput as refusal:
                form.take(refusal)
            except WrongState as refusal:
                problem = str(refusal)
        status = WrongState.http_status if problem else InvalidInput.http_status
    shell = "base.html" if policies.works_on_cases(request.user) else "base_portal.html"
    context = {"shell": shell, "prospect": prospect, "form": form, "problem": problem}
    return render(request, "repair/basis_new.html", context, status=status)


def _told_of_the_basis(request: HttpRequest, record_id: int, form: BasisForm) -> HttpResponse:
    typed = form.cleaned_data
    case = services.file_basis(
        by=request.user,
        record_id=record_id,
        fallen=services.Fallen(
            typed["outcome"], typed["forum"], typed["authority"], typed["number"], typed["decided_on"]
        ),
        statement=typed["statement"],
        uploads=typed["proofs"],
    )
    messages.success(request, _("Filed. Here you can follow it."))
    return redirect("repair:case-detail", number=case.number)


def _record_asked(request: HttpRequest) -> int:
    asked = (request.POST or request.GET).get("record", "")
    if not asked.isdecimal():
        raise Missing
    return int(asked)
