"""Pages of commitments: the library, the register, an entity's own, and one commitment with its check."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from credit_platform.common.errors import InvalidInput, Missing
from entities.commitments import lists, policies, selectors, services
from entities.commitments.forms import CheckForm, EnglishForm, GiveForm, ReasonForm, TemplateForm
from entities.commitments.models import Commitment, CommitmentTemplate
from entities.forms import show_problems
from entities.views import shell_for

PER_PAGE = 50


@login_required
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """All commitments, by state; those to be checked first."""
    today = timezone.localdate()
    narrowed = lists.narrowed(request.user, request.GET)
    context = {
        "filter": narrowed,
        "is_filtered": any(request.GET.get(name) for name in narrowed.get_filters()),
        "page": Paginator(narrowed.qs, PER_PAGE).get_page(request.GET.get("page")),
        "state": lists.state_asked(request.GET),
        "counts": selectors.counts_for(request.user, today),
        "today": today,
        "may_keep": policies.may_keep_templates(request.user),
    }
    return render(request, "entities/commitments/register.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """One commitment; POST says whether it was kept."""
    commitment = selectors.commitment_for(user=request.user, number=number)
    form = CheckForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        policies.may_check(request.user, commitment).require()
        if form.is_valid():
            try:
                checked = services.check_commitment(by=request.user, number=number, **form.cleaned_data)
            except InvalidInput as refused:
                show_problems(form, refused)
            else:
                said = _("Checked; the record is with a reviewer.") if checked.record_id else _("Checked.")
                messages.success(request, said)
                return redirect("commitments:detail", number=number)
    is_open = commitment.state == Commitment.State.GIVEN
    context = {
        "commitment": commitment,
        "form": form,
        "may_check": is_open and bool(policies.may_check(request.user, commitment)),
        "may_take_back": is_open and bool(policies.may_take_back(request.user, commitment)),
        "may_take_check_back": (
            commitment.state not in Commitment.UNCHECKED
            and bool(policies.may_check(request.user, commitment))
            and (commitment.record is None or commitment.record.status in services.UNDONE)
        ),
        "may_see_register": policies.may_see_register(request.user),
        "shell": shell_for(request.user),
    }
    return render(request, "entities/commitments/detail.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, number: str) -> HttpResponse:
    """Take back what was handed in by mistake; asks first."""
    commitment = selectors.commitment_for(user=request.user, number=number)
    policies.may_take_back(request.user, commitment).require()
    return _ask_why(
        request,
        commitment,
        services.take_back_commitment,
        title=_("Take this commitment back?"),
        consequence=_(
            "For one that was handed in by mistake, of another business for instance. Nobody is bound by it any more; the"
            " business and the department that was to check it are told why."
        ),
        told=gettext_lazy("Taken back."),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def take_check_back(request: HttpRequest, number: str) -> HttpResponse:
    """Take back what a check found by mistake; asks first."""
    commitment = selectors.commitment_for(user=request.user, number=number)
    policies.may_check(request.user, commitment).require()
    return _ask_why(
        request,
        commitment,
        services.take_check_back,
        title=_("Take back what the check found?"),
        consequence=_("The commitment is to be checked again, by the day it had. The business is told why."),
        told=gettext_lazy("Taken back; it is to be checked again."),
    )


def _ask_why(request: HttpRequest, commitment: Commitment, do, *, title, consequence, told) -> HttpResponse:
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            do(by=request.user, number=commitment.number, because=form.cleaned_data["because"])
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(request, told)
            return redirect("commitments:detail", number=commitment.number)
    context = {
        "title": title,
        "consequence": consequence,
        "action": request.path,
        "verb": _("Take it back"),
        "back_url": reverse("commitments:detail", args=(commitment.number,)),
        "form": form,
        "danger": True,
    }
    return render(request, "ui/confirm.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def own(request: HttpRequest, credit_code: str) -> HttpResponse:
    """What the entity has promised, and what it may promise."""
    entity = selectors.own_entity(request.user, credit_code)
    found = selectors.own_commitments(user=request.user, entity=entity, today=timezone.localdate())
    return render(request, "entities/commitments/own.html", {"entity": entity, "page": found})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest, credit_code: str, template_id: int) -> HttpResponse:
    """The wording, and the signature under it."""
    entity = selectors.own_entity(request.user, credit_code)
    template = selectors.template_in_force(template_id, timezone.localdate())
    form = GiveForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            given = services.give_commitment(
                by=request.user,
                entity=entity,
                template_id=template_id,
                signed_as=form.cleaned_data["signed_as"],
            )
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("The commitment is given."))
            return redirect("commitments:detail", number=given.number)
    context = {"entity": entity, "template": template, "form": form}
    return render(request, "entities/commitments/give.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    """The library, for officials; the lead office keeps it."""
    if not policies.may_see_register(request.user):
        raise Missing
    today = timezone.localdate()
    context = {
        "templates": list(selectors.library(today)),
        "departments": selectors.by_department(today),
        "today": today,
        "may_keep": policies.may_keep_templates(request.user),
    }
    return render(request, "entities/commitments/templates.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def template_new(request: HttpRequest) -> HttpResponse:
    """A new template, or with `?of=` a new wording of one."""
    policies.may_keep_templates(request.user).require()
    key = request.GET.get("of", "")
    earlier = CommitmentTemplate.objects.filter(pk=key).first() if key.isdecimal() else None
    initial = {"valid_from": timezone.localdate()}
    if earlier is not None:
        initial |= {name: getattr(earlier, name) for name in TemplateForm.Meta.fields if name != "valid_from"}
    form = TemplateForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            services.add_template(by=request.user, wording=services.Wording(**form.cleaned_data))
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("The template is in the library."))
            return redirect("commitments:templates")
    context = {"form": form, "earlier": earlier}
    return render(
        request, "entities/commitments/template_new.html", context, status=422 if form.errors else 200
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def template_end(request: HttpRequest, template_id: int) -> HttpResponse:
    """Let nobody use a template any more; asks first."""
    policies.may_keep_templates(request.user).require()
    template = selectors.template_in_force(template_id, timezone.localdate())
    if request.method == "POST":
        services.end_template(by=request.user, template_id=template_id)
        messages.success(request, _("The template ends today."))
        return redirect("commitments:templates")
    context = {
        "title": _("End the template “%(name)s”?") % {"name": template.name},
        "consequence": _(
            "After today nobody gives this commitment. What was given is checked as it was said."
        ),
        "action": request.path,
        "verb": _("End the template"),
        "back_url": reverse("commitments:templates"),
        "form": None,
        "danger": True,
    }
    return render(request, "ui/confirm.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def template_english(request: HttpRequest, template_id: int) -> HttpResponse:
    """Name a template and its matter in English, where nobody has."""
    policies.may_keep_templates(request.user).require()
    template = selectors.template_for_naming(template_id)
    form = EnglishForm(request.POST if request.method == "POST" else None, template=template)
    if form.is_valid():
        try:
            services.name_in_english(by=request.user, template_id=template_id, **form.cleaned_data)
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("Saved. Pages in English say it from now on."))
            return redirect("commitments:templates")
    context = {
        "title": _("In English: %(name)s") % {"name": template.name_zh},
        "consequence": _("The wording itself stays as it is: what was given was given by it."),
        "action": request.path,
        "verb": _("Save"),
        "back_url": reverse("commitments:templates"),
        "form": form,
    }
    return render(request, "ui/confirm.html", context, status=422 if form.errors else 200)
