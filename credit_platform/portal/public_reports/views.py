"""How anybody reports a problem, and follows what becomes of it."""

import time

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from credit_platform.common.errors import InvalidInput, Missing
from credit_platform.portal import limits
from credit_platform.portal.public_reports import selectors, services
from credit_platform.portal.public_reports.forms import FollowForm, ReportForm
from credit_platform.portal.public_reports.models import PublicReport
from credit_platform.portal.public_reports.services import Message
from credit_platform.portal.views import TOO_MANY_REQUESTS
from entities.forms import show_problems
from entities.models import Entity

SALT = "public report"
ROBOTS = "noindex, noarchive"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest) -> HttpResponse:
    """The form; the answer to a report that was taken shows its code, once."""
    if request.method != "POST":
        if not limits.PAGES.allows(request):
            return render(request, "429.html", status=TOO_MANY_REQUESTS)
        initial = {
            "entity_code": request.GET.get("entity", "")[:18],
            "topic": request.GET.get("topic", ""),
            "opened": signing.dumps(time.time(), salt=SALT),
        }
        return _form_page(request, ReportForm(initial=initial))
    form = ReportForm(request.POST)
    if form.is_valid():
        # Only what is complete counts, so that nobody is shut out by mistakes in typing.
        if not limits.REPORTS.allows(request):
            return render(request, "429.html", status=TOO_MANY_REQUESTS)
        typed = form.cleaned_data
        try:
            received = services.receive_report(
                Message(
                    topic=typed["topic"],
                    text=typed["text"],
                    entity_code=typed["entity_code"],
                    name=typed["name"],
                    contact=typed["contact"],
                    trap=typed["website"],
                    seconds=_open_for(typed["opened"]),
                )
            )
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            return render(request, "portal/public_reports/sent.html", {"received": received})
    return _form_page(request, form, status=422)


def _form_page(request: HttpRequest, form: ReportForm, status: int = 200) -> HttpResponse:
    code = (form["entity_code"].value() or "").strip().upper()
    # Typed or from an address, and not looked at yet: PostgreSQL stumbles over a NUL.
    about = Entity.objects.filter(credit_code=code).first() if code.isalnum() else None
    context = {"form": form, "about": about}
    return render(request, "portal/public_reports/write.html", context, status=status)


def _open_for(opened: str) -> float | None:
    try:
        return max(time.time() - signing.loads(opened, salt=SALT), 0)
    except signing.BadSignature:
        return None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """What became of a report, for whoever has its code. The code is never part of an address."""
    if not (limits.CODES if request.method == "POST" else limits.PAGES).allows(request):
        return render(request, "429.html", status=TOO_MANY_REQUESTS)
    form = FollowForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "report": None, "states": PublicReport.State, "records": ()}
    if form.is_valid():
        try:
            report = selectors.by_code(form.cleaned_data["code"])
        except Missing:
            form.add_error("code", _("No report has this code. Look at it again."))
        else:
            context |= {
                "report": report,
                "items": selectors.timeline_for_sender(report),
                "records": selectors.public_records_of(report),
            }
    response = render(
        request, "portal/public_reports/follow.html", context, status=422 if form.errors else 200
    )
    response["X-Robots-Tag"] = ROBOTS
    return response
