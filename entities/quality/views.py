"""Pages of the quality of data."""

from collections.abc import Iterable
from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from credit_platform.common.errors import Missing
from credit_platform.common.services import current_calendar
from credit_platform.common.working_days import WorkingCalendar, working_days_after
from credit_platform.ui import formats
from credit_platform.ui.charts import Chart
from entities import looks, policies as registry, tables
from entities.intake.sentences import for_reader
from entities.models import CreditRecord
from entities.publicity import rule_book
from entities.quality import lists, measures, policies, selectors
from entities.quality.selectors import BodyBoard

ROWS = 25


@login_required
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The bodies beside each other; who works for one body is led to its board."""
    if not policies.may_see_quality(request.user):
        raise Missing
    bodies = list(selectors.bodies(user=request.user))
    if len(bodies) == 1 and not registry.is_lead(request.user):
        return redirect("quality:body", code=bodies[0].code)
    today = timezone.localdate()
    context = {
        "lines": selectors.lines(user=request.user, today=today),
        "span": selectors.last_year(today),
        "counted_at": selectors.counted_at(),
    }
    return render(request, "entities/quality/board.html", context)


@login_required
@require_safe
def body_board(request: HttpRequest, code: str) -> HttpResponse:
    """One body: in time, complete, right, and why rows were refused."""
    body = selectors.body_for_page(user=request.user, code=code)
    found = selectors.board_of(user=request.user, body=body, today=timezone.localdate())
    context = {
        "board": found,
        "body": body,
        "sums": found.line.sums,
        "chart": _trend(found),
        "finding": _finding(found),
        "reasons": [(for_reader({"en": one.en, "zh": one.zh}), one) for one in found.reasons],
        "is_own": selectors.is_own(request.user, body),
        "is_one_of_many": registry.is_lead(request.user),
    }
    return render(request, "entities/quality/body.html", context)


def _trend(found: BodyBoard) -> Chart:
    """Of each month what came in time, upwards, and what came late, downwards."""
    months = [(date_format(month, "Y-m"), sums.in_time, sums.late) for month, sums in found.months]
    in_time, late = _("in time"), _("late")
    return Chart(
        kind="moves",
        data={
            "labels": [label for label, _in_time, _late in months],
            "up": [in_time_count for _label, in_time_count, _late in months],
            "down": [late_count for _label, _in_time, late_count in months],
            "words": {"up": in_time, "down": late},
        },
        columns=(_("Month"), _("In time"), _("Late"), _("Share in time")),
        rows=tuple(
            (label, up, down, formats.percent(up / (up + down)) if up + down else "–")
            for label, up, down in months
        ),
        numeric=(False, True, True, True),
        links=tuple(
            f"{reverse('quality:records', args=(found.line.body.code,))}?measure=published&month={month:%Y-%m}"
            for month, _sums in found.months
        ),
    )


def _finding(found: BodyBoard) -> str:
    sums = found.line.sums
    if sums.timeliness is None:
        return _("In these months nothing with a deadline was published.")
    return _("%(in_time)s of %(total)s records with a deadline were published in time, %(share)s.") % {
        "in_time": formats.number(sums.in_time),
        "total": formats.number(sums.with_deadline),
        "share": formats.percent(sums.timeliness),
    }


@login_required
@require_safe
def records(request: HttpRequest, code: str) -> HttpResponse:
    """The records behind a figure of a body's board."""
    params = request.GET.copy()
    params["body"] = code
    asked = lists.asked(request.user, params)
    page = Paginator(lists.records(request.user, params), ROWS).get_page(request.GET.get("page"))
    looks.note(page)
    titles = {
        "published": _("Published"),
        "late": _("Published after the deadline"),
        "incomplete": _("With an empty required place"),
        "corrected": _("Corrections"),
        "withdrawn": _("Withdrawn"),
        **{figure.code: str(figure.title) for figure in measures.figures()},
    }
    context = {
        "asked": asked,
        "title": titles[asked.measure],
        "page": page,
        "rows": _rows(page, asked.measure),
        "is_own": selectors.is_own(request.user, asked.body),
    }
    return render(request, "entities/quality/records.html", context)


@login_required
@require_safe
def refused(request: HttpRequest, code: str) -> HttpResponse:
    """The rows of a body's files that were refused, all of them or those of one reason, for its own people."""
    params = request.GET.copy()
    params["body"] = code
    found = lists.refused(request.user, params)
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    context = {
        "body": selectors.body_for_page(user=request.user, code=code),
        "page": page,
        "rows": [(row, lists.reasons_of(row)) for row in page],
        "is_narrowed": bool(request.GET.get("reason")),
    }
    return render(request, "entities/quality/refused.html", context)


def _rows(records: Iterable[CreditRecord], measure: str) -> list[tables.RecordRow]:
    """The rows of the table; of what came late, how late it came, and of what is not whole, what is missing."""
    rows = tables.rows(records, on=timezone.localdate(), book=rule_book())
    if measure == "incomplete":
        return [replace(row, note=_what_is_empty(row.record)) for row in rows]
    if measure != "late":
        return rows
    calendar = current_calendar()
    return [replace(row, note=_lateness(row.record, calendar)) for row in rows]


def _what_is_empty(record: CreditRecord) -> str:
    return _("empty: %(places)s; a correction fills it in") % {
        "places": formats.listed(measures.empty_places(record))
    }


def _lateness(record: CreditRecord, calendar: WorkingCalendar) -> str:
    given = record.type_version.submit_within_days or 0
    due = working_days_after(record.decided_on, given, calendar)
    return _("due by %(due)s, published %(day)s") % {
        "due": formats.day(due.day),
        "day": formats.day(record.published_on),
    }
