"""The report on retention: what each night did, what it left, what is to come; and what is archived."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from credit_platform.common.errors import InvalidInput, Missing
from entities import looks
from entities.forms import show_problems
from entities.retention import hanging, policies, selectors, services
from entities.retention.dates import DateKind, five_dates
from entities.retention.forms import PeriodForm
from entities.retention.models import Night, Tally

ROWS = 30
ARCHIVED = 50
What = Tally.What


@dataclass(slots=True)
class Line:
    """A record type, or papers of a kind, and a count for each of the five dates, in their order."""

    name: str
    counts: dict[str, int]

    @property
    def cells(self) -> list[int]:
        return [self.counts.get(kind.value, 0) for kind in DateKind]


def _allowed(request: HttpRequest) -> None:
    if not policies.may_see_retention(request.user):
        raise Missing


def _lines(tallies: Iterable[Tally], what: str) -> list[Line]:
    found: dict[tuple[int | None, str], Line] = {}
    for tally in tallies:
        if tally.what == what:
            line = found.setdefault((tally.record_type_id, tally.kept), Line(tally.of, {}))
            line.counts[tally.kind] = line.counts.get(tally.kind, 0) + tally.records
    return list(found.values())


def _tallies(request: HttpRequest, night: Night) -> list[Tally]:
    return list(selectors.tallies_of(selectors.nights(user=request.user).filter(pk=night.pk)))


@login_required
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """All nights, and what the last one says of the days to come."""
    _allowed(request)
    page = Paginator(selectors.nights(user=request.user), ROWS).get_page(request.GET.get("page"))
    last = selectors.nights(user=request.user).exclude(finished_at=None).first()
    context = {
        "page": page,
        "nights": selectors.with_sums(list(page)),
        "last": last,
        "coming": _lines(_tallies(request, last), What.COMING) if last else [],
        "kinds": DateKind.choices,
        "periods": selectors.periods(),
        "keepings": selectors.keepings(timezone.localdate()),
    }
    return render(request, "entities/retention/report.html", context)


@login_required
@require_safe
def night(request: HttpRequest, night: str) -> HttpResponse:
    """One night, type by type."""
    _allowed(request)
    try:
        day = date.fromisoformat(night)
    except ValueError:
        raise Missing from None
    found = selectors.night_of(user=request.user, day=day)
    tallies = _tallies(request, found)
    context = {
        "night": found,
        "done": _lines(tallies, What.DONE),
        "held": [(tally, hanging.label_of_hold(tally.hold)) for tally in tallies if tally.what == What.HELD],
        "unset": _lines(tallies, What.UNSET),
        "coming": _lines(tallies, What.COMING),
        "kinds": DateKind.choices,
    }
    return render(request, "entities/retention/night.html", context)


@login_required
@require_safe
def archive(request: HttpRequest) -> HttpResponse:
    """What is archived and not yet deleted; no page of any body shows it."""
    _allowed(request)
    page = Paginator(selectors.archive(user=request.user), ARCHIVED).get_page(request.GET.get("page"))
    looks.note(page)
    context = {"page": page, "rows": [(record, five_dates(record)[-1]) for record in page]}
    return render(request, "entities/retention/archive.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def papers(request: HttpRequest) -> HttpResponse:
    """How long papers of each kind are kept: what holds, what held and what will, and a form for what follows."""
    _allowed(request)
    form = PeriodForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.set_period(by=request.user, **form.cleaned_data)
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("Set. The nights follow it from that day on."))
            return redirect("retention:papers")
    context = {
        "form": form,
        "keepings": selectors.keepings(timezone.localdate()),
        "periods": selectors.keeping_periods(user=request.user),
        "today": timezone.localdate(),
    }
    return render(request, "entities/retention/papers.html", context, status=422 if form.errors else 200)
