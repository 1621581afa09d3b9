"""Credit reports for whoever reads them: the extract for everybody, and the report that a code opens."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from credit_platform.common.errors import InvalidInput, WrongState
from credit_platform.portal import limits, selectors as portal
from credit_platform.portal.credit_reports import selectors, services
from credit_platform.portal.credit_reports.forms import OpenForm
from credit_platform.portal.credit_reports.models import CodeUse, CreditReport
from credit_platform.portal.views import TOO_MANY_REQUESTS
from entities.documents import file_response
from entities.forms import show_problems

#: The reports that the visitor has opened with a code, in their session.
HELD = "credit_reports"
MOST_HELD = 20
ROBOTS = "noindex, noarchive"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """The three ways to a report, and the box for a code."""
    form = OpenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not limits.CODES.allows(request):
            return render(request, "429.html", status=TOO_MANY_REQUESTS)
        if form.is_valid():
            typed = form.cleaned_data
            try:
                opened = services.open_with_code(
                    by=request.user,
                    secret=typed["code"],
                    reader=services.Reader(typed["who"], typed["why"]),
                )
            except InvalidInput as refused:
                show_problems(form, refused)
            else:
                request.session[HELD] = [*request.session.get(HELD, [])[-MOST_HELD + 1 :], opened.number]
                return redirect("credit_reports:report", number=opened.number)
    context = {"form": form}
    return render(request, "portal/credit_reports/home.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def extract(request: HttpRequest, credit_code: str) -> HttpResponse:
    """The extract of an entity: what it is on GET, made on POST."""
    limit = limits.EXTRACTS if request.method == "POST" else limits.PAGES
    if not limit.allows(request):
        return render(request, "429.html", status=TOO_MANY_REQUESTS)
    entity = portal.entity_by_code(credit_code)
    if request.method == "POST":
        issued = services.issue_extract(by=request.user, entity=entity)
        return redirect("credit_reports:report", number=issued.number)
    response = render(request, "portal/credit_reports/extract.html", {"entity": entity})
    response["X-Robots-Tag"] = ROBOTS
    return response


@never_cache
@require_safe
def report(request: HttpRequest, number: str) -> HttpResponse:
    """The report as a page. Of an extract that is no longer current only this is told: what is over is not shown again."""
    if not limits.PAGES.allows(request):
        return render(request, "429.html", status=TOO_MANY_REQUESTS)
    found = selectors.report_for(user=request.user, number=number, held=_held(request))
    is_current = selectors.still_holds(found)
    if request.htmx:
        return render(request, "portal/credit_reports/_file.html", {"report": found})
    is_shown = is_current or found.kind != CreditReport.Kind.EXTRACT
    if is_shown:
        services.note_reading(by=request.user, report=found, what=CodeUse.What.READ)
    context = {
        "report": found,
        "is_current": is_current,
        "part": selectors.in_language_of_reader(found) if is_shown else None,
    }
    response = render(request, "portal/credit_reports/report.html", context)
    response["X-Robots-Tag"] = ROBOTS
    return response


@require_safe
def file(request: HttpRequest, number: str) -> FileResponse:
    """The PDF, as long as the page shows what is in it."""
    found = selectors.report_for(user=request.user, number=number, held=_held(request))
    if found.kind == CreditReport.Kind.EXTRACT and not selectors.still_holds(found):
        raise WrongState(_("What this extract tells of has changed since; make a new one."))
    if found.document is None:
        raise WrongState(_("This report is being typed; it is here within a few minutes."))
    services.note_reading(by=request.user, report=found, what=CodeUse.What.FILE)
    return file_response(found.document)


def _held(request: HttpRequest) -> frozenset[str]:
    return frozenset(request.session.get(HELD, ()))
