"""The page of people, of one person, and what is done about their roles and account: parse, call, render."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credit_platform.common.errors import InvalidInput, Missing
from entities.forms import show_problems
from entities.invitations import services as invitations
from entities.models import Membership
from entities.people import lists, passwords, policies, selectors, services
from entities.people.forms import ChangeForm, InviteForm, ReasonForm, RoleForm, roles_offered

PER_PAGE = 50


@login_required
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Who acts for the reader's bodies, or acted."""
    filters, found = lists.people(request.user, request.GET)
    context = {
        "filters": filters,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "shows_past": lists.shows_past(request.GET),
        "may_give": policies.keeps_people(request.user),
        "invitations": list(selectors.open_invitations(user=request.user)),
    }
    return render(request, "entities/people/list.html", context)


@login_required
@require_safe
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """One person: the account, the roles and those that are over, as far as the reader sees them."""
    found = selectors.person_for_page(user=request.user, person_id=person_id)
    roles = list(selectors.roles_for_list(user=request.user).filter(user=found).order_by("pk"))
    past = list(selectors.past_roles_for_list(user=request.user).filter(user=found).order_by("-ended_at"))
    context = {
        "person": found,
        "second_factor": selectors.has_second_factor(found),
        "roles": [
            (role, policies.may_keep_role(request.user, person=found, body=role.body, role=role.role))
            for role in roles
        ],
        "past": past,
        "may_close": policies.may_close_account(request.user, found),
        "may_send_link": found.is_active and found.email and policies.may_send_link(request.user, found),
    }
    return render(request, "entities/people/person.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest) -> HttpResponse:
    """Give a role to somebody who has an account."""
    form = _form_of_a_role(request, RoleForm)
    if form.is_valid():
        try:
            given = services.give_role(by=request.user, **form.cleaned_data)
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("%(person)s has the role and is told.") % {"person": given.user})
            return redirect("people:person", given.user_id)
    return render(request, "entities/people/give.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody who has no account yet."""
    form = _form_of_a_role(request, InviteForm)
    if form.is_valid():
        try:
            sent = invitations.invite_member(by=request.user, **form.cleaned_data)
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("The invitation goes to %(email)s.") % {"email": sent.email})
            return redirect("people:list")
    return render(request, "entities/people/invite.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def withdraw(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """Take back an invitation that nobody has accepted."""
    if not policies.keeps_people(request.user):
        raise Missing
    taken_back = invitations.withdraw(by=request.user, invitation_id=invitation_id)
    messages.success(request, _("The invitation to %(email)s is withdrawn.") % {"email": taken_back.email})
    return redirect("people:list")


@login_required
@require_POST
def send_again(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """Send the mail of an invitation once more."""
    if not policies.keeps_people(request.user):
        raise Missing
    sent = invitations.send_again(by=request.user, invitation_id=invitation_id)
    said = _("The invitation goes to %(email)s again; only the newest mail can be used.")
    messages.success(request, said % {"email": sent.email})
    return redirect("people:list")


def _form_of_a_role(request: HttpRequest, form_class: type[RoleForm] | type[InviteForm]):
    if not policies.keeps_people(request.user):
        raise Missing
    bodies = selectors.bodies_kept(user=request.user)
    return form_class(
        _typed(request),
        bodies=bodies,
        roles=roles_offered(request.user, bodies),
    )


def _typed(request: HttpRequest):
    return request.POST if request.method == "POST" else None


def _role_to_keep(request: HttpRequest, role_id: int) -> tuple[Membership, dict]:
    """A role that the reader changes and ends, and what the questions about it say of it."""
    role = selectors.role_for_page(user=request.user, role_id=role_id)
    policies.may_keep_role(request.user, person=role.user, body=role.body, role=role.role).require()
    return role, {"person": role.user, "body": role.body, "role": role.get_role_display()}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, role_id: int) -> HttpResponse:
    """Give another role in the place of this one; asks why."""
    role, about = _role_to_keep(request, role_id)
    others = [one for one in roles_offered(request.user, [role.body]) if one[0] != role.role]
    form = ChangeForm(_typed(request), roles=others)
    words = {
        "title": _("Another role for %(person)s?") % about,
        "consequence": _("Now: %(role)s, %(body)s. The new role takes its place at once.") % about,
        "verb": _("Change the role"),
    }
    return _asked(
        request,
        form,
        role.user_id,
        lambda typed: services.change_role(by=request.user, role_id=role_id, **typed),
        words,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, role_id: int) -> HttpResponse:
    """End a role; asks why."""
    role, about = _role_to_keep(request, role_id)
    form = ReasonForm(_typed(request))
    words = {
        "title": _("End a role of %(person)s?") % about,
        "consequence": _(
            "%(role)s, %(body)s: what it allows ends at once. What they did stays under their name. If they know the secret "
            "of a connected system, give it a new one."
        )
        % about,
        "verb": _("End the role"),
        "danger": True,
    }
    return _asked(
        request,
        form,
        role.user_id,
        lambda typed: services.end_membership(by=request.user, role_id=role_id, **typed),
        words,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, person_id: int) -> HttpResponse:
    """Close an account; asks why."""
    found = selectors.person_for_page(user=request.user, person_id=person_id)
    policies.may_close_account(request.user, found).require()
    form = ReasonForm(_typed(request))
    words = {
        "title": _("Close the account of %(person)s?") % {"person": found},
        "consequence": _(
            "They are signed out everywhere at once and cannot sign in. Their roles rest until the account is reopened."
        ),
        "verb": _("Close the account"),
        "danger": True,
    }
    return _asked(
        request,
        form,
        person_id,
        lambda typed: services.close_account(by=request.user, person_id=person_id, **typed),
        words,
    )


@login_required
@require_POST
def send_link(request: HttpRequest, person_id: int) -> HttpResponse:
    """Send the person a link for a new password."""
    link = passwords.send_link(by=request.user, person_id=person_id)
    said = _("A link for a new password goes to %(email)s; it works for 24 hours.")
    messages.success(request, said % {"email": link.user.email})
    return redirect("people:person", person_id)


@login_required
@require_POST
def reopen(request: HttpRequest, person_id: int) -> HttpResponse:
    """Let the person sign in again."""
    found = services.reopen_account(by=request.user, person_id=person_id)
    messages.success(request, _("The account of %(person)s is open again.") % {"person": found})
    return redirect("people:person", person_id)


def _asked(
    request: HttpRequest, form: forms.Form, person_id: int, act: Callable[[dict], object], words: dict
) -> HttpResponse:
    """The question, or after a good answer the act and the way back: to the person, if they are still to be seen."""
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("Done."))
            return redirect("people:person", person_id)
    context = {
        "action": request.path,
        "keep": _("Leave it as it is"),
        "back_url": reverse("people:person", args=(person_id,)),
        "form": form,
        **words,
    }
    return render(request, "ui/confirm.html", context, status=422 if form.errors else 200)
