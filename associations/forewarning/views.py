"""Pages of prior notices: the association's and the lead office's list, the notice itself, and what is done with it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from associations.acts import UNPROCESSABLE, Act, ask_and_do, open_to
from associations.forewarning import forms, lists, policies, selectors, services
from associations.forewarning.models import PriorNotice
from associations.forewarning.terms import term_on
from credit_platform.common.errors import InvalidInput, Missing
from credit_platform.common.services import current_calendar
from entities.forms import show_problems
from entities.policies import is_lead, roles_of

State = PriorNotice.State
ROWS_PER_PAGE = 50


def _has_time_left(notice: PriorNotice) -> bool:
    return notice.due_on >= timezone.localdate()


ACTS = {
    "claim": Act(
        verb=gettext_lazy("Say that it is put right"),
        title=gettext_lazy("Is it put right?"),
        consequence=gettext_lazy(
            "The association looks at it and answers. If it confirms, nothing is recorded."
        ),
        states=(State.RUNNING,),
        fits=_has_time_left,
        allowed=policies.may_claim,
        form=forms.ClaimForm,
        do=services.say_put_right,
        told=gettext_lazy("The association has been told. The record does not count until it has answered."),
    ),
    "confirm": Act(
        verb=gettext_lazy("Confirm that it is put right"),
        title=gettext_lazy("Confirm that it is put right?"),
        consequence=gettext_lazy("The record is never entered, and does not come back under this number."),
        states=PriorNotice.OPEN,
        allowed=policies.may_settle,
        form=forms.ConfirmForm,
        do=services.confirm_put_right,
        told=gettext_lazy("Confirmed. Nothing is recorded, and the member has been told."),
    ),
    "deliver": Act(
        verb=gettext_lazy("Note the delivery"),
        title=gettext_lazy("When did the member get the notice?"),
        consequence=gettext_lazy("The time to put it right runs from the day after."),
        states=(State.TO_DELIVER,),
        allowed=policies.may_settle,
        form=forms.DeliveryForm,
        do=services.note_delivery,
        told=gettext_lazy("Noted. The time is running."),
    ),
    "decline": Act(
        verb=gettext_lazy("It is not put right"),
        title=gettext_lazy("Is it not put right?"),
        consequence=gettext_lazy("The time goes on. When it is over, the record counts."),
        states=(State.CLAIMED,),
        allowed=policies.may_settle,
        form=forms.ReasonForm,
        do=services.decline,
        told=gettext_lazy("The member has been told why."),
        danger=True,
    ),
    "take-back": Act(
        verb=gettext_lazy("Take the notice back"),
        title=gettext_lazy("Take the notice back?"),
        consequence=gettext_lazy("Nothing is recorded. If the member was told, it reads why."),
        states=PriorNotice.OPEN,
        allowed=policies.may_settle,
        form=forms.ReasonForm,
        do=services.take_back,
        told=gettext_lazy("Taken back. Nothing is recorded."),
        danger=True,
    ),
}


def _shell(user) -> str:
    return "base.html" if roles_of(user) else "base_portal.html"


@login_required
@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    """What the association has told its members, and what came of it."""
    view = lists.view_asked(request.GET)
    page = Paginator(lists.notices_asked(request.user, request.GET), ROWS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    today, calendar = timezone.localdate(), current_calendar()
    context = {
        "page": page,
        "rows": [(notice, selectors.days_left(notice, today, calendar)) for notice in page.object_list],
        "tally": selectors.tally(user=request.user),
        "settled": selectors.count_settled(user=request.user),
        "is_open": view == selectors.OPEN,
        "term": term_on(today),
        "may_set_term": policies.may_set_term(request.user),
        "of_many": is_lead(request.user),
        "today": today,
    }
    return render(request, "forewarning/notice_list.html", context)


@login_required
@require_safe
def notice_page(request: HttpRequest, notice_id: int) -> HttpResponse:
    """The notice as the member reads it, what has happened since, and what can be done now."""
    notice = selectors.notice_for_page(user=request.user, notice_id=notice_id)
    context = {
        "notice": notice,
        "days_left": selectors.days_left(notice, timezone.localdate(), current_calendar()),
        "acts": open_to(ACTS, request.user, notice),
        "steps": _steps(notice),
        "is_ours": bool(policies.may_settle(request.user, notice)),
        "is_theirs": bool(policies.may_claim(request.user, notice)),
        "shell": _shell(request.user),
    }
    return render(request, "forewarning/notice.html", context)


def _steps(notice: PriorNotice) -> list[dict]:
    """What happened, newest first, as the timeline takes it."""
    steps = [{"title": _("Approved in the association"), "when": notice.approved_at, "icon": "check"}]
    if notice.told_on:
        how = notice.told_how or _("on this platform")
        steps.append({"title": _("The member was told"), "when": notice.told_on, "text": how, "icon": "bell"})
    if notice.claimed_at:
        said = {"title": _("The member says that it is put right"), "when": notice.claimed_at}
        steps.append(said | {"bubble": notice.claim, "icon": "message", "tone": "ink"})
    if notice.answered_at and notice.is_open:
        answered = {"title": _("The association does not agree"), "when": notice.answered_at}
        steps.append(answered | {"bubble": notice.answer, "icon": "message", "mine": True})
    if notice.settled_on:
        end = {"title": notice.get_state_display(), "when": notice.settled_on, "icon": "flag", "tone": "ink"}
        steps.append(end | {"bubble": notice.answer, "mine": True})
    return steps[::-1]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, notice_id: int, code: str) -> HttpResponse:
    """Ask, and do it."""
    notice = selectors.notice_for_page(user=request.user, notice_id=notice_id)
    return ask_and_do(
        request,
        ACTS,
        code,
        notice,
        key={"notice_id": notice_id},
        back_url=reverse("forewarning:notice", args=(notice_id,)),
        shell=_shell(request.user),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def term(request: HttpRequest) -> HttpResponse:
    """How long members have: what holds, what held and what will, and a form for what follows."""
    if not policies.gives_notice(request.user):
        raise Missing
    may_set = policies.may_set_term(request.user)
    if request.method == "POST":
        may_set.require()
    form = forms.TermForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_term(by=request.user, **form.cleaned_data)
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("Set. It holds for what is announced from that day on."))
            return redirect("forewarning:term")
    today = timezone.localdate()
    context = {
        "form": form if may_set else None,
        "now": term_on(today),
        "terms": selectors.terms(),
        "today": today,
    }
    return render(request, "forewarning/term.html", context, status=UNPROCESSABLE if form.errors else 200)
