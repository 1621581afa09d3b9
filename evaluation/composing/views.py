"""Schemes and their drafts: what there is, what would change, and who lets it."""

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credit_platform.common.errors import InvalidInput, Missing
from entities.models import RecordType
from evaluation.composing import policies, selectors, services
from evaluation.composing.beginnings import begun_from, origins
from evaluation.composing.differences import Head, differing
from evaluation.composing.forms import HeadForm, NewSchemeForm, ReturnForm, ShownForm, SourceForm
from evaluation.composing.labels import place_in_words
from evaluation.composing.models import SchemeDraft
from evaluation.composing.outline import DocumentForm
from evaluation.composing.platform_days import with_days_taken_over
from evaluation.composing.problems import Problem, problems_of, problems_of_text
from evaluation.models import SchemeVersion
from evaluation.schemes import SchemeDocument

SHOWN = 20
State = SchemeDraft.State


@login_required
@require_safe
def schemes(request: HttpRequest) -> HttpResponse:
    """Every scheme in force or to come with its versions, the drafts and the simulations that this reader may see."""
    if not policies.may_see_simulations(request.user):
        raise Missing
    today = timezone.localdate()
    context = {
        "schemes": selectors.schemes_with_drafts(user=request.user, day=today),
        "to_come": selectors.schemes_to_come(user=request.user, day=today),
        "simulations": list(selectors.simulations_for(user=request.user)[:SHOWN]),
        "may_keep": bool(policies.may_keep_schemes(request.user)),
    }
    return render(request, "evaluation/composing/schemes.html", context)


@login_required
@require_POST
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """Begin a draft of a scheme."""
    draft = services.begin_draft(by=request.user, code=code)
    messages.success(request, _("A draft was begun from version %(number)s.") % {"number": draft.base.number})
    return redirect("composing:draft", draft_id=draft.pk)


@login_required
@require_http_methods(["GET", "POST"])
def new_scheme(request: HttpRequest) -> HttpResponse:
    """Begin a scheme that there is not yet."""
    policies.may_keep_schemes(request.user).require()
    of_city, examples = origins(request.user)
    form = NewSchemeForm(
        request.POST if request.method == "POST" else None, of_city=of_city, examples=examples
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            draft = services.begin_scheme(
                by=request.user,
                document=begun_from(request.user, said["origin"], head=form.head(), types=said["types"]),
                **{name: said[name] for name in ("code", "name_zh", "name_en")},
            )
        except InvalidInput as refused:
            form.show(refused.problems)
        else:
            messages.success(
                request, _("The scheme is begun. Say now what it looks at and what gives points.")
            )
            return redirect("composing:edit", draft_id=draft.pk)
    return render(
        request, "evaluation/composing/new.html", {"form": form}, status=422 if form.is_bound else 200
    )


@login_required
@require_safe
def draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """A draft beside the version that it follows, in words, with its simulations and what is to be done next."""
    one = selectors.draft_for_page(user=request.user, draft_id=draft_id)
    simulations = list(selectors.simulations_for(user=request.user).filter(draft=one)[:SHOWN])
    may_decide = one.state == State.PROPOSED and bool(policies.may_decide_draft(request.user, one))
    is_open = one.state in SchemeDraft.OPEN
    last = services.last_simulated(one) if is_open else None
    outdated = last if last and services.is_outdated(last) else None
    context = {
        "draft": one,
        "lines": differing(
            _base_of(one), (Head(one.name_zh, one.name_en), SchemeDocument.model_validate(one.document))
        ),
        "is_in_force": one.scheme.versions.filter(
            state=SchemeVersion.State.PUBLISHED, effective_from__lte=timezone.localdate()
        ).exists(),
        "simulations": simulations,
        "citable": (None if outdated else last) if is_open else one.cites,
        "outdated": services.outdated_says(outdated) if outdated else "",
        "is_stale": is_open and services.last_published(one.scheme) != one.base,
        "may_edit": one.state in SchemeDraft.EDITABLE,
        "may_simulate": is_open,
        "may_decide": may_decide,
        "waits_for_another": one.state == State.PROPOSED and one.drafted_by_id == request.user.pk,
        "return_form": ReturnForm(),
    }
    return render(request, "evaluation/composing/draft.html", context)


def _base_of(one: SchemeDraft) -> tuple[Head, SchemeDocument] | None:
    if one.base is None:
        return None
    return Head(one.scheme.name_zh, one.scheme.name_en), SchemeDocument.model_validate(one.base.document)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, draft_id: int) -> HttpResponse:
    """The form of a draft: a field for each number and word that it has."""
    one = _editable(request, draft_id)
    head = _head_form(request, one)
    if request.method == "GET":
        return _form_page(request, one, head, _form_of(one, None, one.document))
    shown = ShownForm(request.POST)
    if not shown.is_valid():
        raise InvalidInput({"": [sentence for said in shown.errors.values() for sentence in said]})
    try:
        form = _form_of(one, request.POST, shown.cleaned_data["shown"])
        form.is_valid()
        content = form.content()
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        # What came back is no document that this form was shown with.
        raise InvalidInput({"": [_("The form came back damaged; load the page again.")]}) from error
    content = with_days_taken_over(content)
    found = problems_of(content)
    if head.is_valid() and not found and (saved := _save(request, one, head, content)):
        return saved
    # With what was added and taken out, so that it can be filled in.
    again = _form_of(one, _as_posted(one, content), content)
    again.is_valid()
    homeless = again.show([*found, *_of_document(head)])
    return _form_page(request, one, head, again, content, homeless)


