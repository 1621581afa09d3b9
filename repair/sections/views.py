"""Pages of sections: parse, call, render."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credit_platform.common.errors import InvalidInput, Missing
from entities.models import SubmittingBody
from entities.policies import bodies_of
from repair import selectors as cases
from repair.policies import HANDLING
from repair.sections import policies, selectors, services
from repair.sections.forms import (
    CloseForm,
    MemberForm,
    MoveForm,
    OfSection,
    SectionForm,
    SuperiorForm,
    TaskForm,
)
from repair.sections.models import Section


@login_required
@require_safe
def section_list(request: HttpRequest) -> HttpResponse:
    """The sections of the reader's bodies: which cases each takes, who works there, how many lie there."""
    return render(request, "repair/sections/list.html", {"bodies": selectors.bodies_for(user=request.user)})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, code: str) -> HttpResponse:
    """Open a section of a body."""
    mine = bodies_of(request.user, HANDLING)
    body = SubmittingBody.objects.filter(code=code, pk__in=mine, is_active=True).first()
    if body is None:
        raise Missing
    policies.may_keep_sections(request.user, body).require()
    form = SectionForm(request.POST if request.method == "POST" else None, body=body)
    if form.is_valid():
        try:
            section = services.open_section(by=request.user, body_id=body.pk, **form.cleaned_data)
            messages.success(request, _("The section is open. Say which cases it takes and who works in it."))
            return redirect("sections:detail", section_id=section.pk)
        except InvalidInput as refusal:
            form.take(refusal)
    context = {"body": body, "form": form}
    return render(request, "repair/sections/new.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def detail(request: HttpRequest, section_id: int) -> HttpResponse:
    """One section, and for a supervisor of its body all that can be changed in it."""
    return _show(request, selectors.section_for(user=request.user, section_id=section_id))


FORMS: dict[str, type[OfSection]] = {
    "superior": SuperiorForm,
    "task": TaskForm,
    "member": MemberForm,
    "close": CloseForm,
}


def _show(
    request: HttpRequest, section: Section, tried: dict[str, OfSection] | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "section": section,
        "may_keep": bool(policies.may_keep_sections(request.user, section.body)),
        **{f"{name}_form": form(section=section) for name, form in FORMS.items()},
        **{f"{name}_form": form for name, form in (tried or {}).items()},
    }
    return render(request, "repair/sections/detail.html", context, status=status)


@login_required
@require_POST
def keep(request: HttpRequest, section_id: int) -> HttpResponse:
    """Change one thing of a section: which the pressed button says; answer with what was typed where it is refused."""
    section = selectors.section_for(user=request.user, section_id=section_id)
    policies.may_keep_sections(request.user, section.body).require()
    what, _colon, key = request.POST.get("do", "").partition(":")
    if what in _ENDED and key.isdecimal():
        _ENDED[what](request.user, section, int(key))
        messages.success(request, _("Changed from today on."))
        return redirect("sections:detail", section_id=section.pk)
    if what not in FORMS:
        raise InvalidInput({"do": [_("Nothing was chosen.")]})
    form = FORMS[what](request.POST, section=section)
    if form.is_valid():
        try:
            _CHANGED[what](request.user, section, form.cleaned_data)
        except InvalidInput as refusal:
            form.take(refusal)
    if form.errors:
        return _show(request, section, {what: form}, status=422)
    messages.success(request, _("Saved."))
    return redirect("sections:detail", section_id=section.pk)


def _task(user, section: Section, typed: dict) -> None:
    scope = services.Scope(typed["record_type"], typed["case_kind"])
    services.give_task(by=user, section_id=section.pk, scope=scope, since=typed["since"])


_CHANGED: dict[str, Callable[..., object]] = {
    "superior": lambda user, section, typed: services.name_superior(by=user, section_id=section.pk, **typed),
    "task": _task,
    "member": lambda user, section, typed: services.assign(by=user, section_id=section.pk, **typed),
    "close": lambda user, section, typed: services.close_section(by=user, section_id=section.pk, **typed),
}
_ENDED: dict[str, Callable[..., object]] = {
    "end": lambda user, section, key: services.end_task(by=user, section_id=section.pk, task_id=key),
    "release": lambda user, section, key: services.release(by=user, section_id=section.pk, user_id=key),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, number: str) -> HttpResponse:
    """Give a case to another section of its body, with the reason."""
    case = cases.case_for(user=request.user, number=number)
    policies.may_move(request.user, case).require()
    routing = selectors.routing_of(case)
    others = selectors.sections_open_to(case)
    if routing is not None and routing.section_id:
        others = others.exclude(pk=routing.section_id)
    form = MoveForm(request.POST if request.method == "POST" else None, sections=others)
    if form.is_valid():
        section = form.cleaned_data["section"]
        try:
            services.move_case(
                by=request.user, number=number, section_id=section.pk, because=form.cleaned_data["because"]
            )
        except InvalidInput as refusal:
            form.take(refusal)
        else:
            messages.success(
                request, _("It lies in %(section)s now; its people are told.") % {"section": section}
            )
            return redirect("repair:case-detail", number=number)
    context = {
        "case": case,
        "routing": routing,
        "form": form,
        "moves": selectors.moves_of(case),
        "there_are_others": others.exists(),
    }
    return render(request, "repair/sections/move.html", context, status=422 if form.errors else 200)
