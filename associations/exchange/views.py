"""Pages of opinions and observations: the list, asking, telling, reading, and the steps that follow."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from associations.acts import UNPROCESSABLE, Act, ask_and_do, open_to
from associations.exchange import forms, lists, policies, selectors, services
from associations.exchange.models import Exchange
from associations.models import Association
from associations.selectors import associations_of
from credit_platform.common.errors import InvalidInput, Missing
from credit_platform.common.services import current_calendar
from credit_platform.ui.formats import day_long
from entities.documents import file_response
from entities.forms import show_problems
from entities.industries import described

State = Exchange.State
ROWS_PER_PAGE = 50


ACTS = {
    "answer": Act(
        verb=gettext_lazy("Answer"),
        title=gettext_lazy("Your answer"),
        consequence=gettext_lazy("The other side is told at once and reads it here."),
        states=(State.OPEN, State.ANSWERED),
        fits=lambda exchange: exchange.is_opinion or exchange.state == State.OPEN,
        allowed=policies.may_answer,
        form=forms.AnswerForm,
        do=services.answer,
        told=gettext_lazy("Your answer has been sent."),
    ),
    "close": Act(
        verb=gettext_lazy("Say what came of it"),
        title=gettext_lazy("What came of it?"),
        consequence=gettext_lazy("The association reads it, and the matter is closed."),
        states=(State.OPEN, State.ANSWERED),
        fits=lambda exchange: not exchange.is_opinion or exchange.state == State.ANSWERED,
        allowed=policies.may_close,
        form=forms.CloseForm,
        do=services.close,
        told=gettext_lazy("Closed. The association has been told."),
    ),
    "promise": Act(
        verb=gettext_lazy("Say by when"),
        title=gettext_lazy("By when do you answer?"),
        consequence=gettext_lazy(
            "The association is told, you are reminded, and both hear when the day is over."
        ),
        states=(State.OPEN,),
        fits=lambda exchange: not exchange.is_opinion and not exchange.is_late(timezone.localdate()),
        allowed=policies.may_promise,
        form=forms.PromiseForm,
        do=services.promise,
        told=gettext_lazy("Set. The association has been told."),
    ),
    "pass-on": Act(
        verb=gettext_lazy("Pass on"),
        title=gettext_lazy("Which department is in charge?"),
        consequence=gettext_lazy(
            "It lies before that department from then on, and you no longer read it. The association is told."
        ),
        states=(State.OPEN, State.ANSWERED),
        fits=lambda exchange: not exchange.is_opinion,
        allowed=policies.may_pass_on,
        form=forms.PassOnForm,
        do=services.pass_on,
        told=gettext_lazy("Passed on. The association has been told."),
    ),
    "withdraw": Act(
        verb=gettext_lazy("Withdraw"),
        title=gettext_lazy("Withdraw it?"),
        consequence=gettext_lazy("Nobody has to answer it any more. The other side is told."),
        states=(State.OPEN,),
        allowed=policies.may_withdraw,
        form=forms.NothingForm,
        do=services.withdraw,
        told=gettext_lazy("Withdrawn."),
        danger=True,
    ),
}


#: What may be done with all that were asked together.
OF_SEVERAL = {
    "close": Act(
        verb=gettext_lazy("Say what came of them"),
        title=gettext_lazy("What came of the opinions?"),
        consequence=gettext_lazy(
            "Every association that has answered reads it, and its question is closed. Those that have not are still asked."
        ),
        fits=lambda gathering: bool(gathering.standing_at(State.ANSWERED)),
        allowed=lambda user, gathering: policies.may_settle(user, gathering.consultation),
        form=forms.CloseForm,
        do=services.close_answered,
        told=gettext_lazy("Closed. The associations have been told."),
    ),
    "withdraw": Act(
        verb=gettext_lazy("Withdraw what is open"),
        title=gettext_lazy("Withdraw it from those that have not answered?"),
        consequence=gettext_lazy(
            "They do not have to answer any more, and are told. What was answered stays."
        ),
        fits=lambda gathering: bool(gathering.standing_at(State.OPEN)),
        allowed=lambda user, gathering: policies.may_settle(user, gathering.consultation),
        form=forms.NothingForm,
        do=services.withdraw_open,
        told=gettext_lazy("Withdrawn."),
        danger=True,
    ),
}


def _require_part(user) -> None:
    if not policies.takes_part(user):
        raise Missing


@login_required
@require_safe
def exchange_list(request: HttpRequest) -> HttpResponse:
    """What departments and associations asked and told each other, as far as the reader has a part in it."""
    view = lists.view_asked(request.GET)
    page = Paginator(lists.exchanges_asked(request.user, request.GET), ROWS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    today, calendar = timezone.localdate(), current_calendar()
    together = selectors.of_consultations(page.object_list, user=request.user)
    context = {
        "page": page,
        "rows": [
            (one, selectors.days_left(one, today, calendar), together.get(one.consultation_id, 0))
            for one in page.object_list
        ],
        "tally": selectors.tally(user=request.user, today=today),
        "is_ours": view == selectors.OURS,
        "is_open": view == selectors.OPEN,
        "is_closed": view == selectors.CLOSED,
        "may_ask": bool(policies.may_ask(request.user)),
        "may_observe": _observing(request.user),
        "today": today,
    }
    return render(request, "exchange/list.html", context)


def _observing(user) -> list[Association]:
    """The associations on whose behalf the user may write."""
    return [one for one in associations_of(user) if policies.may_observe(user, one)]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """A department asks an association for its opinion, or several at once."""
    _require_part(request.user)
    policies.may_ask(request.user).require()
    form = forms.AskForm(
        *_typed(request),
        departments=selectors.departments_of(request.user),
        associations=selectors.associations(),
    )
    context = {
        "title": _("Ask for an opinion"),
        "note": _(
            "Whoever makes rules or decisions that concern businesses hears them and their associations"
            " (Taizhou regulation 2020, article 19)."
        ),
    }
    return _write(request, form, context, lambda typed: services.ask_opinions(
        by=request.user,
        department=typed["department"],
        associations=typed["associations"],
        industry=typed["industry"],
        kind=typed["kind"],
        matter=form.matter(),
    )[0])  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def observe(request: HttpRequest) -> HttpResponse:
    """An association tells a department what it has seen."""
    _require_part(request.user)
    mine = _observing(request.user)
    if not mine:
        raise Missing
    form = forms.ObserveForm(
        *_typed(request),
        departments=selectors.departments(),
        associations=selectors.associations().filter(pk__in=[one.pk for one in mine]),
    )
    context = {
        "title": _("Send an observation"),
        "note": _(
            "The department that you name reads it, and you read what came of it. It is no record and weighs nothing."
        ),
    }
    return _write(request, form, context, lambda typed: services.send_observation(
        by=request.user, association=typed["association"], department=typed["department"], matter=form.matter()
    ))  # fmt: skip


def _typed(request: HttpRequest) -> tuple:
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _write(request: HttpRequest, form, context: dict, send: Callable[[dict], Exchange]) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            exchange = send(form.cleaned_data)
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("Sent. You are told when there is an answer."))
            if exchange.consultation_id:
                return redirect("exchange:consultation", exchange.consultation_id)
            return redirect("exchange:exchange", exchange.pk)
    return render(
        request, "exchange/write.html", context | {"form": form}, status=UNPROCESSABLE if form.errors else 200
    )


@login_required
@require_safe
def paper(request: HttpRequest, exchange_id: int) -> FileResponse:
    """The file that came with it, for the two sides."""
    found = selectors.exchange_for_page(user=request.user, exchange_id=exchange_id).paper
    if found is None:
        raise Missing
    return file_response(found)


@login_required
@require_safe
def exchange_page(request: HttpRequest, exchange_id: int) -> HttpResponse:
    """What was asked or told, the answer, and what came of it."""
    exchange = selectors.exchange_for_page(user=request.user, exchange_id=exchange_id)
    context = {
        "exchange": exchange,
        "days_left": selectors.days_left(exchange, timezone.localdate(), current_calendar()),
        "acts": [
            (code, _("Change the answer") if code == "answer" and exchange.answer else act.verb)
            for code, act in open_to(ACTS, request.user, exchange)
        ],
        "steps": _steps(exchange),
        "together": selectors.of_consultations([exchange], user=request.user),
    }
    return render(request, "exchange/exchange.html", context)


def _steps(exchange: Exchange) -> list[dict]:
    """What was said, newest first, as the timeline takes it."""
    first = _("%(body)s asked") if exchange.is_opinion else _("%(body)s wrote")
    answered = _("%(body)s answered")
    steps: list[dict] = [
        {
            "title": first % {"body": exchange.asks},
            "when": exchange.sent_at,
            "bubble": exchange.text,
            "text": _("An answer is wished by %(day)s.") % {"day": day_long(exchange.wished_on)}
            if exchange.wished_on
            else "",
            "icon": "message",
        }
    ]
    for passing in selectors.passings_of(exchange):
        if passing.answer:
            steps.append(
                {
                    "title": answered % {"body": passing.source},
                    "when": passing.answered_at,
                    "bubble": passing.answer,
                    "icon": "message",
                    "mine": True,
                }
            )
        to = _("%(source)s passed it on to %(target)s") % {"source": passing.source, "target": passing.target}
        steps.append({"title": to, "when": passing.passed_at, "text": passing.because, "icon": "arrow-right"})
    if exchange.is_promised:
        promised = _("%(body)s answers by %(day)s") % {
            "body": exchange.department,
            "day": day_long(exchange.due_on),
        }
        steps.append({"title": promised, "when": exchange.promised_at, "icon": "clock"})
    if exchange.answer:
        said = {"title": answered % {"body": exchange.answers}, "when": exchange.answered_at}
        stance = exchange.get_stance_display() if exchange.stance else ""
        steps.append(said | {"bubble": exchange.answer, "text": stance, "icon": "message", "mine": True})
    if exchange.closed_at:
        end = {"title": _("What came of it: %(outcome)s") % {"outcome": exchange.get_outcome_display()}}
        steps.append(
            end | {"when": exchange.closed_at, "bubble": exchange.outcome_text, "icon": "flag", "tone": "ink"}
        )
    return steps[::-1]


@login_required
@require_safe
def consultation_page(request: HttpRequest, consultation_id: int) -> HttpResponse:
    """What several associations were asked at once, and what each of them has answered."""
    gathering = _gathering(request.user, consultation_id)
    today, calendar = timezone.localdate(), current_calendar()
    context = {
        "gathering": gathering,
        "rows": [(one, selectors.days_left(one, today, calendar)) for one in gathering.exchanges],
        "days_left": selectors.days_left(gathering.standing_at(State.OPEN)[0], today, calendar)
        if gathering.waiting
        else None,
        "industry": described(gathering.consultation.industry),
        "acts": [(code, act.verb) for code, act in open_to(OF_SEVERAL, request.user, gathering)],
    }
    return render(request, "exchange/consultation.html", context)


def _gathering(user, consultation_id: int) -> selectors.Gathering:
    consultation = selectors.consultation_for_page(user=user, consultation_id=consultation_id)
    return selectors.gathered(consultation, timezone.localdate())


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settle(request: HttpRequest, consultation_id: int, code: str) -> HttpResponse:
    """Ask, and do it with all that it concerns."""
    gathering = _gathering(request.user, consultation_id)
    return ask_and_do(
        request,
        OF_SEVERAL,
        code,
        gathering,
        key={"consultation_id": consultation_id},
        back_url=reverse("exchange:consultation", args=(consultation_id,)),
        form_takes={"exchange": gathering.asked},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, exchange_id: int, code: str) -> HttpResponse:
    """Ask, and do it."""
    exchange = selectors.exchange_for_page(user=request.user, exchange_id=exchange_id)
    return ask_and_do(
        request,
        ACTS,
        code,
        exchange,
        key={"exchange_id": exchange_id},
        # What was passed on is no longer the reader's.
        back_url=reverse("exchange:list")
        if code == "pass-on"
        else reverse("exchange:exchange", args=(exchange_id,)),
        form_takes={"exchange": exchange},
    )
