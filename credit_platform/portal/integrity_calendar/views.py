"""Pages of the calendar: a month, what comes, the file for calendars, the feed, and where the lead office keeps it."""

from calendar import Calendar
from datetime import date, datetime, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods

from credit_platform.common.errors import InvalidInput, Missing
from credit_platform.portal import limits, seen
from credit_platform.portal.browse_views import at_midnight
from credit_platform.portal.integrity_calendar import icalendar, policies, selectors, services
from credit_platform.portal.integrity_calendar.forms import EntryForm
from credit_platform.portal.integrity_calendar.models import CalendarEntry
from credit_platform.portal.integrity_calendar.selectors import Event
from credit_platform.portal.views import public_page
from credit_platform.ui import charts
from entities.forms import show_problems

#: How far the list, the feed and the file look ahead, and the file back.
AHEAD, BACK = timedelta(days=365), timedelta(days=31)
#: Months that can be leafed to.
FIRST, LAST = date(2000, 1, 1), date(2100, 1, 1)
UNPROCESSABLE = 422


@public_page(limits.PAGES)
def month(request: HttpRequest) -> HttpResponse:
    """One month: a grid with how much falls on each day, and all of it in words."""
    today = timezone.localdate()
    first = _month_asked(request.GET.get("month", ""), today)
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    last = [day for day in weeks[-1] if day.month == first.month][-1]
    found = selectors.events(first, last)
    before, after = first - timedelta(days=1), last + timedelta(days=1)
    context = {
        "first": first,
        "weekdays": [charts.weekday(day) for day in weeks[0]],
        "weeks": [[_cell(day, first, found) for day in week] for week in weeks],
        "events": found,
        "before": before if before >= FIRST else None,
        "after": after if after < LAST else None,
        "today": today,
        "may_keep": policies.may_keep(request.user),
    }
    return render(request, "portal/integrity_calendar/month.html", context)


def _month_asked(asked: str, today: date) -> date:
    """The first day of the month that is asked for as `2026-11`; of this one without.

    Raises:
        Missing: no such month, or one that is too far off.
    """
    if not asked:
        return today.replace(day=1)
    try:
        first = date.fromisoformat(f"{asked}-01")
    except ValueError:
        raise Missing from None
    if not FIRST <= first < LAST:
        raise Missing
    return first


def _cell(day: date, first: date, found: list[Event]) -> dict:
    """A day of the grid; of another month it is empty. What runs for long counts on its first and its last day."""
    if day.month != first.month:
        return {"day": None}
    return {"day": day, "count": sum(day in (event.starts_on, event.ends_on) for event in found)}


@public_page(limits.PAGES)
def coming(request: HttpRequest) -> HttpResponse:
    """All that goes on or comes within a year."""
    today = timezone.localdate()
    context = {"events": selectors.events(today, today + AHEAD), "today": today}
    return render(request, "portal/integrity_calendar/coming.html", context)


@public_page(limits.PAGES, robots="noindex")
def file(request: HttpRequest) -> HttpResponse:
    """The last month and the next year, for a calendar that asks again by itself."""
    today = timezone.localdate()
    body = icalendar.file_of(
        selectors.events(today - BACK, today + AHEAD),
        name=_("Integrity calendar"),
        host=seen.root(request),
        made_at=timezone.now(),
    )
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="calendar.ics"'
    return response


class CalendarFeed(Feed):
    """What comes within a year, for feed readers."""

    feed_type = Atom1Feed
    title = gettext_lazy("Integrity calendar")
    subtitle = gettext_lazy("Days and campaigns of credit, deadlines, courses, and when rules begin")

    def link(self) -> str:
        return reverse("integrity_calendar:coming")

    def items(self) -> list[Event]:
        today = timezone.localdate()
        return selectors.events(today, today + AHEAD)

    def item_title(self, item: Event) -> str:
        return f"{date_format(item.starts_on, 'Y-m-d')} · {item.title}"

    def item_description(self, item: Event) -> str:
        return " · ".join(filter(None, (item.kind, item.about, item.place, item.source)))

    def item_link(self, item: Event) -> str:
        return item.url or f"{reverse('integrity_calendar:month')}?month={item.starts_on:%Y-%m}"

    def item_guid(self, item: Event) -> str:
        return f"urn:calendar:{item.key}"

    def item_updateddate(self, item: Event) -> datetime:
        return at_midnight(item.starts_on)


feed = public_page(limits.PAGES, robots="noindex, noarchive")(CalendarFeed())


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def entries(request: HttpRequest) -> HttpResponse:
    """The days that the lead office keeps; POST puts one in."""
    policies.may_keep(request.user).require()
    form = EntryForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.add_entry(by=request.user, entry=services.Entry(**form.cleaned_data))
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("It stands in the calendar now."))
            return redirect("integrity_calendar:entries")
    context = {"form": form, "entries": selectors.entries()}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "portal/integrity_calendar/entries.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def take_out(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Take a day out; asks first."""
    policies.may_keep(request.user).require()
    entry = CalendarEntry.objects.filter(pk=entry_id, taken_out_at=None).first()
    if entry is None:
        raise Missing
    back_url = reverse("integrity_calendar:entries")
    if request.method == "POST":
        services.take_out(by=request.user, entry_id=entry_id)
        messages.success(request, _("It is out of the calendar."))
        return redirect(back_url)
    context = {
        "title": _("Take “%(name)s” out of the calendar?") % {"name": entry},
        "consequence": _("Nobody reads it any more, and calendars that ask again lose it."),
        "action": request.path,
        "verb": _("Take it out"),
        "back_url": back_url,
        "form": None,
        "danger": True,
    }
    return render(request, "ui/confirm.html", context)
