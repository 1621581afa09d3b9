"""Pages of missing records: parse, call, render."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credit_platform.common.errors import InvalidInput, Missing
from credit_platform.common.services import current_calendar
from entities.documents import file_response
from entities.models import Entity
from entities.policies import entities_of
from repair.missing import lists, selectors, services
from repair.missing.forms import AnswerForm, AskForm, WordsForm
from repair.missing.models import MissingRecord
from repair.missing.workflow import Action
from repair.policies import applies_for_entities, works_on_cases

PER_PAGE = 25
ANSWERED = gettext_lazy("Answered. The applicant is told.")


def _shell(user) -> str:
    return "base.html" if works_on_cases(user) else "base_portal.html"


@login_required
@require_safe
def missing_list(request: HttpRequest) -> HttpResponse:
    """What the reader's entities miss, what their bodies are asked for, and the answers."""
    narrowed, found = lists.missing_records(request.user, request.GET)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    today, calendar = timezone.localdate(), current_calendar()
    context = {
        "shell": _shell(request.user),
        "works_here": works_on_cases(request.user),
        "acts_for_entities": applies_for_entities(request.user),
        "filter": narrowed,
        "is_filtered": any(request.GET.get(name) for name in narrowed.get_filters()),
        "page": page,
        "rows": [(one, selectors.due_of(one, today, calendar)) for one in page],
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


def _show(request: HttpRequest, number: str, *, form=None, words=None, status: int = 200) -> HttpResponse:
    page = selectors.missing_page(user=request.user, number=number)
    context = {
        "shell": _shell(request.user),
        "page": page,
        "missing": page.missing,
        "actions": {move.action.value for move in page.moves},
        "form": form or AnswerForm(candidates=services.candidates_for(page.missing)),
        "words": words or WordsForm(),
    }
    return render(request, "repair/missing/detail.html", context, status=status)


SAID = {
    Action.WITHDRAW: gettext_lazy("It is withdrawn."),
    Action.APPEAL: gettext_lazy("The appeal is filed. Here you can follow it."),
    Action.WITHDRAW_APPEAL: gettext_lazy("The appeal is withdrawn."),
    Action.REMIT: gettext_lazy("Decided. Both sides are told."),
    Action.DISMISS_APPEAL: gettext_lazy("Decided. Both sides are told."),
}


@login_required
@require_POST
def act(request: HttpRequest, number: str) -> HttpResponse:
    """Take the step of the pressed button."""
    missing = selectors.missing_for(user=request.user, number=number)
    action = request.POST.get("do", "")
    if action == Action.ENTER:
        return _entered(request, missing)
    words = WordsForm(request.POST)
    if not words.is_valid():
        return _show(request, number, words=words, status=422)
    try:
        services.act_on_missing(
            by=request.user, number=number, action=action, note=words.cleaned_data["note"]
        )
    except InvalidInput as refusal:
        words.take(refusal)
        return _show(request, number, words=words, status=422)
    return _done(request, number, SAID.get(Action(action), ANSWERED))


def _entered(request: HttpRequest, missing: MissingRecord) -> HttpResponse:
    form = AnswerForm(request.POST, candidates=services.candidates_for(missing))
    if not form.is_valid():
        return _show(request, missing.number, form=form, status=422)
    services.act_on_missing(
        by=request.user,
        number=missing.number,
        action=Action.ENTER,
        record_id=form.cleaned_data["record"].pk,
    )
    return _done(request, missing.number, ANSWERED)


def _done(request: HttpRequest, number: str, said) -> HttpResponse:
    messages.success(request, str(said))
    return redirect("missing:detail", number=number)


@login_required
@require_safe
def paper(request: HttpRequest, number: str) -> FileResponse:
    """The paper that came with it."""
    found = selectors.missing_for(user=request.user, number=number).paper
    if found is None:
        raise Missing
    return file_response(found)
