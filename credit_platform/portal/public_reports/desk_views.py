"""Where departments work on reports from the public."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from agencies.entry import entry_form
from credit_platform.common.errors import InvalidInput, Missing
from credit_platform.portal.public_reports import lists, policies, selectors, services
from credit_platform.portal.public_reports.forms import AnswerForm, PassOnForm
from credit_platform.portal.public_reports.models import PublicReport
from entities import looks
from entities.forms import show_problems
from entities.models import CreditRecord
from entities.selectors import record_for_page
from entities.views import shell_for

PER_PAGE = 50


@login_required
@require_safe
def report_list(request: HttpRequest) -> HttpResponse:
    """The reports of the reader's bodies, by state; those to be answered first."""
    found = lists.reports_asked(request.user, request.GET)
    context = {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "state": lists.state_asked(request.GET),
        "counts": selectors.counts_for(request.user),
        "today": timezone.localdate(),
    }
    return render(request, "portal/public_reports/list.html", context)


@login_required
@require_safe
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """One report, and what may be done with it."""
    return _page(request, selectors.report_for(user=request.user, number=number))


def _page(
    request: HttpRequest,
    report: PublicReport,
    *,
    answer_form: AnswerForm | None = None,
    pass_on_form: PassOnForm | None = None,
) -> HttpResponse:
    may_work = policies.may_work_on(request.user, report)
    context = {
        "report": report,
        "may_work": bool(may_work) and report.state != PublicReport.State.ANSWERED,
        "shows_sender": policies.may_read_sender(request.user, report),
        "items": selectors.timeline_for_body(report),
        "records": _records(report),
        "answer_form": answer_form or AnswerForm(),
        "pass_on_form": pass_on_form or PassOnForm(bodies=selectors.others_in_charge(report)),
        "types": [
            one
            for one in selectors.types_to_record(request.user, report)
            if entry_form(report.body.code, one.code)
        ],
    }
    wrong = any(form is not None for form in (answer_form, pass_on_form))
    return render(request, "portal/public_reports/detail.html", context, status=422 if wrong else 200)


def _records(report: PublicReport) -> list[CreditRecord]:
    records = selectors.records_of(report)
    looks.note(records)
    return records


@login_required
@require_safe
def of_record(request: HttpRequest, record_id: int) -> HttpResponse:
    """The reports that a record came of: a fragment for htmx, a page otherwise. Not for whom it is about."""
    if not policies.may_see_reports(request.user):
        raise Missing
    record = record_for_page(user=request.user, record_id=record_id)
    context = {
        "record": record,
        "reports": selectors.of_record(user=request.user, record=record),
        "shell": shell_for(request.user),
    }
    name = "_of_record" if request.htmx else "of_record"
    return render(request, f"portal/public_reports/{name}.html", context)


@login_required
@require_POST
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """Say what was found."""
    report = selectors.report_for(user=request.user, number=number)
    policies.may_work_on(request.user, report).require()
    form = AnswerForm(request.POST)
    if form.is_valid() and _done(
        form, lambda typed: services.answer_report(by=request.user, number=number, **typed)
    ):
        messages.success(request, _("Answered. The sender reads it with their code."))
        return redirect("public_reports:detail", number=number)
    return _page(request, report, answer_form=form)


@login_required
@require_POST
def pass_on(request: HttpRequest, number: str) -> HttpResponse:
    """Put it before another department."""
    report = selectors.report_for(user=request.user, number=number)
    policies.may_work_on(request.user, report).require()
    form = PassOnForm(request.POST, bodies=selectors.others_in_charge(report))
    if form.is_valid() and _done(
        form, lambda typed: services.pass_on(by=request.user, number=number, **typed)
    ):
        messages.success(request, _("Passed on. The other department has it now."))
        return redirect("public_reports:list")
    return _page(request, report, pass_on_form=form)


def _done(form, act: Callable[[dict], object]) -> bool:
    try:
        act(form.cleaned_data)
    except InvalidInput as refused:
        show_problems(form, refused)
        return False
    return True


@login_required
@require_POST
def aside(request: HttpRequest, number: str) -> HttpResponse:
    """Say that it is noise."""
    services.put_aside(by=request.user, number=number)
    messages.success(request, _("Put aside. It stands under “Put aside” and can be taken up again."))
    return redirect("public_reports:list")


@login_required
@require_POST
def take_up(request: HttpRequest, number: str) -> HttpResponse:
    """Work on it after all."""
    services.take_up(by=request.user, number=number)
    return redirect("public_reports:detail", number=number)


@login_required
@require_POST
def record(request: HttpRequest, number: str) -> HttpResponse:
    """Take what was upheld into a record: on to the form, with the business filled in."""
    record_type = services.take_into_record(
        by=request.user, number=number, type_code=request.POST.get("record_type", "")
    )
    report = selectors.report_for(user=request.user, number=number)
    query = urlencode(
        {"body": report.body.code, "entity": report.entity.credit_code, "from": f"public-report:{number}"}
    )
    return redirect(f"{reverse('agencies:enter', args=(record_type.code,))}?{query}")