def _form_of(one: SchemeDraft, data, content: dict[str, Any]) -> DocumentForm:
    names = {kind.code: str(kind.name) for kind in RecordType.objects.order_by("family", "code")}
    return DocumentForm(data, content, is_first=one.base_id is None, names=names)


def _as_posted(one: SchemeDraft, content: dict[str, Any]) -> dict[str, Any]:
    """What a form of this content would send, were nothing changed."""
    fields = DocumentForm(None, content, is_first=one.base_id is None).fields.items()
    return {name: field.initial for name, field in fields if field.initial not in (None, False, "")}


def _editable(request: HttpRequest, draft_id: int) -> SchemeDraft:
    one = selectors.draft_for_page(user=request.user, draft_id=draft_id)
    services.require_state(one, *SchemeDraft.EDITABLE)
    return one


def _head_form(request: HttpRequest, one: SchemeDraft) -> HeadForm:
    initial = {name: getattr(one, name) for name in ("name_zh", "name_en", "effective_from", "reason")}
    return HeadForm(request.POST if request.method == "POST" else None, initial=initial)


def _save(request: HttpRequest, one: SchemeDraft, head: HeadForm, content: Any) -> HttpResponse | None:
    """Keep it; None where the service found something wrong, which stands beside the fields then."""
    try:
        services.save_draft(by=request.user, draft_id=one.pk, document=content, **head.cleaned_data)
    except InvalidInput as refused:
        head.refused = refused.problems
        head.whole = head.show(refused.problems)
        return None
    messages.success(request, _("Kept. Simulate it to see what it would do to the city."))
    return redirect("composing:draft", draft_id=one.pk)


def _of_document(head: HeadForm) -> list[Problem]:
    """What the service found wrong with the document itself."""
    refused: dict[str, list[str]] = getattr(head, "refused", {})
    return [
        Problem(tuple(int(step) if step.isdigit() else step for step in name.split(".")[1:]), sentence)
        for name, said in refused.items()
        if name.startswith("document.")
        for sentence in said
    ]


def _form_page(
    request: HttpRequest,
    one: SchemeDraft,
    head: HeadForm,
    form: DocumentForm,
    content: dict[str, Any] | None = None,
    homeless: list[Problem] | None = None,
) -> HttpResponse:
    content = one.document if content is None else content
    form.mark()
    context = {
        "draft": one,
        "head": head,
        "form": form,
        "shown": json.dumps(content, ensure_ascii=False),
        "homeless": [(place_in_words(content, problem.path), problem.says) for problem in homeless or ()],
        "problems": sum(len(bound.errors) for bound in form) + sum(len(bound.errors) for bound in head),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "evaluation/composing/edit.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def source(request: HttpRequest, draft_id: int) -> HttpResponse:
    """The document as text, which can say everything that the language can; all problems at once, with their lines."""
    one = _editable(request, draft_id)
    head = _head_form(request, one)
    # In the order of the language, without what it takes for granted.
    document = SchemeDocument.model_validate(one.document)
    text = json.dumps(
        document.model_dump(mode="json", by_alias=True, exclude_defaults=True), ensure_ascii=False, indent=2
    )
    form = SourceForm(request.POST if request.method == "POST" else None, initial={"source": text})
    found: list[Problem] = []
    content: Any = one.document
    # Both are asked, so that all that is wrong is shown at once.
    sound = [form.is_valid(), head.is_valid()] if request.method == "POST" else [False]
    if form.is_bound and form.is_valid():
        content, found = problems_of_text(form.cleaned_data["source"])
        if content is not (filled := with_days_taken_over(content)):
            content, found = filled, problems_of(filled)
        if all(sound) and not found:
            if saved := _save(request, one, head, content):
                return saved
            found = _of_document(head)
    context = {
        "draft": one,
        "head": head,
        "form": form,
        "problems": [
            (problem.line, place_in_words(content, problem.path), problem.says) for problem in found
        ],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "evaluation/composing/source.html", context, status=status)


# What becomes of a draft


@login_required
@require_POST
def send(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Put a draft before a colleague."""
    return _do(request, draft_id, services.send_draft, _("It is before your colleagues."))


@login_required
@require_POST
def discard(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Drop a draft."""
    return _do(request, draft_id, services.discard_draft, _("Discarded; it stays in the history."))


@login_required
@require_POST
def publish(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Let a colleague's draft become the next version."""
    return _do(
        request, draft_id, services.publish_draft, _("Published. From its day everybody is rated by it.")
    )


def _do(request: HttpRequest, draft_id: int, service, done: str) -> HttpResponse:
    selectors.draft_for_page(user=request.user, draft_id=draft_id)
    try:
        service(by=request.user, draft_id=draft_id)
    except InvalidInput as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return redirect("composing:draft", draft_id=draft_id)


@login_required
@require_http_methods(["GET", "POST"])
def give_back(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Return a draft to its author; the page asks what is to be changed."""
    one = selectors.draft_for_page(user=request.user, draft_id=draft_id)
    policies.may_decide_draft(request.user, one).require()
    form = ReturnForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        services.return_draft(by=request.user, draft_id=one.pk, note=form.cleaned_data["note"])
        messages.success(request, _("Returned."))
        return redirect("composing:draft", draft_id=one.pk)
    context = {
        "title": _("Return the draft of “%(scheme)s”?") % {"scheme": one.scheme.name},
        "consequence": _("It goes back to %(person)s and is not published.") % {"person": one.drafted_by},
        "verb": _("Return the draft"),
        "form": form,
        "action": request.path,
        "back_url": reverse("composing:draft", args=(one.pk,)),
    }
    return render(request, "ui/confirm.html", context, status=422 if form.is_bound else 200)
