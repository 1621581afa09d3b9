"""The statement beside a record: a panel of the record's page, and pages for whoever writes or hides it."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from credit_platform.common.errors import InvalidInput, Missing
from entities import looks
from entities.models import CreditRecord
from entities.policies import roles_of
from entities.statements import policies, services
from entities.statements.forms import HideForm, StatementForm
from entities.statements.models import Statement
from entities.statements.selectors import statement_beside

RECORD = "entities:record-detail"


def _shell(user) -> str:
    return "base.html" if roles_of(user) else "base_portal.html"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def of_record(request: HttpRequest, record_id: int) -> HttpResponse:
    """What stands beside the record, and where the entity writes it: a fragment for htmx, a page otherwise."""
    record = (
        CreditRecord.objects.visible_to(request.user)
        .select_related("entity", "submitted_by")
        .filter(pk=record_id)
        .first()
    )
    if record is None:
        raise Missing
    looks.note([record])
    form = StatementForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        policies.may_write_statement(request.user, record).require()
        if form.is_valid() and _done(
            form,
            lambda typed: services.write_statement(by=request.user, record_id=record_id, text=typed["text"]),
        ):
            messages.success(request, _("Your statement now stands beside the record."))
            return redirect(RECORD, record_id)
    statement = statement_beside(request.user, record)
    context = {
        "record": record,
        "statement": statement,
        "form": form,
        "may_write": statement is None and policies.may_write_statement(request.user, record),
        "may_withdraw": statement and policies.may_withdraw_statement(request.user, statement),
        "may_hide": statement and policies.may_hide_statement(request.user, statement),
        "shell": _shell(request.user),
    }
    template = "entities/statements/_of_record.html" if request.htmx else "entities/statements/of_record.html"
    return render(request, template, context, status=422 if form.errors else 200)


@login_required
@require_POST
def withdraw(request: HttpRequest, statement_id: int) -> HttpResponse:
    """The entity takes its statement back."""
    statement = services.withdraw_statement(by=request.user, statement_id=statement_id)
    messages.success(request, _("Your statement is withdrawn."))
    return redirect(RECORD, statement.record_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hide(request: HttpRequest, statement_id: int) -> HttpResponse:
    """The body that answers for the record hides the statement, with a reason that the entity reads."""
    found = Statement.objects.visible_to(request.user).select_related("record__submitted_by")
    statement = found.filter(pk=statement_id).first()
    if statement is None:
        raise Missing
    policies.may_hide_statement(request.user, statement).require()
    form = HideForm(request.POST if request.method == "POST" else None)
    if (
        request.method == "POST"
        and form.is_valid()
        and _done(
            form,
            lambda typed: services.hide_statement(
                by=request.user, statement_id=statement_id, because=typed["because"]
            ),
        )
    ):
        messages.success(request, _("The statement is hidden, and the entity is told why."))
        return redirect(RECORD, statement.record_id)
    context = {
        "statement": statement,
        "record": statement.record,
        "form": form,
        "shell": _shell(request.user),
    }
    return render(request, "entities/statements/hide.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def show_again(request: HttpRequest, statement_id: int) -> HttpResponse:
    """The body shows a hidden statement again."""
    statement = services.show_statement_again(by=request.user, statement_id=statement_id)
    messages.success(request, _("The statement is shown again."))
    return redirect(RECORD, statement.record_id)


def _done(form, act: Callable[[dict], object]) -> bool:
    """Whether the act was done; what it found wrong stands beside the fields otherwise."""
    try:
        act(form.cleaned_data)
    except InvalidInput as error:
        for name, sentences in error.problems.items():
            for sentence in sentences:
                form.add_error(name or None, sentence)
        return False
    return True
