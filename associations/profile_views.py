"""An association's own page: charter, industry, officers; and its members beside the city, in figures."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from associations import forms, policies, profiles, repair_rules
from associations.industry import FEWEST, figures_of
from associations.models import Association, Member, Officer
from credit_platform.common.errors import InvalidInput, Missing
from entities.forms import show_problems
from entities.industries import described

UNPROCESSABLE = 422


def _association(user, code: str) -> Association:
    found = Association.objects.known_to(user).select_related("body").filter(body__code=code).first()
    if found is None:
        raise Missing
    return found


@login_required
@require_safe
def profile(request: HttpRequest, code: str) -> HttpResponse:
    """What the association is: for itself and for officials."""
    association = _association(request.user, code)
    context = {
        "association": association,
        "industries": [(one, described(one)) for one in association.industry_codes],
        "officers": list(association.officers.filter(until=None)),
        "former": list(association.officers.exclude(until=None).order_by("-until")),
        "members": Member.objects.filter(association=association).current_on(timezone.localdate()).count(),
        "repair_rules": repair_rules.rules_of(association),
        "today": timezone.localdate(),
        "may_keep": policies.may_keep_profile(request.user, association),
        "may_see_industry": policies.may_see_industry(request.user, association),
    }
    return render(request, "associations/profile.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile_edit(request: HttpRequest, code: str) -> HttpResponse:
    """Charter and industry."""
    association = _association(request.user, code)
    policies.may_keep_profile(request.user, association).require()
    form = forms.ProfileForm(request.POST if request.method == "POST" else None, association=association)
    return _ask(
        request,
        association,
        form,
        title=_("Charter and industry"),
        verb=_("Save"),
        save=lambda: profiles.change_profile(
            by=request.user, association_id=association.pk, profile=form.profile()
        ),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def officer_add(request: HttpRequest, code: str) -> HttpResponse:
    """Who holds an office."""
    association = _association(request.user, code)
    policies.may_keep_profile(request.user, association).require()
    form = forms.OfficerForm(request.POST if request.method == "POST" else None)
    return _ask(
        request,
        association,
        form,
        title=_("Note an officer"),
        verb=_("Note the officer"),
        save=lambda: profiles.name_officer(
            by=request.user, association_id=association.pk, **form.cleaned_data
        ),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def officer_end(request: HttpRequest, code: str, officer_id: int) -> HttpResponse:
    """On which day somebody left an office."""
    association = _association(request.user, code)
    officer = Officer.objects.filter(association=association, pk=officer_id).first()
    if officer is None:
        raise Missing
    policies.may_keep_profile(request.user, association).require()
    form = forms.EndOfficeForm(request.POST if request.method == "POST" else None)
    return _ask(
        request,
        association,
        form,
        title=_("Has %(name)s left the office?") % {"name": officer.name},
        verb=_("Note the end"),
        save=lambda: profiles.end_office(by=request.user, officer_id=officer_id, **form.cleaned_data),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def repair_rule(request: HttpRequest, code: str) -> HttpResponse:
    """By what the association takes back early what it recorded, from a day on."""
    association = _association(request.user, code)
    policies.may_keep_profile(request.user, association).require()
    form = forms.RepairRuleForm(request.POST if request.method == "POST" else None)
    return _ask(
        request,
        association,
        form,
        title=_("Rule of repair"),
        verb=_("Set the rule"),
        save=lambda: repair_rules.set_repair_rule(
            by=request.user, association_id=association.pk, draft=form.draft()
        ),
    )


def _ask(
    request: HttpRequest, association: Association, form, *, title: str, verb: str, save: Callable[[], object]
) -> HttpResponse:
    profile_url = reverse("associations:profile", args=(association.body.code,))
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect(profile_url)
    context = {
        "association": association,
        "form": form,
        "title": title,
        "verb": verb,
        "profile_url": profile_url,
    }
    return render(
        request, "associations/profile_form.html", context, status=UNPROCESSABLE if form.errors else 200
    )


@login_required
@require_safe
def industry(request: HttpRequest, code: str) -> HttpResponse:
    """The members beside their industry and the city, in figures that name nobody."""
    association = _association(request.user, code)
    policies.may_see_industry(request.user, association).require()
    context = {"association": association, "figures": figures_of(association), "fewest": FEWEST}
    return render(request, "associations/industry.html", context)
