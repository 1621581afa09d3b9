from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from associations import forms, lists, policies, selectors, services
from associations.forewarning import selectors as notices
from credit_platform.common.errors import InvalidInput, Missing
from entities.forms import show_problems

MEMBERS_PER_PAGE = 50
UNPROCESSABLE = 422


def _associations_or_404(user):
    """The user's associations; a 404 for whoever acts for none."""
    found = selectors.associations_of(user)
    if not found:
        raise Missing
    return found


@login_required
@require_safe
def member_list(request: HttpRequest) -> HttpResponse:
    """The association's members, and what changed for them."""
    associations, today = _associations_or_404(request.user), timezone.localdate()
    filters = forms.FilterForm(request.GET)
    view, query = filters.chosen()
    members = lists.members(request.user, request.GET)
    page = Paginator(members, MEMBERS_PER_PAGE).get_page(request.GET.get("page"))
    standings = selectors.standings(
        user=request.user, entity_ids=[member.entity_id for member in page.object_list], day=today
    )
    context = {
        "associations": associations,
        "may_keep": any(policies.may_keep_members(request.user, association) for association in associations),
        "overview": selectors.overview(user=request.user, day=today),
        "page": page,
        "lines": [
            (member, standings.get(member.entity_id, selectors.Standing())) for member in page.object_list
        ],
        "told": notices.tally(user=request.user),
        "following": selectors.following_list(user=request.user),
        "submissions": selectors.latest_submissions(user=request.user),
        "today": today,
        "recent_days": selectors.RECENT.days,
        "recent_since": today - selectors.RECENT,
        "filters": filters,
        "query": query,
        "is_current": view == selectors.CURRENT,
        "is_changed": view == selectors.CHANGED,
        "is_left": view == selectors.LEFT,
    }
    return render(request, "associations/member_list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def member_add(request: HttpRequest) -> HttpResponse:
    """Enter one member by hand."""
    associations = [
        association
        for association in _associations_or_404(request.user)
        if policies.may_keep_members(request.user, association)
    ]
    if not associations:
        raise Missing
    form = forms.MemberForm(request.POST or None, associations=associations)
    if form.is_valid():
        try:
            member = services.add_member(
                by=request.user,
                association=form.cleaned_data["association"],
                entity=form.cleaned_data["entity"],
                draft=form.draft(),
            )
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("%(member)s is noted as a member.") % {"member": member.entity})
            return redirect("associations:member-list")
    return render(
        request, "associations/member_add.html", {"form": form}, status=UNPROCESSABLE if form.errors else 200
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def member_end(request: HttpRequest, member_id: int) -> HttpResponse:
    """Ask for the day on which a member left, and note it."""
    member = selectors.member_for_page(user=request.user, member_id=member_id)
    policies.may_keep_members(request.user, member.association).require()
    form = forms.EndForm(request.POST or None)
    if form.is_valid():
        try:
            services.end_membership(
                by=request.user, member_id=member.pk, left_on=form.cleaned_data["left_on"]
            )
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(
                request, _("The membership of %(member)s has ended.") % {"member": member.entity}
            )
            return redirect("associations:member-list")
    context = {
        "title": _("End the membership of %(member)s?") % {"member": member.entity},
        "consequence": _("Its records stay. New member records can no longer be entered for it."),
        "action": request.path,
        "verb": _("End the membership"),
        "back_url": reverse("associations:member-list"),
        "form": form,
        "danger": True,
    }
    return render(request, "ui/confirm.html", context, status=UNPROCESSABLE if form.errors else 200)
