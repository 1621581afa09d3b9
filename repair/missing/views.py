"""Pages of missing records: parse, call, render."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credit_platform.common.errors import InvalidInput, Missing
from entities.documents import file_response
from entities.models import Entity
from entities.policies import entities_of
from repair.missing import lists, policies, selectors, services
from repair.missing.forms import AnswerForm, AskForm, RefuseForm
from repair.missing.models import MissingRecord
from repair.policies import applies_for_entities, works_on_cases

PER_PAGE = 25


def _shell(user) -> str:
    return "base.html" if works_on_cases(user) else "base_portal.html"


@login_required
@require_safe
def missing_list(request: HttpRequest) -> HttpResponse:
    """What the reader's entities miss, what their bodies are asked for, and the answers."""
    waiting = lists.only_waiting(request.GET)
    found = lists.missing_asked(request.user, request.GET)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    context = {
        "shell": _shell(request.user),
        "works_here": works_on_cases(request.user),
        "acts_for_entities": applies_for_entities(request.user),
        "page": page,
        "rows": [(one, selectors.due_of(one, today)) for one in page],
        "waiting": waiting,
        "count": selectors.count_waiting(request.user),
    }
    return render(request, "repair/missing/list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Say which record about one's entity is missing, and of which body."""
    entities = Entity.objects.filter(pk__in=entities_of(request.user)).order_by("credit_code")
    if not entities:
        raise Missing
    form, status = AskForm(entities=entities), 200
    if request.method == "POST":
        form, status = AskForm(request.POST, request.FILES, entities=entities), 422
        if form.is_valid():
            try:
                return redirect("missing:detail", number=_asked(request, form.cleaned_data).number)
            except InvalidInput as refusal:
                form.take(refusal)
    return render(request, "repair/missing/new.html", {"form": form}, status=status)


def _asked(request: HttpRequest, typed: dict) -> MissingRecord:
    missing = services.ask_for_record(
        by=request.user,
        entity_id=typed["entity"].pk,
        wanted=services.Wanted(
            typed["body"], typed["record_type"], typed["document_number"], typed["decided_on"]
        ),
        statement=typed["statement"],
        upload=typed["paper"],
    )
    messages.success(request, _("Filed. Here you can follow it."))
    return missing


@login_required
@require_safe
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """A missing record as its reader may see it."""
    return _show(request, number)


def _show(
    request: HttpRequest, number: str, *, form=None, refuse_form=None, status: int = 200
) -> HttpResponse:
    page = selectors.missing_page(user=request.user, number=number)
    context = {
        "shell": _shell(request.user),
        "page": page,
        "missing": page.missing,
        "form": form or AnswerForm(candidates=services.candidates_for(page.missing)),
        "refuse_form": refuse_form or RefuseForm(),
    }
    return render(request, "repair/missing/detail.html", context, status=status)


@login_required
@require_POST
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with the record, or with the reasons why there is none."""
    missing = selectors.missing_for(user=request.user, number=number)
    policies.may_answer(request.user, missing).require()
    return _refused(request, missing) if request.POST.get("do") == "refuse" else _entered(request, missing)


def _refused(request: HttpRequest, missing: MissingRecord) -> HttpResponse:
    form = RefuseForm(request.POST)
    if form.is_valid():
        try:
            services.refuse_record(
                by=request.user, number=missing.number, reasons=form.cleaned_data["reasons"]
            )
        except InvalidInput as refusal:
            form.take(refusal)
        else:
            return _answered(request, missing.number)
    return _show(request, missing.number, refuse_form=form, status=422)


def _entered(request: HttpRequest, missing: MissingRecord) -> HttpResponse:
    form = AnswerForm(request.POST, candidates=services.candidates_for(missing))
    if not form.is_valid():
        return _show(request, missing.number, form=form, status=422)
    services.answer_with_record(
        by=request.user, number=missing.number, record_id=form.cleaned_data["record"].pk
    )
    return _answered(request, missing.number)


def _answered(request: HttpRequest, number: str) -> HttpResponse:
    messages.success(request, _("Answered. The applicant is told."))
    return redirect("missing:detail", number=number)


@login_required
@require_POST
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Take it back before it is answered."""
    services.withdraw_missing(by=request.user, number=number)
    messages.success(request, _("It is withdrawn."))
    return redirect("missing:detail", number=number)


@login_required
@require_safe
def paper(request: HttpRequest, number: str) -> FileResponse:
    """The paper that came with it."""
    found = selectors.missing_for(user=request.user, number=number).paper
    if found is None:
        raise Missing
    return file_response(found)
