"""Pages of the wordings of decisions: parse, call, render."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credit_platform.common.errors import InvalidInput
from credit_platform.ui.formats import day_long
from entities.forms import show_problems
from repair.wordings import policies, selectors, services
from repair.wordings.forms import WordingForm
from repair.wordings.models import Wording

#: What a new version begins with besides its day.
CONTENT = ("code", "use", "case_kind", "family", "name_zh", "name_en", "text_zh", "text_en", "source")


@login_required
@require_safe
def wording_list(request: HttpRequest) -> HttpResponse:
    """The wordings in force or still to come by what they are for, and the drafts that wait for a second person."""
    today = timezone.localdate()
    order = Wording.Use.values
    rows = sorted(selectors.kept(user=request.user), key=lambda one: order.index(one.use))
    approved = [one for one in rows if one.state == Wording.State.APPROVED]
    context = {
        "drafts": [one for one in rows if one.state == Wording.State.DRAFT],
        "wordings": [one for one in approved if one.valid_to is None or one.valid_to >= today],
        "over": [one for one in approved if one.valid_to is not None and one.valid_to < today],
        "may_keep": bool(policies.may_keep_wordings(request.user)),
        "today": today,
    }
    return render(request, "repair/wordings/list.html", context)


@login_required
@require_safe
def detail(request: HttpRequest, wording_id: int) -> HttpResponse:
    """One wording in both languages, beside the version that it follows, with all its versions."""
    wording = selectors.wording_for(user=request.user, wording_id=wording_id)
    today = timezone.localdate()
    versions = selectors.versions_of(user=request.user, code=wording.code)
    older = [one for one in versions if one.state == Wording.State.APPROVED and one.pk != wording.pk]
    is_draft = wording.state == Wording.State.DRAFT
    context = {
        "wording": wording,
        "is_draft": is_draft,
        "in_force": wording.holds_on(today),
        "earlier": next((one for one in older if is_draft or one.valid_from < wording.valid_from), None),
        "versions": versions,
        "may_keep": bool(policies.may_keep_wordings(request.user)),
        "may_approve": policies.may_approve(request.user, wording) if is_draft else None,
        "may_end": wording.holds_on(today) and wording.valid_to != today and not wording.is_remedy,
        "today": today,
    }
    return render(request, "repair/wordings/detail.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The draft of a wording, or with `?of=` that of a new version; an open draft is gone on with."""
    policies.may_keep_wordings(request.user).require()
    key = request.GET.get("of", "")
    earlier = selectors.wording_for(user=request.user, wording_id=int(key)) if key.isdecimal() else None
    initial: dict = {"valid_from": timezone.localdate()}
    if earlier is not None:
        initial |= {name: getattr(earlier, name) for name in CONTENT}
        if earlier.state == Wording.State.DRAFT:
            initial["valid_from"] = earlier.valid_from
    form = WordingForm(request.POST if request.method == "POST" else None, initial=initial, earlier=earlier)
    if form.is_valid():
        try:
            wording = services.draft_wording(by=request.user, draft=services.Draft(**form.cleaned_data))
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(
                request, _("The draft is kept. Another person of the lead office puts it in force.")
            )
            return redirect("wordings:detail", wording_id=wording.pk)
    context = {"form": form, "earlier": earlier}
    return render(request, "repair/wordings/new.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def approve(request: HttpRequest, wording_id: int) -> HttpResponse:
    """Put a draft in force."""
    wording = services.approve_wording(by=request.user, wording_id=wording_id)
    messages.success(request, _("It is in force from %(day)s.") % {"day": day_long(wording.valid_from)})
    return redirect("wordings:detail", wording_id=wording.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest, wording_id: int) -> HttpResponse:
    """Throw a draft away; asks first."""
    policies.may_keep_wordings(request.user).require()
    if request.method == "POST":
        services.discard_draft(by=request.user, wording_id=wording_id)
        messages.success(request, _("The draft is thrown away."))
        return redirect("wordings:list")
    wording = selectors.wording_for(user=request.user, wording_id=wording_id)
    return _ask(
        request,
        wording,
        title=_("Throw the draft of “%(name)s” away?") % {"name": wording.name},
        consequence=_("What holds today goes on to hold. Whoever wrote the draft is told."),
        verb=_("Throw the draft away"),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, wording_id: int) -> HttpResponse:
    """Offer a wording no longer; asks first."""
    policies.may_keep_wordings(request.user).require()
    if request.method == "POST":
        services.end_wording(by=request.user, wording_id=wording_id)
        messages.success(request, _("The wording ends today."))
        return redirect("wordings:detail", wording_id=wording_id)
    wording = selectors.wording_for(user=request.user, wording_id=wording_id)
    return _ask(
        request,
        wording,
        title=_("End the wording “%(name)s”?") % {"name": wording.name},
        consequence=_("After today nobody is offered it. What was decided and written by it stays as it is."),
        verb=_("End the wording"),
    )


def _ask(request: HttpRequest, wording: Wording, **said) -> HttpResponse:
    context = {
        **said,
        "action": request.path,
        "back_url": reverse("wordings:detail", args=(wording.pk,)),
        "form": None,
        "danger": True,
    }
    return render(request, "ui/confirm.html", context)
