"""Pages of credit checks of lists."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from credit_platform.common.errors import InvalidInput, Missing
from credit_platform.portal.credit_checks import lists, policies, selectors, services
from credit_platform.portal.credit_checks.forms import CheckForm
from credit_platform.portal.credit_checks.models import CheckedRow, CreditCheck
from entities.forms import show_problems
from entities.intake.sentences import for_reader
from evaluation.models import Scheme

ROWS = 50
CHECKS = 25
UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Line:
    """A row as its page shows it; grades by family, in the order of the columns."""

    row: CheckedRow
    name: str
    status: str
    grades: list[str]
    lists: str


def _lines(page) -> list[Line]:
    return [
        Line(
            row,
            lists.name_of(row),
            lists.status_of(row),
            [lists.grades_in(row, family) for family in Scheme.Family.values],
            lists.lists_of(row),
        )
        for row in page
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def checks(request: HttpRequest) -> HttpResponse:
    """One's own checks, and the form for another one."""
    if not policies.may_check(request.user):
        raise Missing
    form = CheckForm(request.POST, request.FILES) if request.method == "POST" else CheckForm()
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            check = services.ask_for_check(by=request.user, purpose=typed["purpose"], upload=typed["file"])
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("The list is being checked."))
            return redirect("credit_checks:detail", check_id=check.pk)
    page = Paginator(CreditCheck.objects.visible_to(request.user), CHECKS).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "kept_days": services.KEPT.days, "most": services.MOST_ROWS}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "portal/credit_checks/list.html", context, status=status)


@login_required
@require_safe
def detail(request: HttpRequest, check_id: int) -> HttpResponse:
    """What was found, or how far it is."""
    check = selectors.check_for_page(user=request.user, check_id=check_id)
    outcome = request.GET.get("outcome", "")
    page = Paginator(selectors.rows_of(check, outcome), ROWS).get_page(request.GET.get("page"))
    context = {
        "check": check,
        "steps": _steps(check),
        "page": page,
        "lines": _lines(page),
        "families": Scheme.Family.choices,
        "outcome": outcome if outcome in CheckedRow.Outcome.values else "",
        "tabs": [
            ("", _("All"), check.rows_done),
            *(
                (one.value, one.label, count)
                for one, count in zip(
                    CheckedRow.Outcome, (check.matched, check.ambiguous, check.unknown), strict=True
                )
            ),
        ],
        "problem": for_reader(check.problem),
    }
    return render(request, "portal/credit_checks/detail.html", context)


@login_required
@require_safe
def progress(request: HttpRequest, check_id: int) -> HttpResponse:
    """How far it is, for the page while it stands open."""
    check = selectors.check_for_page(user=request.user, check_id=check_id)
    response = render(
        request, "portal/credit_checks/_progress.html", {"check": check, "steps": _steps(check)}
    )
    if check.state != CreditCheck.State.WAITING:
        response["HX-Refresh"] = "true"
    return response


def _steps(check: CreditCheck) -> list[dict[str, str]]:
    state = "current" if check.state == CreditCheck.State.WAITING else "done"
    return [{"state": state, "label": _("Checking the list")}]
